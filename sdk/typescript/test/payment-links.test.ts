// Addresses that make payments.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
});
after(() => server.end());

test('a link is created, retrieved, changed and listed', async () => {
  const link = await vinr.paymentLinks.create({
    amount: 1500,
    currency: 'EUR',
    description: 'A ticket',
    reusable: true,
    maxPayments: 100,
    expiresAt: '2100-01-01T00:00:00Z',
    returnUrl: 'https://shop.example/thanks',
    metadata: { fair: 2026 },
  });
  assert.deepEqual([link.object, link.status, link.reusable, link.maxPayments], ['payment_link', 'active', true, 100]);
  assert.deepEqual(link.metadata, { fair: '2026' });
  assert.deepEqual(await vinr.paymentLinks.retrieve(link.id), link);
  const off = await vinr.paymentLinks.update(link.id, { active: false, maxPayments: null });
  assert.deepEqual([off.status, off.active, off.maxPayments], ['inactive', false, null]);
  assert.deepEqual((await vinr.paymentLinks.list({ active: false })).map((one) => one.id), [link.id]);
  assert.deepEqual([...(await vinr.paymentLinks.list({ active: true }))], []);
});

test('its page makes a payment when its button is pressed, and its payments are found by it', async () => {
  const link = await vinr.paymentLinks.create({ amount: 1500, currency: 'EUR', idempotencyKey: 'table-7' });
  assert.equal((await vinr.paymentLinks.create({ amount: 1500, currency: 'EUR' }, { idempotencyKey: 'table-7' })).id, link.id);
  assert.equal((await fetch(link.url)).status, 200);
  assert.deepEqual([...(await vinr.payments.list({ paymentLinkId: link.id }))], []);
  const pressed = await fetch(link.url, { method: 'POST', redirect: 'manual' });
  const [payment] = await vinr.payments.list({ paymentLink: link.id });
  assert.ok(payment);
  assert.equal(new URL(pressed.headers.get('location') ?? '', server.url).href, payment.checkoutUrl);
  const paid = await vinr.test.payments.pay(payment.id, { number: '4242 4242 4242 4242' });
  assert.deepEqual([paid.status, paid.paymentLinkId], ['completed', link.id]);
  const { status, completedPayments, paymentId } = await vinr.paymentLinks.retrieve(link.id);
  assert.deepEqual([status, completedPayments, paymentId], ['completed', 1, payment.id]);
});

test('its code is an image of its address', async () => {
  const { qrCodeUrl } = await vinr.paymentLinks.create({ amount: 1500, currency: 'EUR' });
  const image = await fetch(qrCodeUrl);
  assert.equal(image.headers.get('content-type'), 'image/svg+xml');
  assert.match(await image.text(), /^<svg /);
});

test('no link is made of a price yet', async () => {
  await assert.rejects(vinr.paymentLinks.create({ priceId: 'price_1' }), { code: 'parameter_invalid', param: 'priceId' });
});
