// The documentation's samples, run as they are. They name no host, so what they send to VINR's is brought to a server
// of this test.
import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Vinr, type Customer, type Payment, type PointsTransaction, type Price, type Redemption, type Subscription } from '@vinr/sdk';
import { receiver } from './far-side.js';
import { serve, type Server } from './server.js';

type Handler = (request: Request) => Promise<Response>;

let server: Server;
const fetchBefore = globalThis.fetch;
const called: unknown[][] = [];

/** A sample, once the environment is as it expects. They are compiled apart, as a merchant would. */
const sample = async <T>(name: string): Promise<T> => (await import(new URL(`samples/${name}.js`, import.meta.url).href)) as T;

before(async () => {
  server = await serve();
  process.env['VINR_SECRET_KEY'] = server.secretKey;
  const local = (input: string | URL | Request, init?: RequestInit) => {
    const url = String(input instanceof Request ? input.url : input);
    return fetchBefore(url.replace('https://sandbox.api.vinr.com', server.url), init);
  };
  globalThis.fetch = local as typeof globalThis.fetch;
  for (const name of ['fulfillOrder', 'grantAccess', 'notifyCustomer']) {
    Object.assign(globalThis, { [name]: async (...args: unknown[]) => called.push([name, ...args]) });
  }
});
after(async () => {
  globalThis.fetch = fetchBefore;
  await server.end();
});

/** A delivery of an event as a sample expects it, signed as the server signs. */
function delivery(event: object): { payload: string; signature: string } {
  const payload = JSON.stringify(event);
  const digest = createHash('sha256').update(server.secretKey).digest();
  const key = Buffer.from(hkdfSync('sha256', digest, '', 'vinr webhook', 32));
  const time = Math.floor(Date.now() / 1000);
  return { payload, signature: `t=${time},v1=${createHmac('sha256', key).update(`${time}.${payload}`).digest('hex')}` };
}

const posted = ({ payload, signature }: { payload: string; signature: string | null }) =>
  new Request('http://shop.test/hooks', { method: 'POST', body: payload, headers: { 'x-vinr-signature': signature ?? '' } });

test('the first sample sends its buyer to the hosted page', async () => {
  const { GET } = await sample<{ GET: () => Promise<Response> }>('hosted');
  const answer = await GET();
  assert.equal(answer.status, 302);
  const page = await fetchBefore(answer.headers.get('location') ?? '');
  assert.equal(page.status, 200);
  assert.ok((await page.text()).includes('Order #1234'));
});

test('the embedded sample gives the client secret of a payment that waits for its browser', async () => {
  const { embedded } = await sample<{ embedded: () => Promise<string> }>('other-paths');
  const [id = '', random = ''] = (await embedded()).split('_secret_');
  assert.match(random, /^[0-9a-f]{64}$/);
  const { status, amount, currency } = await new Vinr({ secretKey: server.secretKey, baseUrl: server.url }).payments.retrieve(id);
  assert.deepEqual([status, amount, currency], ['pending', 1000, 'EUR']);
});

test('the direct sample charges a card that the shop has tokenised, which it may with an attestation on file only', async () => {
  const { direct } = await sample<{ direct: () => Promise<Payment> }>('other-paths');
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  const card = { number: '4242 4242 4242 4242', expMonth: 12, expYear: new Date().getFullYear() + 3, cvc: '123' };
  const tokenise = () => vinr.paymentMethods.create({ id: 'pm_tokenized_from_your_client', type: 'card', card });
  await assert.rejects(tokenise(), { name: 'VinrPermissionError', code: 'pci_attestation_required', status: 403 });
  server.operate('account', 'attest', server.accountId);
  // A commit finds that the account is not as the server remembers it.
  await vinr.payments.create({ amount: 1, currency: 'EUR' });
  await tokenise();
  const payment = await direct();
  assert.deepEqual([payment.status, payment.amount, payment.currency], ['completed', 1000, 'EUR']);
  assert.equal(payment.paymentMethodId, 'pm_tokenized_from_your_client');
});

test('the handler of the samples fulfils an order that was really delivered', async (t) => {
  const { POST } = await sample<{ POST: Handler }>('webhook');
  const shop = await receiver();
  t.after(() => shop.end());
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment.completed'] });
  await vinr.payments.create({ amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true, metadata: { orderId: '77' } });
  assert.equal((await POST(posted(await shop.next()))).status, 200);
  assert.deepEqual(called.splice(0), [['fulfillOrder', '77']]);
});

