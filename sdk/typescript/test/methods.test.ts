// Cards that are saved, charged without their buyer, and taken away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, type Customer, type PaymentMethod } from '@vinr/sdk';
import { receiver } from './far-side.js';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
});
after(() => server.end());

/** Cards expire in years that are near: the server takes one that is far away for a slip. */
const expYear = new Date().getFullYear() + 3;
const returnUrl = 'https://yoursite.com/wallet/saved';

/** A customer with a card of this number. */
async function saved(number = '4242 4242 4242 4242'): Promise<[Customer, PaymentMethod]> {
  const customer = await vinr.customers.create({ email: 'ada@example.com' });
  const { id } = await vinr.customers.setupMethod({ customerId: customer.id, returnUrl });
  const { paymentMethodId } = await vinr.test.setups.pay(id, { number, expMonth: 12, expYear });
  assert.ok(paymentMethodId !== null);
  return [await vinr.customers.retrieve(customer.id), await vinr.paymentMethods.retrieve(paymentMethodId)];
}

test('a setup waits at its hosted page, and attaches the card that is typed there', async () => {
  const customer = await vinr.customers.create({ name: 'Ada' });
  const setup = await vinr.customers.setupMethod({ customerId: customer.id, returnUrl, metadata: { from: 'wallet' } });
  assert.deepEqual([setup.object, setup.status, setup.customerId, setup.paymentMethodId], ['setup', 'pending', customer.id, null]);
  assert.deepEqual([setup.returnUrl, setup.metadata], [returnUrl, { from: 'wallet' }]);
  assert.equal((await fetch(setup.checkoutUrl)).status, 200);
  const done = await vinr.test.setups.pay(setup.id, { number: '4242 4242 4242 4242', expMonth: 12, expYear });
  assert.equal(done.status, 'succeeded');
  assert.deepEqual(await vinr.setups.retrieve(setup.id), done);

  const methods = await vinr.customers.listMethods(customer.id);
  assert.deepEqual(methods.map((one) => [one.id, one.object, one.brand, one.last4, one.expMonth, one.expYear]), [
    [done.paymentMethodId, 'payment_method', 'visa', '4242', 12, expYear],
  ]);
  assert.equal((await vinr.customers.retrieve(customer.id)).defaultMethodId, methods[0]?.id);
});

test('a card that wants a challenge is attached once the buyer has answered it', async () => {
  const customer = await vinr.customers.create();
  const answers = [['succeed', 'succeeded'], ['fail', 'failed']] as const;
  for (const [result, status] of answers) {
    const { id } = await vinr.customers.setupMethod({ customerId: customer.id, returnUrl });
    const challenged = await vinr.test.setups.pay(id, { number: '4000 0000 0000 3220' });
    assert.deepEqual([challenged.status, challenged.paymentMethodId], ['requires_authentication', null]);
    const answered = await vinr.test.setups.authenticate(id, { result });
    assert.deepEqual([answered.status, answered.paymentMethodId === null], [status, result === 'fail']);
  }
  assert.equal((await vinr.customers.listMethods(customer.id)).length, 1);
});

test('a card that is declined is not saved, and the setup says why', async () => {
  const customer = await vinr.customers.create();
  const { id } = await vinr.customers.setupMethod({ customerId: customer.id });
  const setup = await vinr.test.setups.pay(id, { number: '4000 0000 0000 0002' });
  assert.deepEqual([setup.status, setup.failure?.code, setup.paymentMethodId], ['failed', 'card_declined', null]);
  assert.deepEqual([...(await vinr.customers.listMethods(customer.id))], []);
});

test('a saved card is charged without its buyer, named or by default', async () => {
  const [customer, method] = await saved();
  const order = { amount: 2500, currency: 'EUR', customerId: customer.id, offSession: true, description: 'Order #4471' };
  for (const params of [{ ...order, paymentMethodId: method.id }, { ...order, paymentMethod: method.id }, order]) {
    const payment = await vinr.payments.create(params);
    assert.deepEqual([payment.status, payment.paymentMethodId, payment.offSession], ['completed', method.id, true]);
  }
});

