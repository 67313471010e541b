// Customers, the account, its balance, its events and its clock.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, VinrAuthenticationError, VinrInvalidRequestError } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;
const charged = { amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true };

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, publicKey: server.publicKey, baseUrl: server.url });
});
after(() => server.end());

test('a customer is created, retrieved, changed, found and deleted', async () => {
  const created = await vinr.customers.create({ email: 'ada@example.com', name: 'Ada', metadata: { internalId: 'user_8821', vip: true } });
  assert.deepEqual([created.object, created.metadata], ['customer', { internalId: 'user_8821', vip: 'true' }]);
  assert.deepEqual(await vinr.customers.retrieve(created.id), created);
  const changed = await vinr.customers.update(created.id, { name: null, phone: '+359 2 123', metadata: { vip: '' } });
  assert.deepEqual([changed.name, changed.phone, changed.email, changed.metadata], [null, '+359 2 123', 'ada@example.com', { internalId: 'user_8821' }]);
  assert.deepEqual((await vinr.customers.list({ email: 'ADA@example.com' })).map((one) => one.id), [created.id]);
  assert.deepEqual((await vinr.customers.list({ metadata: { internalId: 'user_8821' } })).map((one) => one.id), [created.id]);
  assert.deepEqual(await vinr.customers.delete(created.id), { id: created.id, object: 'customer', deleted: true });
  await assert.rejects(vinr.customers.retrieve(created.id), { name: 'VinrInvalidRequestError', status: 404, code: 'resource_missing' });
});

test('a customer without any detail can be created', async () => {
  assert.equal((await vinr.customers.create()).email, null);
});

test('the account is retrieved and changed', async () => {
  const account = await vinr.account.retrieve();
  assert.match(account.id, /^acct_/);
  const changed = await vinr.account.update({ name: 'Kaffeehaus Linde', timeZone: 'Europe/Sofia' });
  assert.deepEqual(changed, { ...account, name: 'Kaffeehaus Linde', timeZone: 'Europe/Sofia' });
});

test('the balance grows by a payment less its fee', async () => {
  const pending = async () => (await vinr.balance.retrieve()).pending.find((one) => one.currency === 'EUR')?.amount ?? 0;
  const before = await pending();
  const payment = await vinr.payments.create(charged);
  assert.equal(payment.fee, 40);
  assert.equal((await pending()) - before, 960);
});

test('an event is listed by its type, retrieved by its id, and told apart by TypeScript', async () => {
  const payment = await vinr.payments.create({ ...charged, metadata: { orderId: '9' } });
  const [listed] = await vinr.events.list({ type: 'payment.completed', limit: 1 });
  assert.ok(listed);
  const event = await vinr.events.retrieve(listed.id);
  assert.deepEqual(event, listed);
  assert.equal(event.object, 'event');
  assert.ok(event.type === 'payment.completed');
  assert.equal(event.data.metadata['orderId'], '9');
  assert.deepEqual(event.data, payment);
});

test('an event that is waited for comes as soon as it happens', async () => {
  const last = (await vinr.events.list({ limit: 1 }))[0]?.sequence ?? 0;
  const started = Date.now();
  const waiting = vinr.events.list({ after: last, wait: 20 });
  const customer = await vinr.customers.create({ name: 'Grace' });
  const [event] = await waiting;
  assert.ok(event?.type === 'customer.created' && Date.now() - started < 10_000);
  assert.equal(event.data.id, customer.id);
});

test('the clock moves forward, and what falls due on the way happens', async () => {
  const { id } = await vinr.payments.create({ amount: 1000, currency: 'EUR' });
  const before = await vinr.test.clock.retrieve();
  assert.equal(before.object, 'test_clock');
  const moved = await vinr.test.clock.advance({ seconds: 25 * 3600 });
  const seconds = (Date.parse(moved.now) - Date.parse(before.now)) / 1000;
  assert.ok(seconds >= 25 * 3600 && seconds < 25 * 3600 + 60, `${seconds} s`);
  assert.ok(moved.ran.timers >= 1);
  assert.equal((await vinr.payments.retrieve(id)).status, 'expired');
  const to = new Date(Date.parse(moved.now) + 3_600_000).toISOString();
  assert.ok(Date.parse((await vinr.test.clock.advance({ to })).now) >= Date.parse(to));
});

test('a reset leaves nothing but the account', async () => {
  await vinr.payments.create({ amount: 1000, currency: 'EUR' });
  const before = await vinr.account.retrieve();
  const reset = await vinr.test.reset();
  assert.equal(reset.object, 'test_reset');
  assert.ok(Math.abs(Date.parse(reset.now) - Date.now()) < 60_000, 'the clock shows the time of the world');
  assert.deepEqual([...(await vinr.payments.list()), ...(await vinr.events.list())], []);
  assert.deepEqual(await vinr.account.retrieve(), before);
});

test('all problems of a request are told together', async () => {
  const wrong = { currency: 'XXX', amount: 0, returnUrl: 'nowhere' };
  await assert.rejects(vinr.payments.create(wrong), (error) => {
    assert.ok(error instanceof VinrInvalidRequestError);
    assert.deepEqual(error.errors.map((one) => one.param).sort(), ['amount', 'currency', 'returnUrl']);
    assert.deepEqual([error.param, error.code], [error.errors[0]?.param, error.errors[0]?.code]);
    assert.ok(error.docUrl?.startsWith(server.url));
    return true;
  });
});

test('a key that the server does not know is an authentication error, and a public key is not enough', async () => {
  const stranger = new Vinr({ secretKey: 'sk_test_stranger', baseUrl: server.url });
  await assert.rejects(stranger.balance.retrieve(), (error) => error instanceof VinrAuthenticationError && error.code === 'invalid_api_key' && error.status === 401);
  assert.equal(vinr.publicKey, server.publicKey);
});

test('an answer that was lost on its way does not charge twice', async () => {
  const done: number[] = [];
  const losing = (async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    done.push(response.status);
    if (done.length < 3) throw new TypeError('the answer was lost');
    return response;
  }) as typeof globalThis.fetch;
  const unlucky = new Vinr({ secretKey: server.secretKey, baseUrl: server.url, fetch: losing });
  const customer = await vinr.customers.create({ name: 'Lucky' });
  const payment = await unlucky.payments.create({ ...charged, customerId: customer.id });
  assert.deepEqual(done, [200, 200, 200]);
  assert.deepEqual((await vinr.payments.list({ customerId: customer.id })).map((one) => one.id), [payment.id]);
});

test('a burst beyond the rate limit is worked off by waiting as long as the server says', async (t) => {
  const limiting = await serve('25');
  t.after(() => limiting.end());
  let limited = 0;
  const counting = (async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    if (response.status === 429) limited++;
    return response;
  }) as typeof globalThis.fetch;
  const eager = new Vinr({ secretKey: limiting.secretKey, baseUrl: limiting.url, fetch: counting, maxRetries: 8 });
  const made = await Promise.all(Array.from({ length: 70 }, (_, index) => eager.customers.create({ name: `burst ${index}` })));
  assert.ok(limited > 0, 'the limit was never reached');
  assert.equal(new Set(made.map((one) => one.id)).size, 70);
});
