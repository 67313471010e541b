// The guides' blocks against a server: TypeScript compiled strictly and run, requests pasted into a shell.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, type Account, type Customer, type EarningRule, type Payment, type PaymentLink, type PaymentSession, type Product, type Refund, type Reward, type Setup, type TaxRate } from '@vinr/sdk';
import { answers, blocks, Desk, freePort, pasted, read, started } from './documents.js';
import { receiver } from './far-side.js';
import { serve, type Server } from './server.js';

const GUIDES = 'docs/guides';
/** What the demo shop's handler leaves to the merchant. */
const YOURS = `
export const packed: string[] = [];
const seen = new Set<string>();
const isNew = async (id: string) => !seen.has(id) && !!seen.add(id);
const pack = async (order: string | undefined) => void packed.push(order ?? '');
`;

let server: Server;
let vinr: Vinr;
/** Where the server of the guide to webhooks listens. */
let port: number;
const desk = new Desk('guides');
const log = console.log;

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  process.env['VINR_SECRET_KEY'] = server.secretKey;
  port = await freePort();
  const [whole = '', endpoint = '', standard = ''] = guide('verify-a-webhook', 'ts');
  desk.compile({
    accept: guide('accept-a-payment', 'ts').join('\n'),
    embed: guide('embed-the-card-form', 'ts').join('\n'),
    links: guide('payment-links', 'ts').join('\n'),
    whole: whole.replace('listen(4000', `listen(${port}`),
    endpoint,
    standard,
    refunds: guide('refunds-and-disputes', 'ts').join('\n'),
    loyalty: guide('launch-a-loyalty-program', 'ts').join('\n'),
    redeem: guide('redeem-at-checkout', 'ts').join('\n'),
    catalog: guide('set-up-a-catalog', 'ts').join('\n'),
    subscription: guide('bill-a-subscription', 'ts').join('\n'),
    save: guide('save-and-reuse-a-card', 'ts').join('\n'),
    time: guide('test-cards-and-time', 'ts').join('\n'),
    reconcile: guide('reconcile-a-payout', 'ts').join('\n'),
    handler: `${YOURS}${read('web/templates/demo/handler.ts')}`,
  });
});
after(async () => {
  console.log = log;
  desk.clear();
  await server.end();
});

/** The blocks of a guide, at the addresses of this test. */
function guide(name: string, language: string, shop = 'http://127.0.0.1:4000'): string[] {
  const found = blocks(`${GUIDES}/${name}.md`, language);
  return found.map((block) => block.replaceAll('http://127.0.0.1:8080', server.url).replaceAll('http://127.0.0.1:4000', shop));
}

/** What a shop keeps of an order in the guides. */
interface Order {
  id: string;
  amount: number;
  attempts: number;
  paymentId?: string;
}

/** What a request of a guide is answered with. */
const asked = <T>(block: string): T => JSON.parse(pasted(block.replace('curl ', 'curl --fail-with-body -sS '))) as T;

/** Runs a guide's program: what it prints is what stands behind each `console.log`. Answers how much that is. */
async function printsWhatItPromises(program: string, name: string): Promise<number> {
  const lines: string[] = [];
  console.log = (...words: unknown[]) => lines.push(words.join(' '));
  await desk.load(program);
  console.log = log;
  const promised = guide(name, 'ts').join('\n').matchAll(/console\.log\(.*\); \/\/ (.*)/g);
  assert.deepEqual(lines, [...promised].map(([, words]) => words));
  return lines.length;
}

test('the index names every guide, and every guide has blocks that are run here', () => {
  const linked = [...read(`${GUIDES}/README.md`).matchAll(/^- \[.*?\]\((\S+?)\.md\)/gm)].map(([, name]) => name ?? '');
  const counts = linked.map((name) => [name, blocks(`${GUIDES}/${name}.md`, 'sh').length, blocks(`${GUIDES}/${name}.md`, 'ts').length]);
  assert.deepEqual(counts, [
    ['accept-a-payment', 1, 2],
    ['embed-the-card-form', 2, 1],
    ['payment-links', 1, 3],
    ['verify-a-webhook', 1, 3],
    ['save-and-reuse-a-card', 1, 6],
    ['refunds-and-disputes', 2, 5],
    ['launch-a-loyalty-program', 1, 7],
    ['redeem-at-checkout', 2, 4],
    ['set-up-a-catalog', 2, 4],
    ['bill-a-subscription', 1, 5],
    ['test-cards-and-time', 2, 3],
    ['reconcile-a-payout', 1, 3],
  ]);
});

