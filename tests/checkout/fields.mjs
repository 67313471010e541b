// The page of the guide as a shop of another origin, with the card fields in it.
import { readFileSync } from 'node:fs';
import { buyer, opened, shop } from './buyer.mjs';

const GUIDE = readFileSync(new URL('../../docs/guides/embed-the-card-form.md', import.meta.url), 'utf8');
const [, PAGE] = /^```html\n([\s\S]*?)^```$/m.exec(GUIDE);
/** Where the shop has it. */
export const AT = '/checkout';

/**
 * A page of the shop's that asks for the fields of a session, as the guide has it: `options` are what it gives `elements`,
 * `isLive` takes the other environment's fields, which have no session here.
 */
export async function caller(t, { session = {}, options, isLive = false, browser, expected, hosts } = {}) {
  await opened;
  const page = await buyer(t, browser, hosts, expected);
  const made = await shop.call('POST', '/payments/sessions', { amount: 4200, currency: 'EUR', ...session });
  const html = PAGE.replaceAll('http://127.0.0.1:8080', isLive ? shop.liveUrl : shop.url)
    .replace('pk_test_yours', isLive ? shop.livePublicKey : shop.publicKey)
    .replace("{ clientSecret, appearance: { theme: 'auto' } }", options ?? "{ clientSecret, appearance: { theme: 'auto' } }")
    .replace('Pay €10.00', 'Pay €42.00')
    .replace("card.on('ready'", `Object.assign(window, { vinr, elements, card, heard: [] });
      card.on('error', ({ error }) => (window.problem = error));
      card.on('ready'`)
    .replace('const { payment, error } =', 'const { payment, error } = window.result =');
  shop.shows(AT, html);
  shop.shows('/session', JSON.stringify({ clientSecret: made.clientSecret }), 'application/json');
  return { page, fields: page.frameLocator('#payment iframe'), payment: made };
}

/** The same, with the fields in it. */
export async function visitor(t, asked) {
  const called = await caller(t, asked);
  await called.page.goto(shop.home + AT);
  await called.page.locator('#pay:enabled').waitFor();
  return called;
}

/** Presses the shop's button. */
export const press = (page) => page.locator('#pay').click();
/** What the shop's page was told. */
export const result = (page) => page.waitForFunction(() => window.result).then((handle) => handle.jsonValue());
/** The same after another one. */
export async function nextResult(page) {
  await page.evaluate(() => (window.result = undefined));
  await press(page);
  return result(page);
}
export const thanks = (page) => page.getByText('Thank you. Your payment is completed.').waitFor();
