import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, VinrInvalidRequestError } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;
const charged = { amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true };

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
});
after(() => server.end());

test('a refund gives back a part, then all that is left, and the payment shows the newest', async () => {
  const { id } = await vinr.payments.create(charged);
  const part = await vinr.refunds.create({ payment: id, amount: 400, reason: 'requested_by_customer', metadata: { rma: '7' } });
  assert.deepEqual([part.object, part.status, part.amount, part.paymentId, part.reason], ['refund', 'succeeded', 400, id, 'requested_by_customer']);
  const rest = await vinr.refunds.create({ paymentId: id });
  assert.equal(rest.amount, 600);
  const payment = await vinr.payments.retrieve(id);
  assert.deepEqual([payment.status, payment.amountRefunded, payment.latestRefund], ['completed', 1000, rest]);
  assert.deepEqual(await vinr.refunds.retrieve(part.id), part);
  const listed = await vinr.refunds.list({ paymentId: id });
  assert.deepEqual(listed.map((one) => one.id), [rest.id, part.id]);
  assert.deepEqual((await vinr.refunds.list({ payment: id, limit: 1 })).map((one) => one.id), [rest.id]);
});

test('a refund of more than is left is refused with what is left', async () => {
  const { id } = await vinr.payments.create(charged);
  await vinr.refunds.create({ paymentId: id, amount: 400 });
  await assert.rejects(vinr.refunds.create({ paymentId: id, amount: 601 }), (error) => {
    assert.ok(error instanceof VinrInvalidRequestError);
    assert.deepEqual([error.status, error.code, error.param], [422, 'amount_too_large', 'amount']);
    assert.ok(error.message.includes('600'), error.message);
    return true;
  });
});

test('a refund is made once for its idempotency key', async () => {
  const { id } = await vinr.payments.create(charged);
  const twice = [1, 2].map(() => vinr.refunds.create({ paymentId: id, amount: 100 }, { idempotencyKey: `back-${id}` }));
  const [one, other] = await Promise.all(twice);
  assert.equal(one?.id, other?.id);
  assert.equal((await vinr.payments.retrieve(id)).amountRefunded, 100);
});

test('a dispute is won with evidence, and accepted without', async () => {
  const { id } = await vinr.payments.create(charged);
  const first = await vinr.test.payments.dispute(id, { amount: 400, reason: 'product_not_received' });
  assert.deepEqual([first.object, first.status, first.amount, first.reason], ['dispute', 'needs_response', 400, 'product_not_received']);
  const noted = await vinr.disputes.update(first.id, { evidence: { uncategorizedText: 'winning_evidence' } });
  assert.equal(noted.evidence.uncategorizedText, 'winning_evidence');
  assert.equal((await vinr.disputes.submit(first.id)).status, 'won');
  const second = await vinr.test.payments.dispute(id);
  assert.equal(second.amount, 1000);
  await assert.rejects(vinr.refunds.create({ paymentId: id, amount: 1 }), { code: 'amount_too_large' });
  assert.equal((await vinr.disputes.accept(second.id)).status, 'lost');
  assert.equal((await vinr.disputes.retrieve(second.id)).status, 'lost');
  assert.deepEqual((await vinr.disputes.list({ payment: id, status: 'lost' })).map((one) => one.id), [second.id]);
});

test('a warning takes nothing until it becomes a dispute, and who gives in refunds', async () => {
  const { id } = await vinr.payments.create(charged);
  const warning = await vinr.test.payments.dispute(id, { amount: 400, warning: true });
  assert.deepEqual([warning.status, warning.amount, warning.fee], ['warning_needs_response', 400, 0]);
  assert.equal((await vinr.disputes.submit(warning.id)).status, 'warning_under_review');
  const disputed = await vinr.test.disputes.escalate(warning.id);
  assert.deepEqual([disputed.id, disputed.status, disputed.fee], [warning.id, 'needs_response', 1500]);
  const second = await vinr.test.payments.dispute(id, { warning: true });
  assert.equal((await vinr.test.disputes.close(second.id)).status, 'warning_closed');
  const third = await vinr.test.payments.dispute(id, { warning: true });
  assert.equal((await vinr.disputes.accept(third.id)).status, 'warning_closed');
  assert.deepEqual((await vinr.refunds.list({ paymentId: id })).map((one) => one.amount), [600]);
  assert.deepEqual((await vinr.disputes.list({ status: 'warning_closed', payment: id })).map((one) => one.id), [third.id, second.id]);
});

test('what happens to refunds and disputes is told by events that carry them', async () => {
  const { id } = await vinr.payments.create({ ...charged, paymentMethod: 'pm_test_0259' });
  const [created] = await vinr.events.list({ type: 'dispute.created', limit: 1 });
  assert.ok(created?.type === 'dispute.created');
  assert.deepEqual([created.data.paymentId, created.data.reason], [id, 'fraudulent']);
  const other = await vinr.payments.create(charged);
  const refund = await vinr.refunds.create({ paymentId: other.id });
  const [refunded] = await vinr.events.list({ type: 'payment.refunded', limit: 1 });
  assert.ok(refunded?.type === 'payment.refunded');
  assert.equal(refunded.data.latestRefund?.id, refund.id);
});