test('a card whose bank wants the buyer leaves the payment waiting at its checkout URL', async () => {
  const customer = await vinr.customers.create();
  const { id } = await vinr.customers.setupMethod({ customerId: customer.id, returnUrl });
  await vinr.test.setups.pay(id, { number: '4000 0000 0000 3220' });
  await vinr.test.setups.authenticate(id, { result: 'succeed' });
  const payment = await vinr.payments.create({ amount: 2500, currency: 'EUR', customerId: customer.id, offSession: true });
  assert.equal(payment.status, 'requires_action');
  assert.equal((await fetch(payment.checkoutUrl)).status, 200);
});

test('a payment saves the card that it was paid with when it was asked to', async () => {
  const customer = await vinr.customers.create();
  const { id } = await vinr.payments.create({ amount: 1000, currency: 'EUR', customerId: customer.id, savePaymentMethod: true });
  await vinr.test.payments.pay(id, { number: '5555 5555 5555 4444' });
  assert.deepEqual((await vinr.customers.listMethods(customer.id)).map((one) => [one.brand, one.last4]), [['mastercard', '4444']]);
});

test('another card becomes the default, and a detached one can never be charged again', async () => {
  const [customer, first] = await saved();
  const { id } = await vinr.customers.setupMethod({ customerId: customer.id });
  const { paymentMethodId: second } = await vinr.test.setups.pay(id, { number: '5555 5555 5555 4444' });
  const changed = await vinr.customers.update(customer.id, { defaultMethodId: second });
  assert.equal(changed.defaultMethodId, second);
  const listed = [];
  for await (const one of await vinr.customers.listMethods(customer.id, { limit: 1 })) listed.push(one.id);
  assert.deepEqual(listed, [second, first.id]);

  const detached = await vinr.customers.detachMethod(customer.id, first.id);
  assert.deepEqual([detached.id, detached.status], [first.id, 'detached']);
  assert.deepEqual((await vinr.customers.listMethods(customer.id)).map((one) => one.id), [second]);
  const order = { amount: 100, currency: 'EUR', customerId: customer.id, paymentMethodId: first.id, offSession: true };
  await assert.rejects(vinr.payments.create(order), { name: 'VinrInvalidRequestError', code: 'payment_method_detached', status: 400 });
});

test('a card that its network renews is shown as it is now, and told of', async () => {
  const [customer, method] = await saved();
  const renewed = await vinr.test.paymentMethods.update(method.id, { expMonth: 1, expYear: expYear + 4, last4: '1881' });
  assert.deepEqual([renewed.id, renewed.expMonth, renewed.expYear, renewed.last4], [method.id, 1, expYear + 4, '1881']);
  assert.deepEqual((await vinr.customers.listMethods(customer.id)).map((one) => one.last4), ['1881']);
  const [event] = await vinr.events.list({ type: 'payment_method.updated' });
  assert.ok(event?.type === 'payment_method.updated');
  assert.deepEqual(event.data, renewed);
});

test('saving and detaching are told by webhooks', async (t) => {
  const shop = await receiver();
  t.after(() => shop.end());
  await vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment_method.*'] });
  const [customer, method] = await saved();
  await vinr.customers.detachMethod(customer.id, method.id);
  const told = [];
  for (let count = 0; count < 2; count++) {
    const { payload, signature } = await shop.next();
    const event = vinr.webhooks.verify(payload, signature);
    assert.ok(event.type === 'payment_method.attached' || event.type === 'payment_method.detached');
    assert.equal(event.data.id, method.id);
    told.push(event);
  }
  assert.deepEqual(told.sort((one, other) => one.sequence - other.sequence).map((one) => one.type), ['payment_method.attached', 'payment_method.detached']);
});
