// The demo shop in a real browser: a cart, the hosted page with typed cards, the way back, and the webhook that arrives.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, opened, pay, shop, type } from './buyer.mjs';

const more = (page, product) => page.getByRole('button', { name: `One ${product} more` });
const less = (page, product) => page.getByRole('button', { name: `One ${product} less` });
const total = (page) => page.locator('.cart output').textContent();
const packed = (page) => page.getByText('The order was packed.').waitFor();

/** The shop at the other name of this machine. */
const shopElsewhere = () => shop.url.replace('127.0.0.1', 'localhost');

/** A visitor at the shelf. */
async function visitor(t, options, hosts) {
  await opened;
  const page = await buyer(t, options, hosts);
  await page.goto(`${shop.url}/demo`);
  return page;
}

async function checkOut(page) {
  await page.getByRole('button', { name: 'Check out' }).click();
  await page.waitForURL(`${shop.url}/checkout/acct_demo/**`);
}

/** Comes back from the hosted page; the order's address. */
async function comesBack(page) {
  await page.waitForURL(/\/demo\/orders\/[0-9a-z]{12}\?paymentId=pay_demo_[0-9a-z]{12}&status=completed$/);
  return page.url().split('?')[0];
}

test('a visitor fills the cart, pays on the hosted page, comes back, and the webhook has packed the order', async (t) => {
  const page = await visitor(t);
  assert.equal(await total(page), '€14.50');
  await more(page, 'Iron gall ink').click();
  await more(page, 'Iron gall ink').click();
  await less(page, 'Field notebook').click();
  assert.ok(await less(page, 'Field notebook').isDisabled());
  await page.getByLabel('Three cedar pencils, quantity').fill('1');
  assert.equal(await total(page), '€30.90');
  await page.getByLabel('Three cedar pencils, quantity').blur();
  await look(page, 'demo-shelf', { fullPage: true });
  await checkOut(page);
  await page.getByText('1 × Three cedar pencils, 2 × Iron gall ink').waitFor();
  await type(page, '4242424242424242');
  await pay(page);
  await comesBack(page);
  await packed(page);
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  for (const text of ['€30.90', 'Visa •••• 4242', '2 × Iron gall ink']) assert.ok(await page.getByText(text).first().isVisible(), text);
  await look(page, 'demo-packed', { fullPage: true });
  await page.getByText('Signature and body').last().click();
  const [signature, body] = await page.locator('details[open] pre').allTextContents();
  assert.match(signature, /^t=\d+(,v1=[0-9a-f]{64})+$/);
  const event = JSON.parse(body);
  assert.deepEqual([event.type, event.data.amount, event.data.status], ['payment.completed', 3090, 'completed']);
  await look(page, 'demo-opened', { fullPage: true });
});

test('a visitor pays in the page of the shop, which has another origin than the card fields', async (t) => {
  const elsewhere = shopElsewhere();
  const page = await visitor(t, {}, [elsewhere]);
  await more(page, 'Field notebook').click();
  await page.getByRole('link', { name: 'Pay in the shop’s own page' }).click();
  await page.waitForURL(`${elsewhere}/demo/elements?notebook=2`);
  await page.locator('#pay:enabled').waitFor();
  await look(page, 'demo-fields', { fullPage: true });
  const fields = page.frameLocator('#payment iframe');
  await type(fields, '4000000000000002');
  await page.getByRole('button', { name: 'Pay €29.00' }).click();
  await fields.getByRole('alert').filter({ hasText: 'Your bank declined this card' }).waitFor();
  await type(fields, '4000000000003220');
  await page.getByRole('button', { name: 'Pay €29.00' }).click();
  await fields.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await page.waitForURL(new RegExp(`^${elsewhere}/demo/orders/[0-9a-z]{12}$`));
  await packed(page);
  await page.goto(`${elsewhere}/demo/elements?ink=1`);
  await page.locator('#pay:enabled').waitFor();
  assert.ok(await fields.getByRole('radio', { name: /Visa •••• 3220/ }).isChecked(), 'the card that paid is offered');
  await look(page, 'demo-fields-saved', { fullPage: true });
  await page.getByRole('button', { name: 'Pay €12.00' }).click();
  await fields.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await packed(page);
});

test('the bank asks the buyer, and the order shows what was heard meanwhile', async (t) => {
  const page = await visitor(t);
  await checkOut(page);
  await type(page, '4000000000003220');
  await pay(page);
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await comesBack(page);
  await packed(page);
  const heard = await page.locator('.news h3').allTextContents();
  assert.deepEqual(heard, ['payment.created', 'payment.requires_authentication', 'payment.completed']);
});

test('a declined order says so, and another card packs it', async (t) => {
  const page = await visitor(t);
  await checkOut(page);
  const order = page.url().split('/pay_demo_')[1].split('/')[0];
  await type(page, '4000000000009995');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'not enough money' }).waitFor();
  await page.goto(`${shop.url}/demo/orders/${order}`);
  await page.getByText('payment.failed').first().waitFor();
  await page.getByRole('heading', { name: 'The card was declined' }).waitFor();
  await look(page, 'demo-declined', { fullPage: true });
  await page.getByRole('link', { name: 'Try another card' }).click();
  await type(page, '5555555555554444');
  await pay(page);
  await comesBack(page);
  await packed(page);
  assert.ok(await page.getByText('Mastercard •••• 4444').isVisible());
});

