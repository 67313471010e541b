// Buyers who let the shop keep their card: saved without a payment, saved with one, and charged again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, save, shop, type } from './buyer.mjs';

const customer = (more) => shop.call('POST', '/customers', { email: 'ada@example.com', name: 'Ada Lovelace', ...more });

const setup = ({ id }) =>
  shop.call('POST', `/customers/${id}/setup-method`, { returnUrl: `${shop.home}/wallet`, cancelUrl: `${shop.home}/account` });

const methods = async ({ id }) => (await shop.call('GET', `/customers/${id}/methods`)).data;

test('a buyer saves a card and comes back to the shop', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  const waiting = await setup(ada);
  await page.goto(waiting.checkoutUrl);
  await look(page, 'setup-ready');
  await type(page, '4242424242424242');
  await save(page);
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  const [method] = await methods(ada);
  assert.equal(method.last4, '4242');
  await page.waitForURL(`${shop.home}/wallet?setupId=${waiting.id}&status=succeeded`);
  await page.goto(waiting.checkoutUrl);
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  assert.equal(await page.locator('.amount').textContent(), 'Visa •••• 4242', 'nothing is left to be saved');
  await look(page, 'setup-saved');
});

test('a refused card is not saved, the next one answers its bank and is', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  const waiting = await setup(ada);
  await page.goto(waiting.checkoutUrl);
  await type(page, '4000000000000002');
  await save(page);
  await page.getByRole('alert').filter({ hasText: 'Your bank declined this card' }).waitFor();
  await look(page, 'setup-declined');
  assert.deepEqual(await methods(ada), []);
  await type(page, '4000000000003220');
  await save(page);
  const bank = page.frameLocator('iframe');
  await bank.getByText('Do you agree that Kaffeehaus Linde saves this card?').waitFor();
  await look(page, 'setup-challenge');
  await bank.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  assert.equal((await methods(ada))[0].last4, '3220');
});

test('a buyer pays with a saved card, without typing it', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  for (const number of ['4242424242424242', '5555555555554444']) {
    const waiting = await setup(ada);
    await page.goto(waiting.checkoutUrl);
    await type(page, number);
    await save(page);
    await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  }
  const payment = await shop.order({ customerId: ada.id });
  await page.goto(payment.checkoutUrl);
  await page.getByRole('group', { name: 'Pay with' }).waitFor();
  const [first, second] = await page.getByRole('radio').all();
  assert.ok(await first.isChecked(), 'the default one is offered');
  assert.deepEqual([await first.getAttribute('value'), await second.getAttribute('value')], (await methods(ada)).map(({ id }) => id).reverse());
  assert.ok(!(await page.getByLabel('Card number').isVisible()), 'nothing is to be typed');
  await look(page, 'checkout-saved');
  await page.getByRole('radio', { name: /Mastercard •••• 4444/ }).check();
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  const paid = await shop.call('GET', `/payments/${payment.id}`);
  assert.deepEqual([paid.status, paid.card.last4, paid.customerId], ['completed', '4444', ada.id]);
});

test('a buyer with saved cards may type another one, also without JavaScript', async (t) => {
  const page = await buyer(t, { javaScriptEnabled: false });
  const ada = await customer();
  const waiting = await setup(ada);
  await page.goto(waiting.checkoutUrl);
  await type(page, '4242424242424242', '12/39');
  await save(page);
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  const payment = await shop.order({ customerId: ada.id });
  await page.goto(payment.checkoutUrl);
  await page.getByRole('radio', { name: 'Another card' }).check();
  await type(page, '5555555555554444', '12/39');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal((await shop.call('GET', `/payments/${payment.id}`)).card.last4, '4444');
  assert.equal((await methods(ada)).length, 1, 'it is not kept unasked');
});

test('a saved card that declines leaves the choice to the buyer', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  const waiting = await setup(ada);
  await page.goto(waiting.checkoutUrl);
  await type(page, '4000000000000341');
  await save(page);
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  const payment = await shop.order({ customerId: ada.id });
  await page.goto(payment.checkoutUrl);
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'Your bank declined this card' }).waitFor();
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('a saved card that is gone meanwhile leaves the choice to the buyer', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  for (const number of ['4242424242424242', '5555555555554444']) {
    const waiting = await setup(ada);
    await page.goto(waiting.checkoutUrl);
    await type(page, number);
    await save(page);
    await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  }
  const payment = await shop.order({ customerId: ada.id });
  await page.goto(payment.checkoutUrl);
  const { defaultMethodId } = await shop.call('GET', `/customers/${ada.id}`);
  await shop.call('DELETE', `/customers/${ada.id}/methods/${defaultMethodId}`);
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'You can no longer pay with this' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.className), 'notice refusal');
  await look(page, 'checkout-unusable');
  await page.getByRole('radio', { name: /4444/ }).check();
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('a buyer who is no customer gives an address, and the card is kept', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order({ savePaymentMethod: true });
  await page.goto(payment.checkoutUrl);
  await page.getByText('Kaffeehaus Linde keeps this card for later payments.').waitFor();
  await look(page, 'checkout-keeps');
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByText('Check the e-mail address.').waitFor();
  await page.getByLabel('E-mail').fill('eve@example.com');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  const paid = await shop.call('GET', `/payments/${payment.id}`);
  const eve = await shop.call('GET', `/customers/${paid.customerId}`);
  assert.deepEqual([eve.email, eve.defaultMethodId], ['eve@example.com', paid.paymentMethodId]);
});

test('a setup that nobody finished says so', async (t) => {
  const page = await buyer(t);
  const waiting = await setup(await customer());
  await shop.call('POST', '/test/clock/advance', { seconds: 86_401 });
  await page.goto(waiting.checkoutUrl);
  await page.getByText('Nothing was saved. Go back to Kaffeehaus Linde and start again.').waitFor();
  assert.equal(await page.getByText('Nothing is charged now.').count(), 0, 'there is no now any more');
  await look(page, 'setup-expired');
});

nothingTypedIsKept();
