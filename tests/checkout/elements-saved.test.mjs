// Saved cards in the fields of a shop: offered to whom they belong, and to nobody else.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, nothingTypedIsKept, opened, shop, type } from './buyer.mjs';
import { nextResult, press, result, thanks, visitor } from './fields.mjs';

/** Saves a card of this number, as a buyer does on the hosted page. */
async function save(customer, number) {
  const setup = await shop.call('POST', `/customers/${customer.id}/setup-method`, {});
  const tried = await shop.call('POST', `/test/setups/${setup.id}/pay`, { number });
  if (tried.status === 'requires_authentication') await shop.call('POST', `/test/setups/${setup.id}/authenticate`, { result: 'succeed' });
  return (await shop.call('GET', `/setups/${setup.id}`)).paymentMethodId;
}

/** A customer with cards of these numbers; their ids with it. */
async function ada(...numbers) {
  await opened;
  const customer = await shop.call('POST', '/customers', { email: 'ada@example.com', name: 'Ada Lovelace' });
  const cards = [];
  for (const number of numbers) cards.push(await save(customer, number));
  return { id: customer.id, cards };
}

const changes = (page) => page.evaluate(() => window.changes);
/** Waits until the fields tell the page this. */
const changed = (page, expected) =>
  page.waitForFunction((wanted) => JSON.stringify(window.changes.at(-1)) === wanted, JSON.stringify(expected));

/** The fields of a session of this customer, whose changes are written down from the first one on. */
async function asCustomer(t, customer, { session, ...more } = {}) {
  const called = await visitor(t, { session: { customerId: customer.id, ...session }, ...more });
  await called.page.evaluate(() => {
    window.changes = [];
    window.card.on('change', (event) => window.changes.push(event));
  });
  return called;
}

const radios = (fields) => fields.getByRole('radio');
const labels = (fields) => fields.locator('.choice').allTextContents();

test('the default card is offered first, and pays without a number or a code', async (t) => {
  const customer = await ada('4242424242424242', '5555555555554444');
  await shop.call('PATCH', `/customers/${customer.id}`, { defaultMethodId: customer.cards[0] });
  const { page, fields, payment } = await asCustomer(t, customer);
  await fields.getByRole('group', { name: 'Pay with' }).waitFor();
  const expiry = /^Visa •••• 4242Expires 12\/\d\d$/;
  const [first, second, third, ...rest] = await labels(fields);
  assert.match(first, expiry);
  assert.ok(second.startsWith('Mastercard •••• 4444') && third === 'Another card' && rest.length === 0, [second, third, rest].join());
  assert.ok(await radios(fields).first().isChecked());
  assert.ok(!(await fields.getByLabel('Card number').isVisible()) && !(await fields.getByLabel('Security code').isVisible()));
  await look(page, 'elements-saved');
  await press(page);
  await thanks(page);
  const { payment: paid, error } = await result(page);
  assert.deepEqual([error, paid.status, paid.card.last4, await shop.status(payment)], [null, 'completed', '4242', 'completed']);
  assert.equal((await shop.call('GET', `/payments/${payment.id}`)).paymentMethodId, customer.cards[0]);
});

test('the shop hears that nothing is to be typed, and of a choice', async (t) => {
  const customer = await ada('4242424242424242', '3782 822463 10005');
  const { page, fields } = await asCustomer(t, customer);
  await page.evaluate(() => window.card.clear());
  await changed(page, { complete: true, empty: false, brand: 'Visa', saved: true });
  await fields.getByRole('radio', { name: /0005/ }).check();
  await changed(page, { complete: true, empty: false, brand: 'American Express', saved: true });
  await fields.getByRole('radio', { name: 'Another card' }).check();
  await changed(page, { complete: false, empty: true, brand: null, saved: false });
  await type(fields, '5555555555554444');
  await changed(page, { complete: true, empty: false, brand: 'Mastercard', saved: false });
  const told = JSON.stringify(await changes(page));
  for (const secret of [...customer.cards, '4242', '0005', '4444']) assert.ok(!told.includes(secret), secret);
});

test('a keyboard goes through the saved cards and into the fields', async (t) => {
  const customer = await ada('4242424242424242', '5555555555554444');
  const { page, fields } = await asCustomer(t, customer);
  await page.evaluate(() => window.card.focus());
  const focused = () => fields.locator(':focus').evaluate((one) => one.value || one.id);
  await fields.locator(':focus').waitFor();
  assert.equal(await focused(), customer.cards[0]);
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), customer.cards[1]);
  await page.keyboard.press('Tab');
  await page.locator('#pay:focus').waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowDown');
  assert.equal(await focused(), 'new');
  await look(page, 'elements-saved-new');
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'number');
  await page.keyboard.type('5555555555554444');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await thanks(page);
  assert.equal((await result(page)).payment.card.last4, '4444');
});