test('accept a payment: the request, the redirect, and the way back', async () => {
  const [request = ''] = guide('accept-a-payment', 'sh');
  const payment = asked<Payment>(request);
  assert.equal(payment.status, 'pending');
  assert.equal((await fetch(payment.checkoutUrl)).status, 200);

  const shop = await desk.load<{
    checkout: (order: Order) => Promise<Response>;
    thanks: (request: Request) => Promise<Response>;
  }>('accept');
  const order: Order = { id: '77', amount: 2500, attempts: 1 };
  const twice = await Promise.all([shop.checkout({ ...order }), shop.checkout(order)]);
  const [first = '', second] = twice.map((redirect) => redirect.headers.get('location') ?? '');
  assert.deepEqual([twice[0]?.status, second], [303, first], 'twice is once');
  assert.equal((await shop.checkout(order)).headers.get('location'), first, 'and so is later');
  await vinr.payments.cancel(order.paymentId ?? '');
  const page = (await shop.checkout(order)).headers.get('location') ?? '';
  assert.notEqual(page, first, 'what is over is begun anew');
  assert.equal((await shop.checkout(order)).headers.get('location'), page);
  const id = /pay_[0-9a-z]+/.exec(page)?.[0] ?? '';
  assert.deepEqual([order.paymentId, order.attempts], [id, 2]);
  const comesBack = async () => (await shop.thanks(new Request(`http://shop.test/thanks?paymentId=${id}&status=completed`))).text();
  assert.equal(await comesBack(), 'Your order is not paid yet.', 'whatever the address says');
  await vinr.test.payments.pay(id, { number: '4242 4242 4242 4242' });
  assert.equal(await comesBack(), 'Thank you. Your order is paid.');
});

test('embed the card form: the session, whose pages it is for, and the handler that a page asks', async () => {
  const [request = '', naming = ''] = guide('embed-the-card-form', 'sh');
  assert.deepEqual(asked<Account>(naming).allowedOrigins, ['https://shop.example', 'http://localhost:5173']);
  const session = asked<PaymentSession>(request);
  assert.deepEqual([session.status, session.clientSecret.startsWith(`${session.id}_secret_`)], ['pending', true]);
  const shop = await desk.load<{ session: (order: Order) => Promise<Response> }>('embed');
  const order: Order = { id: '78', amount: 2500, attempts: 1 };
  const told = async () => (await (await shop.session(order)).json()) as { clientSecret: string };
  const first = await told();
  assert.deepEqual(await told(), first, 'twice is once');
  assert.equal((await vinr.payments.retrieve(first.clientSecret.split('_secret_')[0] ?? '')).amount, 2500);
  await vinr.payments.cancel(order.paymentId ?? '');
  const anew = await told();
  assert.notEqual(anew.clientSecret, first.clientSecret, 'what is over is begun anew');
  assert.equal(anew.clientSecret.split('_secret_')[0], order.paymentId);
});

test('payment links: one for one buyer, one for many, and what they brought', async () => {
  const [request = ''] = guide('payment-links', 'sh');
  const invoice = asked<PaymentLink>(request);
  assert.deepEqual([invoice.status, invoice.reusable], ['active', false]);
  const { tickets, paid, close } = await desk.load<{
    tickets: PaymentLink;
    paid: (linkId: string) => Promise<string[]>;
    close: (linkId: string) => Promise<string>;
  }>('links');
  assert.equal((await fetch(tickets.qrCodeUrl)).headers.get('content-type'), 'image/svg+xml');
  for (let visits = 0; visits < 2; visits += 1) await fetch(tickets.url, { method: 'POST', redirect: 'manual' });
  const made = await vinr.payments.list({ paymentLinkId: tickets.id });
  assert.deepEqual(made.map((one) => one.metadata), [{ workshop: '12-06' }, { workshop: '12-06' }]);
  const id = made[0]?.id ?? '';
  await vinr.test.payments.pay(id, { number: '4242 4242 4242 4242' });
  assert.deepEqual(await paid(tickets.id), [id]);
  assert.equal(await close(tickets.id), 'inactive');
  await assert.rejects(vinr.test.payments.pay(made[1]?.id ?? '', { number: '4242 4242 4242 4242' }), { code: 'payment_link_inactive' });
});