test('an order that is left can be paid later, and its cart be changed', async (t) => {
  const page = await visitor(t);
  await more(page, 'Field notebook').click();
  await checkOut(page);
  const order = page.url().split('/pay_demo_')[1].split('/')[0];
  await page.getByRole('link', { name: 'Back to Reed & Ink' }).click();
  await page.waitForURL(`${shop.url}/demo?notebook=2`);
  assert.equal(await total(page), '€29.00', 'what was in the cart is in it');
  await page.goto(`${shop.url}/demo/orders/${order}`);
  await page.getByText('Nothing more until the buyer pays').waitFor();
  await look(page, 'demo-unpaid', { fullPage: true });
  await page.getByRole('link', { name: 'Continue to payment' }).click();
  await type(page, '4242424242424242');
  await pay(page);
  await comesBack(page);
  await packed(page);
});

test('a webhook that is late is waited for, and shows when it arrives without the page being loaded again', async (t) => {
  const page = await visitor(t);
  await checkOut(page);
  const key = shop.keyOf('acct_demo');
  const endpoint = (status) => shop.call('PATCH', '/webhooks/we_demo', { status }, key);
  await endpoint('disabled');
  await type(page, '4242424242424242');
  await pay(page);
  await comesBack(page);
  await page.getByRole('heading', { name: 'Waiting for the webhook…' }).waitFor();
  assert.ok(await page.getByRole('heading', { name: 'Thank you' }).isVisible(), 'the payment itself is known');
  await look(page, 'demo-waiting', { fullPage: true });
  await page.getByText('Signature and body').first().click();
  await page.evaluate(() => (window.loadedOnce = true));
  await endpoint('enabled');
  const { data } = await shop.call('GET', '/events?type=payment.completed&limit=1', undefined, key);
  await shop.call('POST', `/events/${data[0].id}/redeliver`, {}, key);
  await packed(page);
  await page.getByText('Waiting for the webhook…').waitFor({ state: 'detached' });
  assert.ok(await page.evaluate(() => window.loadedOnce), 'the page was not loaded again');
  assert.equal(await page.locator('details[open]').count(), 1, 'what was opened stays open');
  assert.equal(await page.locator('.facts .state.good').textContent(), 'Packed');
});

test('what is wrong with a cart is said on the shelf', async (t) => {
  const page = await visitor(t);
  await less(page, 'Field notebook').click();
  await page.getByLabel('E-mail for the receipt').fill('ada@');
  await page.getByRole('button', { name: 'Check out' }).click();
  await page.getByRole('alert').filter({ hasText: 'Your cart is empty' }).waitFor();
  await look(page, 'demo-empty');
  await more(page, 'Field notebook').click();
  await page.getByRole('button', { name: 'Check out' }).click();
  await page.getByText('Check the e-mail address.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'email', 'the cursor is where it is wrong');
  assert.equal(await page.getByLabel('E-mail for the receipt').inputValue(), 'ada@', 'what was typed is kept');
  assert.equal(await total(page), '€14.50');
  await look(page, 'demo-mistyped');
});

test('a visitor without JavaScript buys', async (t) => {
  const page = await visitor(t, { javaScriptEnabled: false });
  await page.getByLabel('Iron gall ink, quantity').fill('2');
  await page.getByLabel('E-mail for the receipt').fill('ada@example.com');
  await page.getByRole('button', { name: 'Update the total' }).click();
  assert.equal(await total(page), '€38.50');
  assert.equal(await page.getByLabel('E-mail for the receipt').inputValue(), 'ada@example.com');
  assert.equal(page.url(), `${shop.url}/demo`, 'and is not in the address');
  await checkOut(page);
  await type(page, '4242424242424242', '12/39');
  await pay(page);
  await comesBack(page);
  await packed(page);
});

test('a visitor with a keyboard buys', async (t) => {
  const page = await visitor(t);
  await less(page, 'Field notebook').focus();
  for (const key of ['Tab', 'ArrowUp', 'Tab', 'Enter']) await page.keyboard.press(key);
  assert.equal(await total(page), '€43.50');
  await page.getByLabel('E-mail for the receipt').focus();
  await page.keyboard.type('ada@example.com');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${shop.url}/checkout/acct_demo/**`);
  const { receiptEmail } = await shop.call('GET', `/payments/${page.url().split('/')[5]}`, undefined, shop.keyOf('acct_demo'));
  assert.equal(receiptEmail, 'ada@example.com');
});

test('a visitor who wrote localhost buys too', async (t) => {
  await opened;
  const local = shop.url.replace('127.0.0.1', 'localhost');
  const page = await buyer(t, {}, [local]);
  await page.goto(`${local}/demo`);
  await checkOut(page);
});

test('the number of a test card is copied', async (t) => {
  const page = await visitor(t, { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.getByRole('button', { name: 'Copy 4000 0000 0000 3220' }).click();
  await page.getByText('Copied').waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), '4000 0000 0000 3220');
});