test('the bank asks about a saved card in the frame, and is answered', async (t) => {
  const customer = await ada('4000000000003220');
  const { page, fields, payment } = await asCustomer(t, customer);
  await press(page);
  const bank = fields.frameLocator('iframe');
  await bank.getByText('Do you approve the payment of €42.00 to Kaffeehaus Linde?').waitFor();
  await bank.getByRole('button', { name: 'Refuse' }).click();
  const { payment: refused, error } = await result(page);
  assert.deepEqual([refused.status, error.code], ['failed', 'authentication_failed']);
  assert.ok(await fields.getByRole('radio', { name: 'Another card' }).isChecked(), 'the choice is the buyer\'s');
  await fields.getByRole('radio', { name: /3220/ }).check();
  await page.evaluate(() => (window.result = undefined));
  await press(page);
  await bank.getByRole('button', { name: 'Approve' }).click();
  const { payment: paid } = await result(page);
  assert.deepEqual([paid.status, await shop.status(payment)], ['completed', 'completed']);
});

test('a saved card that declines leaves the choice to the buyer, who types another one', async (t) => {
  const customer = await ada('4000000000000341');
  const { page, fields, payment } = await asCustomer(t, customer);
  await press(page);
  const { payment: declined, error } = await result(page);
  assert.deepEqual([declined.status, error.type, error.code], ['failed', 'card_error', 'card_declined']);
  await fields.getByRole('alert').filter({ hasText: error.message }).waitFor();
  await fields.locator('#number:focus').waitFor();
  assert.equal(await fields.locator('#number-error').textContent(), '', 'nothing was typed that could be wrong');
  await look(page, 'elements-saved-declined');
  await type(fields, '5555555555554444');
  const { payment: paid } = await nextResult(page);
  assert.deepEqual([paid.status, paid.card.last4, await shop.status(payment)], ['completed', '4444', 'completed']);
  const kept = await shop.call('GET', `/customers/${customer.id}/methods`);
  assert.deepEqual(kept.data.map(({ id }) => id), customer.cards, 'it is not kept unasked');
});

test('a saved card that is gone meanwhile is not offered any more', async (t) => {
  const customer = await ada('4242424242424242', '5555555555554444');
  const { page, fields } = await asCustomer(t, customer);
  await shop.call('DELETE', `/customers/${customer.id}/methods/${customer.cards[0]}`);
  await press(page);
  const { error } = await result(page);
  assert.deepEqual([error.type, error.code], ['invalid_request_error', 'payment_method_unusable']);
  await fields.getByRole('alert').filter({ hasText: 'You can no longer pay with this' }).waitFor();
  assert.equal(await radios(fields).count(), 2);
  await fields.getByRole('radio', { name: /4444/ }).check();
  assert.equal((await nextResult(page)).payment.status, 'completed');
});

test('a token of a saved card is the card itself', async (t) => {
  const customer = await ada('4242424242424242');
  const { page } = await asCustomer(t, customer);
  const { paymentMethod, error } = await page.evaluate(() => window.vinr.createPaymentMethod({ elements: window.elements }));
  assert.equal(error, null);
  assert.deepEqual(paymentMethod, await shop.call('GET', `/payment-methods/${customer.cards[0]}`));
});

test('a shop that wants none offers none, and nobody is offered another one\'s', async (t) => {
  const customer = await ada('4242424242424242');
  const hidden = await visitor(t, { session: { customerId: customer.id }, options: '{ clientSecret, savedMethods: false }' });
  const nobodys = await visitor(t);
  const others = await visitor(t, { session: { customerId: (await ada()).id } });
  for (const { page, fields } of [hidden, nobodys, others]) {
    assert.equal(await fields.getByRole('group', { name: 'Pay with' }).count(), 0);
    assert.ok(await fields.getByLabel('Card number').isVisible());
    assert.ok(!(await fields.locator('html').innerHTML()).includes(customer.cards[0]));
    await page.close();
  }
});

for (const [locale, group, other, looked] of [
  ['bg', 'Плащане с', 'Друга карта', (page) => look(page, 'elements-saved-bg')],
  ['de', 'Zahlen mit', 'Andere Karte', (page) => look(page, 'elements-saved-de')],
  ['fr', 'Payer avec', 'Une autre carte', (page) => look(page, 'elements-saved-fr')],
  ['es', 'Pagar con', 'Otra tarjeta', (page) => look(page, 'elements-saved-es')],
]) {
  test(`saved cards are offered in the buyer's language: ${locale}`, async (t) => {
    const customer = await ada('4242424242424242');
    const { page, fields } = await asCustomer(t, customer, { options: `{ clientSecret, locale: '${locale}', appearance: { theme: 'auto' } }` });
    await fields.getByRole('group', { name: group }).waitFor();
    await fields.getByRole('radio', { name: other }).waitFor();
    await looked(page);
  });
}

nothingTypedIsKept();
