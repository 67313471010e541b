// The balance's lines, settlements and payouts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, VinrInvalidRequestError, type Payout, type Settlement } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;
const charged = { amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true };
const DAY = 24 * 60 * 60;

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
});
after(() => server.end());

test('what was paid is settled with its day and paid out', async () => {
  const payment = await vinr.payments.create(charged);
  const [line] = await vinr.balance.transactions({ source: payment.id });
  assert.deepEqual([line?.object, line?.type, line?.amount, line?.fee, line?.net], ['balance_transaction', 'payment', 1000, 40, 960]);
  assert.deepEqual(await vinr.balance.retrieveTransaction(line?.id ?? ''), line);
  assert.equal((await vinr.balance.transactions({ type: 'refund' })).length, 0);
  assert.deepEqual([...(await vinr.settlements.list())], []);
  await vinr.test.clock.advance({ seconds: 7 * DAY });
  const [settlement] = await vinr.settlements.list({ currency: 'EUR' });
  assert.ok(settlement);
  assert.deepEqual(await vinr.settlements.retrieve(settlement.id), settlement);
  assert.deepEqual([...(await vinr.settlements.listTransactions(settlement.id))], [line]);
  assert.ok(settlement.payoutId);
  const payout = await vinr.payouts.retrieve(settlement.payoutId);
  assert.deepEqual([payout.status, payout.amount, payout.automatic, payout.failure], ['paid', 960, true, null]);
  assert.deepEqual([...(await vinr.payouts.list({ status: 'paid' }))], [payout]);
  assert.deepEqual([...(await vinr.settlements.list({ payoutId: payout.id }))], [settlement]);
});

test('a payout can be asked for and cancelled', async () => {
  await vinr.payments.create({ ...charged, paymentMethod: 'pm_test_0077' });
  const payout = await vinr.payouts.create({ currency: 'EUR', metadata: { run: '7' }, idempotencyKey: 'payout-7' });
  assert.deepEqual([payout.status, payout.amount, payout.metadata], ['pending', 960, { run: '7' }]);
  assert.deepEqual(await vinr.payouts.create({ currency: 'EUR', metadata: { run: '7' }, idempotencyKey: 'payout-7' }), payout);
  assert.equal((await vinr.payouts.cancel(payout.id)).status, 'cancelled');
  await assert.rejects(vinr.payouts.cancel(payout.id), { name: 'VinrInvalidRequestError', code: 'payout_not_cancellable' });
  await assert.rejects(vinr.payouts.create({ currency: 'JPY' }), VinrInvalidRequestError);
});

test('their events are told apart by TypeScript', async () => {
  await vinr.test.clock.advance({ seconds: 7 * DAY });
  const settled: Settlement[] = [];
  const paid: Payout[] = [];
  for await (const event of await vinr.events.list({ limit: 100 })) {
    if (event.type === 'settlement.created') settled.push(event.data);
    if (event.type === 'payout.paid') paid.push(event.data);
  }
  const sum = (all: Settlement[]) => all.reduce((net, one) => net + one.net, 0);
  assert.equal(paid.length, 2);
  assert.ok(settled.length >= 2);
  assert.equal(sum(settled.filter((one) => one.payoutId !== null)), paid.reduce((amount, one) => amount + one.amount, 0));
});