test('verify a webhook: the server of the guide, and what is forged', { timeout: 60_000 }, async (t) => {
  const shop = `http://127.0.0.1:${port}`;
  const program = started('node', [desk.compiled('whole')]);
  t.after(() => program.end());
  await answers(shop);

  const [register = ''] = guide('verify-a-webhook', 'sh', shop);
  const { id } = asked<{ id: string }>(register);
  await vinr.payments.create({ amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true, metadata: { orderId: '1234' } });
  assert.equal(await program.says(/paid/), 'order 1234 is paid');
  const events = await vinr.events.list({ type: 'payment.completed' });
  const forged = await fetch(`${shop}/webhooks`, { method: 'POST', body: JSON.stringify(events[0]), headers: { 'x-vinr-signature': `t=1,v1=${'0'.repeat(64)}` } });
  assert.equal(forged.status, 400);
  assert.equal((await fetch(`${shop}/webhooks`, { method: 'POST', body: '{}' })).status, 400);
  await vinr.webhooks.delete(id);
});

test('verify a webhook: with the secret of the endpoint, and with a published library', async (t) => {
  const shop = await receiver();
  t.after(() => shop.end());
  const { secret } = await vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment.completed'] });
  process.env['VINR_WEBHOOK_SECRET'] = secret ?? '';
  await vinr.payments.create({ amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true });
  const { payload, headers } = await shop.next();
  for (const name of ['endpoint', 'standard']) {
    const { verified } = await desk.load<{ verified: (payload: string, headers: Headers) => { type: string } }>(name);
    assert.equal(verified(payload, headers).type, 'payment.completed', name);
    assert.throws(() => verified(`${payload} `, headers), name);
  }
});

