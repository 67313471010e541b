// Money as each language writes it: the pages against the browser's own Intl, for every currency that can be charged.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buyer, shop } from './buyer.mjs';

const LOCALES = ['en-US', 'bg-BG', 'de-DE', 'fr-FR', 'es-ES'];
const TABLE = readFileSync(new URL('../../crates/vinr-core/src/currencies.rs', import.meta.url), 'utf8');
/** Codes with their decimals. */
const CURRENCIES = [...TABLE.matchAll(/\("([A-Z]{3})", (\d)\)/g)].map(([, code, decimals]) => [code, Number(decimals)]);
/** Minor units: the smallest that cards can be charged with everywhere, where grouping begins, the largest. */
const AMOUNTS = [10, 123_450, 99_999_999_990];
/** Those of the most common currencies, and of each kind, at every length. */
const CLOSELY = ['EUR', 'USD', 'GBP', 'JPY', 'CAD', 'AUD', 'CHF', 'PLN', 'INR', 'TRY', 'KRW', 'KWD', 'BHD', 'CLP', 'CNY', 'BRL'];
const LENGTHS = [110, 1_230, 12_340, 1_234_560, 12_345_670, 123_456_780, 1_234_567_890];

const amount = (html) => /<p class="amount">([^<]*)<\/p>/.exec(html)[1];

/** An amount in major units, exactly: beyond 2^53 a number would not be. */
function major(minor, decimals) {
  const digits = String(minor).padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

test('every language writes every currency as the browser does', async (t) => {
  assert.ok(CURRENCIES.length > 150 && CLOSELY.every((code) => CURRENCIES.some(([known]) => known === code)));
  const page = await buyer(t);
  const cases = CURRENCIES.flatMap(([currency, decimals]) => {
    const amounts = [...AMOUNTS, ...(CLOSELY.includes(currency) ? LENGTHS : [])];
    return amounts.map((minor) => ({ currency, decimals, minor, major: major(minor, decimals) }));
  });
  const differences = [];
  const expected = await page.evaluate(
    ([locales, all]) =>
      all.map(({ currency, decimals, major }) =>
        locales.map((locale) => {
          const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
          return new Intl.NumberFormat(locale, { style: 'currency', currency, ...digits }).format(major);
        }),
      ),
    [LOCALES, cases],
  );
  for (const [index, { currency, minor }] of cases.entries()) {
    const payment = await shop.order({ amount: minor, currency });
    for (const [at, locale] of LOCALES.entries()) {
      const html = await (await fetch(payment.checkoutUrl, { headers: { 'accept-language': locale } })).text();
      const written = amount(html);
      if (written !== expected[index][at]) differences.push(`${locale} ${currency} ${minor}: ${written}, not ${expected[index][at]}`);
    }
  }
  assert.deepEqual(differences, []);
  t.diagnostic(`${cases.length * LOCALES.length} amounts`);
});

test('a browser gets its own language', async (t) => {
  for (const locale of LOCALES) {
    const page = await buyer(t, { locale });
    await page.goto((await shop.order({ amount: 123_456_700, currency: 'USD' })).checkoutUrl);
    assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
    const expected = await page.evaluate(() => new Intl.NumberFormat(navigator.language, { style: 'currency', currency: 'USD' }).format(1_234_567));
    assert.equal(await page.locator('.amount').textContent(), expected);
    assert.ok((await page.locator('button').textContent()).includes(expected), 'the button says it too');
  }
});
