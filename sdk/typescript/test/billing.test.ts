// What is billed: subscriptions, their invoices, what waits for one, usage, and how failed invoices are tried again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr } from '@vinr/sdk';
import { serve, type Server } from './server.js';

const DAY = 24 * 60 * 60;

let server: Server;
let vinr: Vinr;

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await vinr.products.create({ id: 'prod_team', name: 'Team' });
});
after(() => server.end());

const monthly = async (amount: number): Promise<string> =>
  (await vinr.prices.create({ productId: 'prod_team', amount, currency: 'EUR', recurring: { interval: 'month' } })).id;

/** A customer whose saved card is charged if nothing is said. */
async function buyer(number = '4242 4242 4242 4242'): Promise<string> {
  const customerId = (await vinr.customers.create({})).id;
  const setup = await vinr.customers.setupMethod({ customerId });
  await vinr.test.setups.pay(setup.id, { number });
  return customerId;
}

test('a subscription is begun and paid, changed with a preview, renewed and ended', async () => {
  const [customerId, priceId, better] = [await buyer(), await monthly(2000), await monthly(5000)];
  const begun = await vinr.subscriptions.create({ customerId, priceId, quantity: 2, idempotencyKey: 'begin' });
  assert.match(begun.id, /^sub_/);
  assert.deepEqual([begun.object, begun.status, begun.currency, begun.collectionMethod], ['subscription', 'active', 'EUR', 'charge_automatically']);
  assert.deepEqual(begun.items.map((item) => [item.priceId, item.quantity]), [[priceId, 2]]);
  const again = await vinr.subscriptions.create({ customerId, priceId, quantity: 2 }, { idempotencyKey: 'begin' });
  assert.equal(again.id, begun.id);
  assert.deepEqual(await vinr.subscriptions.retrieve(begun.id), begun);
  assert.deepEqual((await vinr.subscriptions.list({ customerId, status: 'active' })).map(({ id }) => id), [begun.id]);
  const first = await vinr.invoices.retrieve(begun.latestInvoiceId ?? '');
  assert.deepEqual([first.status, first.total, first.amountPaid, first.subscriptionId], ['paid', 4000, 4000, begun.id]);
  assert.equal((await vinr.payments.retrieve(first.paymentId ?? '')).amount, 4000);

  const change = { priceId: better, prorationBehavior: 'always_invoice' } as const;
  const shown = await vinr.subscriptions.preview(begun.id, change);
  assert.deepEqual([shown.status, shown.lines.map((line) => line.proration)], ['draft', [true, true]]);
  assert.ok(shown.total > 0 && shown.total <= 6000, String(shown.total));
  assert.equal((await vinr.subscriptions.retrieve(begun.id)).items[0]?.priceId, priceId, 'nothing was changed');
  assert.equal((await vinr.invoices.list({ subscriptionId: begun.id })).length, 1, 'and nothing kept');
  const changed = await vinr.subscriptions.update(begun.id, change);
  assert.deepEqual([changed.items[0]?.priceId, changed.items[0]?.id], [better, begun.items[0]?.id]);

  await vinr.test.clock.advance({ seconds: 32 * DAY });
  const bills = await vinr.invoices.list({ subscriptionId: begun.id, status: 'paid' });
  assert.deepEqual([bills.length, bills[0]?.total, bills[2]?.id], [3, 10_000, first.id]);

  const leaving = await vinr.subscriptions.update(begun.id, { cancelAtPeriodEnd: true });
  assert.deepEqual([leaving.status, leaving.cancelAt], ['active', leaving.currentPeriodEnd]);
  assert.equal((await vinr.subscriptions.update(begun.id, { cancelAtPeriodEnd: false })).cancelAt, null);
  const over = await vinr.subscriptions.cancel(begun.id, { prorate: true });
  assert.equal(over.status, 'canceled');
  const credit = (await vinr.loyalty.credit.retrieve({ customerId })).balances[0]?.balance ?? 0;
  assert.ok(credit > 0 && credit < 10_000, 'what is not used is credit');
  const types = (await vinr.events.list({ limit: 100 })).map(({ type }) => type);
  for (const type of ['subscription.created', 'invoice.finalized', 'invoice.paid', 'subscription.deleted'] as const) assert.ok(types.includes(type), type);
  await assert.rejects(vinr.subscriptions.create({ customerId, priceId: 'price_nobodys' }), { code: 'resource_missing', param: 'priceId' });
});

