// The product as it is shipped against a merchant's program that is not ours: `vinr serve` in a folder of its own, a
// payment by API, and its deliveries verified with the unmodified `standardwebhooks` package, with the endpoint's
// secret, and with nothing but the secret key.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

const here = (name) => new URL(name, import.meta.url).pathname;
const HEADERS = ['x-vinr-signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature'];

function build() {
  const built = spawnSync('cargo', ['build', '--quiet', '--package', 'vinr'], { cwd: here('../..'), encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  const target = process.env.CARGO_TARGET_DIR ?? here('../../target');
  return join(target, 'debug', 'vinr');
}

async function serve(folder) {
  const flags = ['--json', '--database', `sqlite:${folder}`, '--sandbox-listen', '127.0.0.1:0', '--live-listen', 'off'];
  const server = spawn(build(), ['serve', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: server.stdout })) {
    const told = JSON.parse(line);
    if (told.ready) return { server, url: told.sandbox.url, secretKey: told.sandbox.secretKey };
  }
  throw new Error('the server ended before it was ready');
}

/** A merchant's server; `next()` resolves with the deliveries in their order. */
async function merchant() {
  const got = [];
  const waiting = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.fromEntries(HEADERS.map((name) => [name, request.headers[name]]));
    const delivery = { payload: Buffer.concat(chunks).toString('utf8'), headers };
    response.writeHead(204).end();
    const waiter = waiting.shift();
    if (waiter) waiter(delivery);
    else got.push(delivery);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const next = () => (got.length ? Promise.resolve(got.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return { server, url: `http://127.0.0.1:${server.address().port}/hooks`, next };
}

function verified(...cases) {
  const input = cases.map((one) => JSON.stringify(one)).join('\n');
  const ran = spawnSync(process.execPath, [here('verify.mjs')], { input, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

test('a payment reaches a receiver, which verifies it in three ways', { timeout: 1_800_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-receiver-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { server, url, secretKey } = await serve(folder);
  t.after(() => server.kill('SIGTERM'));
  const shop = await merchant();
  t.after(() => shop.server.close());

  async function post(path, body) {
    const headers = { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const json = await answer.json();
    assert.equal(answer.status, 200, JSON.stringify(json));
    return json;
  }

  const { secret } = await post('/webhooks', { url: shop.url, enabledEvents: ['payment.completed', 'payment.failed'] });
  for (const [paymentMethod, type] of [['pm_test_4242', 'payment.completed'], ['pm_test_0002', 'payment.failed']]) {
    const payment = await post('/payments', { amount: 1000, currency: 'EUR', paymentMethod, confirm: true });
    const delivery = await shop.next();
    const event = JSON.parse(delivery.payload);
    assert.equal(event.type, type);
    assert.equal(event.id, delivery.headers['webhook-id']);
    assert.deepEqual(event.data, payment);
    const forged = { ...delivery, payload: delivery.payload.replace('1000', '1') };
    const [genuine, changed] = verified({ ...delivery, secret, secretKey }, { ...forged, secret, secretKey });
    assert.deepEqual(genuine, { standard: 'ok', endpoint: 'ok', key: 'ok' });
    assert.ok(Object.values(changed).every((word) => word !== 'ok'), JSON.stringify(changed));
  }
});
