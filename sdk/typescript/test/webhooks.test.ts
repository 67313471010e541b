import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, VinrSignatureError, type WebhookEndpointWithSecret } from '@vinr/sdk';
import { receiver } from './far-side.js';
import { serve, type Server } from './server.js';

type Shop = Awaited<ReturnType<typeof receiver>>;

let server: Server;
let vinr: Vinr;
let shop: Shop;
let endpoint: WebhookEndpointWithSecret;
const charged = { amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true };

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  shop = await receiver();
  endpoint = await vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment.completed', 'payment.failed'], description: 'orders' });
});
after(async () => {
  await shop.end();
  await server.end();
});

/** A client that can verify by an endpoint's secret only: its own key is another account's. */
const knowing = (webhookSecret: string) => new Vinr({ secretKey: 'sk_test_another', webhookSecret });

test('a delivery is verified by the secret key alone, by the secret of the endpoint, and by either when both are known', async () => {
  const payment = await vinr.payments.create({ ...charged, metadata: { orderId: '1234' } });
  const { payload, bytes, signature } = await shop.next();
  const both = new Vinr({ secretKey: server.secretKey, webhookSecret: endpoint.secret });
  for (const client of [new Vinr({ secretKey: server.secretKey }), knowing(endpoint.secret), both]) {
    for (const body of [payload, bytes]) {
      const event = client.webhooks.verify(body, signature);
      assert.ok(event.type === 'payment.completed');
      assert.deepEqual(event.data, payment);
      assert.deepEqual(event, await vinr.events.retrieve(event.id));
    }
    assert.throws(() => client.webhooks.verify(payload.replace('1000', '1'), signature), VinrSignatureError);
  }
  const stranger = new Vinr({ secretKey: 'sk_test_another' });
  assert.throws(() => stranger.webhooks.verify(payload, signature), { code: 'signature_mismatch' });
});

test('a declined payment is delivered as one that failed', async () => {
  await vinr.payments.create({ ...charged, paymentMethod: 'pm_test_0002' });
  const { payload, signature } = await shop.next();
  const event = vinr.webhooks.verify(payload, signature);
  assert.ok(event.type === 'payment.failed');
  assert.equal(event.data.failure?.code, 'card_declined');
});

test('a test event arrives, and carries its endpoint', async () => {
  await vinr.webhooks.test(endpoint.id);
  const { payload, signature } = await shop.next();
  const event = vinr.webhooks.verify(payload, signature);
  assert.ok(event.type === 'webhook.test');
  assert.equal(event.data.id, endpoint.id);
});

test('after a rotation both secrets verify, and without an overlap the new one alone', async (t) => {
  const other = await receiver();
  t.after(() => other.end());
  const { id, secret: first } = await vinr.webhooks.create({ url: other.url, enabledEvents: ['customer.created'] });
  const { secret: second } = await vinr.webhooks.rotateSecret(id);
  assert.match(second, /^whsec_/);
  await vinr.customers.create({ name: 'Ada' });
  const overlapping = await other.next();
  for (const secret of [first, second]) assert.ok(knowing(secret).webhooks.verify(overlapping.payload, overlapping.signature));
  const { secret: third } = await vinr.webhooks.rotateSecret(id, { overlapHours: 0 });
  await vinr.customers.create({ name: 'Grace' });
  const { payload, signature } = await other.next();
  assert.ok(knowing(third).webhooks.verify(payload, signature));
  for (const secret of [first, second]) assert.throws(() => knowing(secret).webhooks.verify(payload, signature), { code: 'signature_mismatch' });
  await vinr.webhooks.delete(id);
});

test('a delivery is found in the list with its log, and is sent again by hand', async () => {
  const payment = await vinr.payments.create(charged);
  const first = await shop.next();
  const event = vinr.webhooks.verify(first.payload, first.signature);
  const delivered = async () => (await vinr.webhooks.deliveries(endpoint.id, { status: 'delivered' })).find((one) => one.eventId === event.id);
  let delivery = await delivered();
  while (!delivery) delivery = await delivered();
  assert.deepEqual([delivery.object, delivery.eventType, delivery.lastResponseStatus], ['webhook_delivery', 'payment.completed', 204]);
  const { attemptLog, ...shown } = await vinr.webhooks.retrieveDelivery(delivery.id);
  assert.deepEqual(shown, delivery);
  assert.equal(attemptLog[0]?.responseStatus, 204);

  const again = await vinr.webhooks.redeliver(delivery.id);
  assert.equal(again.eventId, event.id);
  const second = await shop.next();
  assert.deepEqual([vinr.webhooks.verify(second.payload, second.signature).id, second.payload], [event.id, first.payload]);

  const [resent] = await vinr.events.redeliver(event.id);
  assert.deepEqual([resent?.endpointId, resent?.eventId], [endpoint.id, event.id]);
  const third = vinr.webhooks.verify(...(await shop.next().then((one) => [one.payload, one.signature] as const)));
  assert.ok(third.type === 'payment.completed');
  assert.equal(third.data.id, payment.id);
});

test('endpoints are listed, retrieved without their secret, changed and removed', async () => {
  const { id } = await vinr.webhooks.create({ url: 'http://127.0.0.1:9/hooks', metadata: { team: 'orders' } });
  const retrieved = await vinr.webhooks.retrieve(id);
  assert.deepEqual([retrieved.secret, retrieved.enabledEvents, retrieved.status, retrieved.metadata], [null, ['*'], 'enabled', { team: 'orders' }]);
  assert.deepEqual((await vinr.webhooks.list()).map((one) => one.id), [id, endpoint.id]);
  const changed = await vinr.webhooks.update(id, { status: 'disabled', enabledEvents: ['payment.*'] });
  assert.deepEqual([changed.status, changed.disabledReason, changed.enabledEvents], ['disabled', 'by_hand', ['payment.*']]);
  assert.deepEqual(await vinr.webhooks.delete(id), { id, object: 'webhook_endpoint', deleted: true });
  await assert.rejects(vinr.webhooks.retrieve(id), { code: 'resource_missing' });
});

test('an endpoint for an event that is not there is refused', async () => {
  await assert.rejects(vinr.webhooks.create({ url: shop.url, enabledEvents: ['payment.complete'] }), (error) => {
    assert.ok(error instanceof Error && error.message.includes('payment.completed'), String(error));
    return true;
  });
});
