// Buyers in a real browser: they type their cards, answer their bank, and come back to the shop. Every page they see is
// checked for what keeps people out: contrast, names, focus, and sideways scrolling.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { open } from './shop.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [390, 820, 1280];
/** Set it to keep a picture of every state. */
const PICTURES = process.env.VINR_SCREENSHOTS;

let shop;
let browser;

before(async () => {
  shop = await open();
  const executablePath = process.env.VINR_TEST_CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });
});

after(async () => {
  await browser?.close();
  await shop?.end();
});

/** A buyer's window. What it asks of other hosts, and what it complains of, is a failure. */
async function buyer(t, options = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const from = new URL(request.url()).origin;
    if (from !== shop.url && from !== shop.home) complaints.push(`asked ${request.url()}`);
  });
  t.after(() => {
    // A form that was refused answers 422, which the browser writes down by itself.
    const others = complaints.filter((text) => !text.includes('status of 422'));
    assert.deepEqual(others, []);
  });
  return page;
}

/** Every number that a buyer has typed. */
const typed = new Set();

async function type(page, number, expiry = '1239', cvc = '123') {
  typed.add(number);
  await page.getByLabel('Card number').pressSequentially(number);
  await page.getByLabel('Expiry date').pressSequentially(expiry);
  await page.getByLabel('Security code').pressSequentially(cvc);
}

const pay = (page) => page.getByRole('button', { name: /^Pay / }).click();

/** Checks what is shown at every width, in light and dark. */
async function look(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(sideways, 0, `${name} scrolls sideways at ${width}`);
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/checkout-${name}-${colorScheme}-${width}.png` });
    }
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
    assert.deepEqual(found, [], `${name} in ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
}

test('a buyer pays and comes back to the shop', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await look(page, 'ready');
  await type(page, '4242424242424242');
  assert.equal(await page.getByLabel('Card number').inputValue(), '4242 4242 4242 4242');
  assert.equal(await page.getByLabel('Expiry date').inputValue(), '12 / 39');
  assert.equal(await page.locator('.brand').textContent(), 'Visa');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
  await page.goto(payment.checkoutUrl);
  await page.getByRole('heading', { name: 'Already paid' }).waitFor();
  await look(page, 'already-paid');
});

test('the page that says paid is shown long enough to be looked at', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order({ returnUrl: undefined });
  await page.goto(payment.checkoutUrl);
  await type(page, '378282246310005', '1239', '1234');
  assert.equal(await page.getByLabel('Card number').inputValue(), '3782 822463 10005');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  await look(page, 'paid');
});

test('after a decline another card pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000009995');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'not enough money' }).waitFor();
  await look(page, 'declined');
  await type(page, '5555555555554444');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

for (const [answer, status, seen] of [
  ['Approve', 'completed', (page) => page.getByRole('heading', { name: 'Paid' })],
  ['Refuse', 'failed', (page) => page.getByRole('alert').filter({ hasText: 'could not confirm that it was you' })],
]) {
  test(`a buyer answers the bank in its frame: ${answer}`, async (t) => {
    const page = await buyer(t);
    const payment = await shop.order();
    await page.goto(payment.checkoutUrl);
    await type(page, '4000000000003220');
    await pay(page);
    const bank = page.frameLocator('iframe');
    await bank.getByRole('button', { name: answer }).waitFor();
    if (answer === 'Approve') await look(page, 'challenge');
    await bank.getByRole('button', { name: answer }).click();
    await seen(page).waitFor();
    assert.equal(await shop.status(payment), status);
  });
}

test('what is wrong is said when a field is left, and nothing is sent', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424241', '1339', '12');
  await page.getByLabel('Name on card').focus();
  for (const text of ['Check the card number.', 'Check the expiry date', 'Check the security code']) {
    await page.getByText(text).waitFor();
  }
  await look(page, 'invalid');
  await pay(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'number');
  assert.equal(await shop.status(payment), 'pending');
  await page.getByLabel('Card number').fill('');
  await type(page, '4242424242424242', '', '');
  assert.equal(await page.locator('#number-error').textContent(), '', 'a mended field is fine at once');
});

test('a digit in the middle of a number is corrected in its place', async (t) => {
  const page = await buyer(t);
  await page.goto((await shop.order()).checkoutUrl);
  const number = page.getByLabel('Card number');
  await number.pressSequentially('4242429242424242');
  await number.evaluate((input) => input.setSelectionRange(8, 8));
  await page.keyboard.press('Backspace');
  await page.keyboard.type('4');
  assert.equal(await number.inputValue(), '4242 4242 4242 4242');
});

test('a buyer without JavaScript pays', async (t) => {
  const page = await buyer(t, { javaScriptEnabled: false });
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000003220', '12/39');
  await pay(page);
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

test('a buyer with a keyboard pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  for (const text of ['4242424242424242', '1239', '123', 'Ada Lovelace']) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

test('closed pages say so', async (t) => {
  const page = await buyer(t);
  const cancelled = await shop.order();
  await shop.call('POST', `/payments/${cancelled.id}/cancel`, {});
  await page.goto(cancelled.checkoutUrl);
  await page.getByRole('heading', { name: 'This payment was cancelled' }).waitFor();
  await look(page, 'cancelled');
  const expired = await shop.order();
  await shop.call('POST', '/test/clock/advance', { seconds: 86_401 });
  await page.goto(expired.checkoutUrl);
  await page.getByRole('heading', { name: 'This page has expired' }).waitFor();
  await look(page, 'expired');
});

test('every language writes money as the browser does', async (t) => {
  for (const locale of ['en-US', 'bg-BG', 'de-DE', 'fr-FR', 'es-ES']) {
    const page = await buyer(t, { locale });
    for (const [amount, currency, divisor] of [[4200, 'EUR', 100], [123_456_700, 'EUR', 100], [120_000, 'EUR', 100]]) {
      const payment = await shop.order({ amount, currency });
      await page.goto(payment.checkoutUrl);
      const written = await page.locator('.amount').textContent();
      const expected = await page.evaluate(
        ([locale, value, currency]) => new Intl.NumberFormat(locale, { style: 'currency', currency }).format(value),
        [locale, amount / divisor, currency],
      );
      assert.equal(written, expected, `${locale} ${amount}`);
    }
    assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
  }
});

test('nothing that was typed is kept anywhere', () => {
  assert.ok(typed.size >= 6, 'numbers were typed');
  const remains = shop.remains();
  const bytes = remains.reduce((sum, [, content]) => sum + content.length, 0);
  assert.ok(bytes > 100_000, `${bytes} bytes were searched`);
  for (const number of typed) {
    const groups = number.length === 15 ? /(\d{4})(\d{6})(\d{5})/ : /(\d{4})(\d{4})(\d{4})(\d{4})/;
    for (const written of [number, number.replace(groups, (_, ...parts) => parts.slice(0, -2).join(' ')), number.replace(groups, (_, ...parts) => parts.slice(0, -2).join('+'))]) {
      for (const [name, content] of remains) {
        assert.equal(content.indexOf(written), -1, `${written} is in ${name}`);
      }
    }
  }
});