test('the handlers of the samples take invoices and points', async () => {
  const { POST } = await sample<{ POST: Handler }>('webhook');
  const { handle } = await sample<{ handle: (payload: string, signature: string | null) => Promise<void> }>('invoice');
  const invoice = delivery({ id: 'evt_1', type: 'invoice.paid', data: { customerId: 'cust_8fa2' } });
  const points = delivery({ id: 'evt_2', type: 'loyalty.points.earned', data: { customerId: 'cust_8fa2', amount: 42 } });
  await POST(posted(invoice));
  await POST(posted(points));
  await handle(invoice.payload, invoice.signature);
  assert.deepEqual(called.splice(0), [['grantAccess', 'cust_8fa2'], ['notifyCustomer', 'cust_8fa2', 42], ['grantAccess', 'cust_8fa2']]);
  await assert.rejects(handle(invoice.payload, null), { name: 'VinrSignatureError' });
});

test('the samples of engagement earn for a customer and for a pinned member, and find it all again', async () => {
  const { members, audit } = await sample<{ members: () => Promise<Payment[]>; audit: () => Promise<PointsTransaction[]> }>('engagement');
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await vinr.customers.create({ id: 'cust_abc123' });
  const linked = await vinr.loyalty.accounts.create({ customer: 'cust_abc123' });
  await vinr.loyalty.accounts.create({ id: 'loy_9f2k' });
  const rule = await vinr.loyalty.earningRules.create({ award: { type: 'per_amount', per: 100, points: 1 } });
  const payments = await members();
  for (const payment of payments) await vinr.test.payments.pay(payment.id, { number: '4242 4242 4242 4242' });
  const [earned, ...others] = await audit();
  assert.equal(others.length, 0);
  assert.deepEqual([earned?.account, earned?.points, earned?.type], ['loy_9f2k', 42, 'earn']);
  const { payment, amount, currency } = earned?.source ?? {};
  assert.deepEqual({ payment, amount, currency }, { payment: payments[1]?.id, amount: 4200, currency: 'eur' });
  assert.equal((await vinr.loyalty.accounts.retrieve(linked.id)).balance, 42);
  assert.deepEqual(await vinr.loyalty.earningRules.delete(rule.id), { id: rule.id, object: 'earning_rule', deleted: true });
});

test('the sample that gives points by hand gives them once, however often it is told', async (t) => {
  const { handle } = await sample<{ handle: (payload: string, signature: string | null) => Promise<void> }>('earn');
  const shop = await receiver();
  t.after(() => shop.end());
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  const { id } = await vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment.completed'] });
  const customer = (await vinr.customers.create({})).id;
  const member = await vinr.loyalty.accounts.create({ customer });
  await vinr.payments.create({ customer, amount: 4250, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true });
  const { payload, signature } = await shop.next();
  await handle(payload, signature);
  await handle(payload, signature);
  const given = await vinr.loyalty.transactions.list({ account: member.id });
  assert.deepEqual(given.map((one) => one.points), [42]);
  const { invariants } = await vinr.reconciliation.retrieve();
  assert.ok(invariants.every((one) => one.holds));
  await vinr.webhooks.delete(id);
});

test('the handler of earned points names account, points and payment', async (t) => {
  const { POST } = await sample<{ POST: Handler }>('loyalty');
  const lines: unknown[] = [];
  const log = console.log;
  t.after(() => (console.log = log));
  console.log = (line: unknown) => lines.push(line);
  await POST(posted(delivery({ id: 'evt_3', type: 'loyalty.points.earned', data: { account: 'loy_9f2k', points: 42, source: { payment: 'pay_5tNc' } } })));
  assert.deepEqual(lines, ['Awarded 42 pts to loy_9f2k from pay_5tNc']);
});