test('an invoice is drafted with what waits, finalized, explained, paid, and another is written off or void', async () => {
  const customerId = await buyer();
  const waits = await vinr.invoiceItems.create({ customerId, currency: 'EUR', description: 'Set-up', unitAmount: 500, quantity: 2 });
  assert.match(waits.id, /^ii_/);
  assert.deepEqual([waits.object, waits.amount, waits.invoiceId], ['invoice_item', 1000, null]);
  const lines = [{ description: 'Workshop', unitAmount: 12_000 }];
  const draft = await vinr.invoices.create({ customerId, currency: 'eur', lines, collectionMethod: 'send_invoice', footer: 'Thank you' });
  assert.deepEqual([draft.object, draft.status, draft.number, draft.footer], ['invoice', 'draft', null, 'Thank you']);
  assert.deepEqual(draft.lines.map((line) => line.amount).sort((a, b) => a - b), [1000, 12_000], 'what waited is on it');
  const added = await vinr.invoiceItems.create({ customerId, invoiceId: draft.id, currency: 'EUR', description: 'Because you waited', unitAmount: -500 });
  assert.equal(added.invoiceId, draft.id);
  const open = await vinr.invoices.finalize(draft.id);
  assert.deepEqual([open.status, open.total, open.amountDue], ['open', 12_500, 12_500]);
  assert.match(open.number ?? '', /^INV-\d{6}$/);
  const explained = await vinr.invoices.explainLine(open.id, open.lines[0]?.id ?? '');
  assert.deepEqual([explained.object, explained.lineId, explained.amount], ['invoice_line_explanation', open.lines[0]?.id, open.lines[0]?.amount]);
  assert.ok(explained.sentences.length > 0 && explained.formula.length > 0);
  const paid = await vinr.invoices.pay(open.id);
  assert.deepEqual([paid.status, paid.amountPaid], ['paid', 12_500]);
  assert.equal((await vinr.payments.retrieve(paid.paymentId ?? '')).status, 'completed');
  assert.deepEqual(await vinr.invoices.retrieve(open.id), paid);

  const sent = async () => {
    const made = await vinr.invoices.create({ customerId, currency: 'EUR', lines, collectionMethod: 'send_invoice', daysUntilDue: 7 });
    return (await vinr.invoices.finalize(made.id)).id;
  };
  assert.equal((await vinr.invoices.void(await sent())).status, 'void');
  const lost = await vinr.invoices.markUncollectible(await sent());
  assert.equal(lost.status, 'uncollectible');
  assert.deepEqual((await vinr.invoices.list({ customerId, status: 'uncollectible' })).map(({ id }) => id), [lost.id]);
  await assert.rejects(vinr.invoices.finalize(paid.id), { name: 'VinrInvalidRequestError' });
});

test('usage is recorded once for each identifier, summed up, and billed at the end of its period', async () => {
  const recurring = { interval: 'month', usageType: 'metered' } as const;
  const metered = await vinr.prices.create({ productId: 'prod_team', amount: 3, currency: 'EUR', recurring });
  const { id, items } = await vinr.subscriptions.create({ customerId: await buyer(), priceId: metered.id });
  const item = items[0]?.id ?? '';
  const record = await vinr.usage.record({ subscriptionId: id, quantity: 40, identifier: 'night-1' });
  assert.match(record.id, /^mbu_/);
  assert.deepEqual([record.object, record.subscriptionItemId, record.quantity, record.action], ['usage_record', item, 40, 'increment']);
  assert.equal((await vinr.usage.record({ subscriptionId: id, quantity: 99, identifier: 'night-1' })).id, record.id);
  const batch = await vinr.usage.recordBatch({
    records: [
      { subscriptionItemId: item, quantity: 60, identifier: 'night-2' },
      { subscriptionItemId: item, quantity: 60, identifier: 'night-1' },
      { subscriptionItemId: item, quantity: 1, timestamp: '2020-01-01T00:00:00Z' },
    ],
  });
  assert.deepEqual(batch.data.map(({ status, record: one }) => [status, one?.quantity]), [['recorded', 60], ['repeated', 40], ['refused', undefined]]);
  assert.equal(typeof batch.data[2]?.error?.code, 'string');
  const [sum, ...others] = await vinr.usage.summaries(item);
  assert.deepEqual([sum?.object, sum?.quantity, sum?.records, sum?.invoiced, sum?.aggregateUsage, others.length], ['usage_summary', 100, 2, false, 'sum', 0]);
  await vinr.test.clock.advance({ seconds: 32 * DAY });
  const [bill] = await vinr.invoices.list({ subscriptionId: id });
  assert.deepEqual([bill?.status, bill?.total, bill?.lines.map((line) => line.quantity)], ['paid', 300, [100]]);
  await vinr.usage.record({ subscriptionItemId: item, quantity: 7 });
  const newest = await vinr.usage.summaries(item, { limit: 1 });
  const older = await newest.nextPage();
  assert.deepEqual([newest[0]?.quantity, older?.[0]?.quantity, older?.[0]?.invoiced], [7, 100, true]);
});