test('save and reuse a card: the customer, the page, the charges and the wallet', async () => {
  const [byHand = ''] = guide('save-and-reuse-a-card', 'sh');
  const done = JSON.parse(pasted(byHand)) as Setup;
  assert.deepEqual([done.status, typeof done.paymentMethodId], ['succeeded', 'string']);

  const shop = await desk.load<{
    customerOf: (userId: string, email: string) => Promise<Customer>;
    addCard: (customerId: string) => Promise<Response>;
    charge: (customerId: string, orderId: string, amount: number) => Promise<Record<string, unknown>>;
    wallet: (customerId: string) => Promise<string[]>;
    prefer: (customerId: string, methodId: string) => Promise<void>;
    remove: (customerId: string, methodId: string) => Promise<void>;
    mandates: (customerId: string) => Promise<string[]>;
    renewed: (methodId: string) => Promise<string>;
  }>('save');
  const { id } = await shop.customerOf('user_1', 'ada@example.com');
  assert.equal((await shop.customerOf('user_1', 'ada@example.com')).id, id, 'a buyer is one customer');
  await assert.rejects(shop.charge(id, '1', 2500), { code: 'payment_method_missing', status: 400 });
  const save = async (number: string) => {
    const redirect = await shop.addCard(id);
    assert.equal(redirect.status, 303);
    const setup = /set_[0-9a-z]+/.exec(redirect.headers.get('location') ?? '')?.[0] ?? '';
    const typed = await vinr.test.setups.pay(setup, { number });
    const saved = typed.status === 'succeeded' ? typed : await vinr.test.setups.authenticate(setup, { result: 'succeed' });
    return saved.paymentMethodId ?? '';
  };
  const first = await save('4242 4242 4242 4242');
  assert.deepEqual(await shop.charge(id, '2', 2500), { paid: true });
  assert.deepEqual(await shop.charge(id, '2', 2500), { paid: true }, 'once, however often');
  assert.equal((await vinr.payments.list({ customerId: id })).length, 1);

  const wantsBuyer = await save('4000 0000 0000 3220');
  await shop.prefer(id, wantsBuyer);
  const asked = await shop.charge(id, '3', 2500);
  assert.equal(asked['paid'], false);
  assert.equal((await fetch(String(asked['bringTheBuyerTo']))).status, 200);
  await shop.prefer(id, await save('4000 0000 0000 0341'));
  assert.deepEqual([(await shop.charge(id, '4', 2500))['tryAgain']], [true]);

  assert.equal(await shop.renewed(first), '1881');
  assert.deepEqual((await shop.wallet(id)).map((line) => line.slice(0, 14)), ['visa •••• 0341', 'visa •••• 3220', 'visa •••• 1881']);
  await shop.remove(id, first);
  assert.equal((await shop.wallet(id)).length, 2);

  const setup = await vinr.customers.setupMethod({ customerId: id });
  const given = await vinr.test.setups.debit(setup.id, { iban: 'DE89 3704 0044 0532 0130 00', accountHolder: 'Ada Lovelace' });
  const account = await vinr.paymentMethods.retrieve(given.paymentMethodId ?? '');
  assert.deepEqual([account.brand, account.mandate?.setupId, account.mandate?.status], [null, setup.id, 'active']);
  assert.deepEqual(await shop.mandates(id), [`3000: ${account.mandate?.reference}, given ${account.mandate?.acceptedAt}`]);
  assert.equal((await shop.wallet(id))[0], 'account DE •••• 3000');
  await shop.prefer(id, account.id);
  const debited = await shop.charge(id, '5', 2500);
  assert.equal(debited['paid'], false);
  await vinr.test.clock.advance({ seconds: 5 * 86_400 });
  assert.equal((await vinr.payments.retrieve(String(debited['waitFor']))).status, 'completed');
  await shop.remove(id, account.id);
  assert.equal((await vinr.paymentMethods.retrieve(account.id)).mandate?.status, 'revoked');
  await assert.rejects(vinr.payments.create({ amount: 100, currency: 'EUR', customerId: id, paymentMethodId: account.id, offSession: true }), { code: 'payment_method_detached' });
});

test('test cards and time: the token, the buyer, the bank and the clock', async () => {
  const [token = '', clock = ''] = guide('test-cards-and-time', 'sh');
  const declined = asked<Payment>(token);
  assert.deepEqual([declined.status, declined.failure?.code], ['failed', 'insufficient_funds']);

  assert.equal(await printsWhatItPromises('time', 'test-cards-and-time'), 6);

  const before = await vinr.test.clock.retrieve();
  const after = asked<{ offsetSeconds: number }>(clock);
  assert.equal(after.offsetSeconds, before.offsetSeconds + 86_400);
});

test('reconcile a payout: from the payout to each payment, and back', async () => {
  assert.equal(await printsWhatItPromises('reconcile', 'reconcile-a-payout'), 2);
  const [request = ''] = guide('reconcile-a-payout', 'sh');
  assert.deepEqual(asked<{ pending: unknown }>(request).pending, [{ currency: 'EUR', amount: 0 }]);
});

test('refunds and disputes: the requests, and what the program says', async () => {
  const [paying = '', giving = ''] = guide('refunds-and-disputes', 'sh');
  const paid = asked<Payment>(paying);
  const refund = asked<Refund>(giving);
  assert.deepEqual([paid.status, refund.status, refund.paymentId, refund.amount], ['completed', 'succeeded', paid.id, 2100]);
  assert.equal(asked<Refund>(giving).id, refund.id, 'the same key, the same refund');
  assert.equal(await printsWhatItPromises('refunds', 'refunds-and-disputes'), 11);
});

test('launch a loyalty program: the rule, and what every payment, refund and month makes of it', async () => {
  const [request = ''] = guide('launch-a-loyalty-program', 'sh');
  const { id, award } = asked<EarningRule>(request);
  assert.deepEqual([id, award], ['rule_base', { type: 'per_amount', per: 100, points: 1 }]);
  assert.equal(await printsWhatItPromises('loyalty', 'launch-a-loyalty-program'), 10);
});