test('the samples of customers register one, find it again, save a card and show it', async () => {
  const { register, find, save, wallet } = await sample<{
    register: () => Promise<Customer>;
    find: (email: string) => Promise<Customer[]>;
    save: (customer: Customer) => Promise<Response>;
    wallet: (customer: Customer) => Promise<string | undefined>;
  }>('customers');
  const customer = await register();
  assert.match(customer.id, /^cust_/);
  assert.deepEqual((await find('ADA@example.com')).map((one) => one.id), [customer.id]);
  assert.equal(await wallet(customer), undefined);

  const answer = await save(customer);
  const checkoutUrl = answer.headers.get('location') ?? '';
  assert.equal((await fetchBefore(checkoutUrl)).status, 200);
  const setup = /set_[0-9a-z]+/.exec(checkoutUrl)?.[0] ?? '';
  await new Vinr({ secretKey: server.secretKey, baseUrl: server.url }).test.setups.pay(setup, { number: '4242 4242 4242 4242' });
  assert.equal(await wallet(customer), '4242');
});

test('the sample that redeems at the checkout charges 37.00 of 42.00, and gives the points back if it is abandoned', async () => {
  type Redeemed = { redemption: Redemption; payment: Payment };
  const { redeem, abandon } = await sample<{ redeem: () => Promise<Redeemed>; abandon: (id: string) => Promise<Redemption> }>('redeem');
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  // The ids of the documentation, which other samples use too.
  await vinr.test.reset();
  await vinr.customers.create({ id: 'cust_abc123' });
  await vinr.loyalty.accounts.create({ id: 'loy_9f2k', customer: 'cust_abc123' });
  await vinr.loyalty.transactions.create({ account: 'loy_9f2k', amount: 1000 });
  const value = { amount: 500, currency: 'eur' };
  await vinr.loyalty.rewards.create({ id: 'rwd_5eur_off', name: 'EUR 5.00 off', type: 'discount_amount', cost: 500, value });
  const kept = await redeem();
  assert.equal(kept.redemption.discount, 500);
  assert.deepEqual([kept.payment.amount, kept.payment.originalAmount], [3700, 4200]);
  const paid = await vinr.test.payments.pay(kept.payment.id, { number: '4242 4242 4242 4242' });
  assert.deepEqual([paid.status, paid.amountCaptured], ['completed', 3700]);
  const abandoned = await redeem();
  assert.equal((await abandon(abandoned.redemption.id)).status, 'cancelled');
  assert.equal((await vinr.loyalty.accounts.retrieve('loy_9f2k')).balance, 500);
});

test('the sample of a price makes one that comes every month', async () => {
  const { define } = await sample<{ define: () => Promise<Price> }>('price');
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await assert.rejects(define(), { code: 'resource_missing', param: 'productId' });
  await vinr.products.create({ id: 'prod_starter', name: 'Starter' });
  const price = await define();
  assert.match(price.id, /^price_/);
  assert.deepEqual([price.productId, price.amount, price.currency, price.model], ['prod_starter', 2900, 'EUR', 'per_unit']);
  assert.deepEqual(price.recurring, { interval: 'month', intervalCount: 1, usageType: 'licensed', aggregateUsage: null });
  assert.deepEqual(await vinr.prices.retrieve(price.id), price);
});

test('the samples of billing subscribe a customer, who pays at once, and let them in when their invoice is paid', async (t) => {
  const { define } = await sample<{ define: () => Promise<Price> }>('price');
  const { subscribe } = await sample<{ subscribe: (price: Price) => Promise<Subscription> }>('subscribe');
  const { handle } = await sample<{ handle: (payload: string, signature: string | null) => Promise<void> }>('invoice');
  const shop = await receiver();
  t.after(() => shop.end());
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await vinr.test.reset();
  await vinr.webhooks.create({ url: shop.url, enabledEvents: ['invoice.paid'] });
  await vinr.products.create({ id: 'prod_starter', name: 'Starter' });
  await vinr.customers.create({ id: 'cust_8fa2' });
  const setup = await vinr.customers.setupMethod({ customerId: 'cust_8fa2' });
  await vinr.test.setups.pay(setup.id, { number: '4242 4242 4242 4242' });
  const subscription = await subscribe(await define());
  assert.match(subscription.id, /^sub_/);
  assert.deepEqual([subscription.status, subscription.customerId], ['active', 'cust_8fa2']);
  const invoice = await vinr.invoices.retrieve(subscription.latestInvoiceId ?? '');
  assert.deepEqual([invoice.status, invoice.amountPaid, invoice.currency], ['paid', 2900, 'EUR']);
  const { payload, signature } = await shop.next();
  await handle(payload, signature);
  assert.deepEqual(called.splice(0), [['grantAccess', 'cust_8fa2']]);
});