test('references may be written without their Id', async () => {
  const [customer, other] = [await buyer(), await buyer()];
  const recurring = { interval: 'month', usageType: 'metered' } as const;
  const price = (await vinr.prices.create({ product: 'prod_team', amount: 3, currency: 'EUR', recurring })).id;
  const subscription = (await vinr.subscriptions.create({ customer, price })).id;
  await vinr.subscriptions.create({ customer: other, price });
  assert.deepEqual((await vinr.subscriptions.list({ customer })).map(({ id }) => id), [subscription]);
  assert.equal((await vinr.usage.record({ subscription, quantity: 1 })).subscriptionId, subscription);
  const item = await vinr.invoiceItems.create({ customer, subscription, currency: 'EUR', description: 'Help', unitAmount: 900 });
  assert.deepEqual([item.customerId, item.subscriptionId], [customer, subscription]);
  const invoice = await vinr.invoices.create({ customer, currency: 'EUR', lines: [{ description: 'Book', unitAmount: 900 }] });
  assert.deepEqual([invoice.customerId, invoice.lines.length], [customer, 1], 'the item waits for another one');
  assert.ok((await vinr.invoices.list({ customer })).some(({ id }) => id === invoice.id));
  assert.ok((await vinr.invoices.list({ subscription })).every(({ subscriptionId }) => subscriptionId === subscription));
});

test('a dunning policy says when a failed invoice is tried again, and what comes after the last time', async () => {
  const policy = await vinr.dunningPolicies.create({ name: 'Patient', retries: [{ afterDays: 2 }, { afterDays: 9 }], onExhausted: 'leave_unpaid' });
  assert.match(policy.id, /^dpol_/);
  assert.deepEqual([policy.object, policy.active, policy.notify], ['dunning_policy', true, true]);
  assert.deepEqual(await vinr.dunningPolicies.retrieve(policy.id), policy);
  const shorter = await vinr.dunningPolicies.update(policy.id, { retries: [{ afterDays: 3 }], metadata: { tone: 'kind' } });
  assert.deepEqual([shorter.retries, shorter.metadata, shorter.name], [[{ afterDays: 3 }], { tone: 'kind' }, 'Patient']);
  assert.deepEqual((await vinr.dunningPolicies.list({ active: true })).map(({ id }) => id), [policy.id]);

  const customerId = await buyer();
  const begun = await vinr.subscriptions.create({ customerId, priceId: await monthly(2000), dunningPolicyId: policy.id });
  assert.deepEqual([begun.status, begun.dunningPolicyId], ['active', policy.id]);
  const declined = await vinr.customers.setupMethod({ customerId });
  const { paymentMethodId } = await vinr.test.setups.pay(declined.id, { number: '4000 0000 0000 0341' });
  await vinr.customers.update(customerId, { defaultMethodId: paymentMethodId ?? '' });
  const until = Math.floor(Date.parse(begun.currentPeriodEnd) / 1000);
  await vinr.test.clock.advance({ to: until + DAY });
  const owing = await vinr.subscriptions.retrieve(begun.id);
  const bill = await vinr.invoices.retrieve(owing.latestInvoiceId ?? '');
  assert.deepEqual([owing.status, bill.status, bill.attemptCount], ['past_due', 'open', 1]);
  assert.ok(bill.nextAttemptAt !== null);
  await vinr.test.clock.advance({ to: until + 5 * DAY });
  const tried = await vinr.invoices.retrieve(bill.id);
  assert.deepEqual([tried.attemptCount, tried.nextAttemptAt], [2, null]);
  assert.equal((await vinr.subscriptions.retrieve(begun.id)).status, 'past_due', 'left unpaid');
});