test('redeem at checkout: the reward, the payment less its discount, and the points that go back', async () => {
  const [request = ''] = guide('redeem-at-checkout', 'sh');
  const { id, value } = asked<Reward>(request);
  assert.deepEqual([id, value], ['rwd_5eur_off', { amount: 500, currency: 'EUR' }]);
  const shop = await desk.load<{
    checkout: (orderId: string, customer: string, account: string) => Promise<string>;
    redeemIfPossible: (account: string) => Promise<string | undefined>;
    giveUp: (redemptionId: string) => Promise<string>;
  }>('redeem');
  const customer = (await vinr.customers.create({})).id;
  const account = (await vinr.loyalty.accounts.create({ customer })).id;
  const { balanceAfter } = await vinr.loyalty.transactions.create({ account, amount: 1200 });
  const lines: string[] = [];
  console.log = (...words: unknown[]) => lines.push(words.join(' '));
  const page = await shop.checkout('79', customer, account);
  const again = await shop.checkout('79', customer, account);
  const second = (await shop.redeemIfPossible(account)) ?? '';
  const third = await shop.redeemIfPossible(account);
  console.log = log;
  assert.deepEqual([lines, again], [['4200 3700', '4200 3700', `${balanceAfter - 2 * 500} 500`], page], 'twice is once');
  assert.deepEqual([third, await shop.giveUp(second)], [undefined, 'cancelled']);
  assert.equal((await vinr.loyalty.accounts.retrieve(account)).balance, balanceAfter - 500);
  const [carried] = await vinr.loyalty.redemptions.list({ account, status: 'attached' });
  await vinr.test.clock.advance({ seconds: 30 * 60 });
  assert.equal((await vinr.loyalty.redemptions.retrieve(carried?.id ?? '')).status, 'released');
  assert.equal((await vinr.payments.retrieve(/pay_[0-9a-z]+/.exec(page)?.[0] ?? '')).amount, 4200);
});

test('redeem at checkout: store credit is given, held by a payment, and taken when it completes', async () => {
  const [, request = ''] = guide('redeem-at-checkout', 'sh');
  const { id, type } = asked<Reward>(request);
  assert.equal(type, 'store_credit');
  const shop = await desk.load<{ checkoutWithCredit: (orderId: string, customer: string) => Promise<string> }>('redeem');
  const customer = (await vinr.customers.create({})).id;
  const account = (await vinr.loyalty.accounts.create({ customer })).id;
  await vinr.loyalty.transactions.create({ account, amount: 800 });
  const redemption = await vinr.loyalty.redemptions.create({ account, reward: id });
  assert.equal(redemption.status, 'applied');
  await assert.rejects(vinr.loyalty.redemptions.cancel(redemption.id), { code: 'redemption_in_use' });
  const lines: string[] = [];
  console.log = (...words: unknown[]) => lines.push(words.join(' '));
  const page = await shop.checkoutWithCredit('80', customer);
  console.log = log;
  assert.deepEqual(lines, ['1000 3200', '1000 1000']);
  const payment = /pay_[0-9a-z]+/.exec(page)?.[0] ?? '';
  assert.equal((await vinr.test.payments.pay(payment, { number: '4242 4242 4242 4242' })).amountCaptured, 3200);
  const moved = await vinr.loyalty.credit.transactions.list({ customer });
  assert.deepEqual(moved.map(({ type, amount, balanceAfter }) => [type, amount, balanceAfter]), [['spend', -1000, 0], ['grant', 1000, 1000]]);
  const back = await vinr.refunds.create({ payment });
  assert.deepEqual([back.amount, back.creditAmount], [4200, 1000]);
  assert.equal((await vinr.loyalty.credit.transactions.retrieve((await vinr.loyalty.credit.transactions.list({ payment }))[0]?.id ?? '')).type, 'refund');
});

