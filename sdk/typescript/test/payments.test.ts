import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, VinrInvalidRequestError } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;
const order = { amount: 1000, currency: 'EUR' };
const charged = { ...order, paymentMethod: 'pm_test_4242', confirm: true };

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
});
after(() => server.end());

test('a payment without a method waits at its checkout URL, and is the same when retrieved', async () => {
  const payment = await vinr.payments.create({ ...order, description: 'Order #1234', metadata: { orderId: '1234' } });
  assert.equal(payment.object, 'payment');
  assert.equal(payment.status, 'pending');
  assert.ok(payment.checkoutUrl.startsWith(`${server.url}/checkout/`), payment.checkoutUrl);
  assert.equal(payment.metadata['orderId'], '1234');
  assert.deepEqual(await vinr.payments.retrieve(payment.id), payment);
});

test('a payment with a method and confirm is completed at once', async () => {
  const payment = await vinr.payments.create(charged);
  assert.equal(payment.status, 'completed');
  assert.equal(payment.amountCaptured, 1000);
  assert.equal(payment.card?.last4, '4242');
});

test('a declined card is a payment that failed, not an error', async () => {
  const payment = await vinr.payments.create({ ...charged, paymentMethod: 'pm_test_9995' });
  assert.equal(payment.status, 'failed');
  assert.deepEqual([payment.failure?.code, payment.failure?.category, payment.failure?.retryable], ['insufficient_funds', 'issuer_declined', true]);
});

test('a waiting payment is confirmed with a method', async () => {
  const { id } = await vinr.payments.create(order);
  assert.equal((await vinr.payments.confirm(id, { paymentMethod: 'pm_test_4242' })).status, 'completed');
});

test('an authorized payment is captured in part, and the rest is released', async () => {
  const held = await vinr.payments.create({ ...charged, capture: false });
  assert.deepEqual([held.status, held.amountCapturable, held.captureMethod], ['authorized', 1000, 'manual']);
  const captured = await vinr.payments.capture(held.id, { amount: 600 });
  assert.deepEqual([captured.status, captured.amountCaptured, captured.amountCapturable], ['completed', 600, 0]);
  const whole = await vinr.payments.create({ ...charged, captureMethod: 'manual' });
  assert.equal((await vinr.payments.capture(whole.id)).amountCaptured, 1000);
});

test('a cancelled payment cannot be captured, and the error says so', async () => {
  const { id } = await vinr.payments.create({ ...charged, capture: false });
  assert.equal((await vinr.payments.cancel(id)).status, 'cancelled');
  await assert.rejects(vinr.payments.capture(id), (error) => {
    assert.ok(error instanceof VinrInvalidRequestError);
    assert.deepEqual([error.status, error.code, error.type], [422, 'payment_not_capturable', 'invalid_request_error']);
    assert.match(error.requestId ?? '', /^req_/);
    assert.ok(error.message.includes('cancelled'), error.message);
    return true;
  });
});

test('the test helpers play the buyer: a typed card, then the answer to a challenge', async () => {
  const { id } = await vinr.payments.create(order);
  const challenged = await vinr.test.payments.pay(id, { number: '4000 0000 0000 3220' });
  assert.equal(challenged.status, 'requires_authentication');
  assert.equal(typeof challenged.authenticationUrl, 'string');
  assert.equal((await vinr.test.payments.authenticate(id, { result: 'succeed' })).status, 'completed');
});

test('payments are listed with filters, and with their customer when expand asks for it', async () => {
  const customer = await vinr.customers.create({ name: 'Ada' });
  const first = await vinr.payments.create({ ...charged, customer: customer.id });
  const second = await vinr.payments.create({ ...order, customerId: customer.id, currency: 'usd' });
  const ids = async (params: Parameters<typeof vinr.payments.list>[0]) => (await vinr.payments.list(params)).map((one) => one.id);
  assert.deepEqual(await ids({ customerId: customer.id }), [second.id, first.id]);
  assert.deepEqual(await ids({ customer: customer.id, status: 'completed' }), [first.id]);
  assert.deepEqual(await ids({ customerId: customer.id, currency: 'USD' }), [second.id]);
  const soon = Math.floor(Date.now() / 1000) + 3600;
  assert.deepEqual(await ids({ customerId: customer.id, created: { gte: soon } }), []);
  assert.deepEqual(await ids({ customerId: customer.id, created: { lt: soon }, limit: 1 }), [second.id]);
  const [expanded] = await vinr.payments.list({ customerId: customer.id, limit: 1, expand: ['customer'] });
  assert.deepEqual(expanded?.customer, customer);
  assert.deepEqual((await vinr.payments.retrieve(first.id, { expand: ['customer'] })).customer, customer);
});

test('the same idempotency key gives the same payment, in the options and in the parameters', async () => {
  const one = await vinr.payments.create(charged, { idempotencyKey: 'order-1' });
  assert.equal((await vinr.payments.create(charged, { idempotencyKey: 'order-1' })).id, one.id);
  assert.equal((await vinr.payments.create({ ...charged, idempotencyKey: 'order-1' })).id, one.id);
  // As a program without types may spell it, and as the API takes it.
  const spelled: object = { ...charged, idempotency_key: 'order-1' };
  assert.equal((await vinr.payments.create(spelled as typeof charged)).id, one.id);
  assert.notEqual((await vinr.payments.create(charged)).id, one.id);
  await assert.rejects(vinr.payments.create({ ...charged, amount: 1 }, { idempotencyKey: 'order-1' }), {
    name: 'VinrIdempotencyError',
    code: 'idempotency_key_reused',
    status: 409,
  });
});