test('set up a catalog: a product, prices that stay as they are, a coupon and a tax rate', async () => {
  const [product = '', rate = ''] = guide('set-up-a-catalog', 'sh');
  assert.deepEqual(asked<Product>(product).id, 'prod_team');
  const { percentage, inclusive, country } = asked<TaxRate>(rate);
  assert.deepEqual([percentage, inclusive, country], [20, true, 'BG']);
  const shop = await desk.load<{
    monthly: () => Promise<string>;
    metered: () => Promise<string>;
    raise: (old: string) => Promise<string>;
    spring: () => Promise<string | undefined>;
  }>('catalog');
  const lines: string[] = [];
  console.log = (...words: unknown[]) => lines.push(words.map(String).join(' '));
  const old = await shop.monthly();
  const again = await shop.monthly();
  await shop.metered();
  const raised = await shop.raise(old);
  const coupon = (await shop.spring()) ?? '';
  const taken = await shop.spring();
  console.log = log;
  assert.deepEqual([lines, again, taken], [['per_unit licensed', 'per_unit licensed', 'null 0.125', 'SPRING25 0'], old, undefined]);
  const { active, amount } = await vinr.prices.retrieve(old);
  assert.deepEqual([active, amount], [false, 2900], 'switched off, and what it costs is what it was');
  // The types do not let it be asked for.
  const wrong = { amount: 3900 } as object;
  await assert.rejects(vinr.prices.update(old, wrong), { code: 'parameter_immutable', param: 'amount' });
  const offered = await vinr.prices.list({ product: 'prod_team', active: true });
  assert.ok([...offered].some(({ id }) => id === raised) && ![...offered].some(({ id }) => id === old));
  assert.deepEqual((await vinr.coupons.retrieve(coupon)).appliesTo, ['prod_team']);
});

test('bill a subscription: every month, another plan, and the end', async () => {
  const [request = ''] = guide('bill-a-subscription', 'sh');
  assert.equal(asked<Product>(request).id, 'prod_studio');
  assert.equal(await printsWhatItPromises('subscription', 'bill-a-subscription'), 9);
});

test('the cards that a guide names do what it says', async () => {
  const rows = [...read(`${GUIDES}/test-cards-and-time.md`).matchAll(/^\| ([\d ]+) \| (.*) \|$/gm)];
  assert.equal(rows.length, 6);
  for (const [, number = '', says = ''] of rows) {
    const { id } = await vinr.payments.create({ amount: 100, currency: 'EUR' });
    const paid = await vinr.test.payments.pay(id, { number });
    const outcome = paid.failure ? `declined: \`${paid.failure.code}\`` : { completed: 'approved', requires_authentication: 'the bank asks the buyer' }[paid.status as string];
    assert.equal(outcome, says, number);
  }
});

test('the accounts that a guide names do what it says', async () => {
  const rows = [...read(`${GUIDES}/test-cards-and-time.md`).matchAll(/^\| ([A-Z]{2}\d{2} [\dA-Z ]+) \| (.*) \|$/gm)];
  assert.equal(rows.length, 9);
  const debits = [];
  for (const [, iban = '', says = ''] of rows) {
    const { id } = await vinr.payments.create({ amount: 100, currency: 'EUR' });
    const debited = await vinr.test.payments.debit(id, { iban, accountHolder: 'Ada Lovelace' });
    assert.deepEqual([debited.status, debited.method], ['processing', 'sepa_debit'], iban);
    debits.push({ id, says });
  }
  await vinr.test.clock.advance({ seconds: 7 * 86_400 });
  let expected = '';
  for (const { id, says } of debits) {
    const { status, failure } = await vinr.payments.retrieve(id);
    if (says !== 'the same') expected = says;
    assert.ok(expected.startsWith(`\`${status}\` after `), expected);
    assert.equal(expected.endsWith(`\`${failure?.code ?? status}\``) || failure === null, true, expected);
  }
});

test('what the demo shop shows as its handler packs an order', async (t) => {
  const { POST, packed } = await desk.load<{ POST: (request: Request) => Promise<Response>; packed: string[] }>('handler');
  const shop = await receiver();
  t.after(() => shop.end());
  const { id } = await vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment.completed'] });
  await vinr.payments.create({ amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true, metadata: { orderId: '88' } });
  const { payload, headers } = await shop.next();
  const post = (body: string) => POST(new Request('http://shop.test/hooks', { method: 'POST', body, headers }));
  assert.deepEqual([(await post(payload)).status, (await post(payload)).status, packed], [204, 204, ['88']]);
  await assert.rejects(post(`${payload} `), { name: 'VinrSignatureError' });
  await vinr.webhooks.delete(id);
});
