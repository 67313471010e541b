import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import {
  Vinr,
  VinrApiError,
  VinrAuthenticationError,
  VinrConnectionError,
  VinrError,
  VinrIdempotencyError,
  VinrInvalidRequestError,
  VinrPermissionError,
  VinrRateLimitError,
  type VinrOptions,
} from '@vinr/sdk';
import { answering, type Answer } from './far-side.js';
import { ROOT } from './server.js';

const order = { amount: 1000, currency: 'EUR' };
const told = (type: string, code: string, more: object = {}) => ({
  error: { type, code, message: `about ${code}`, param: null, docUrl: 'http://docs.test/', requestId: 'req_1', ...more },
});
const refusal = (status: number, type: string, code: string, more: object = {}): Answer => ({ status, body: told(type, code, more) });
const unavailable = refusal(503, 'api_error', 'service_unavailable');

async function far(t: TestContext, answers: Answer[], options: Partial<VinrOptions> = {}) {
  const server = await answering(...answers);
  t.after(() => server.end());
  return { asked: server.asked, url: server.url, vinr: new Vinr({ secretKey: 'sk_test_abc', baseUrl: server.url, ...options }) };
}

async function caught(promise: Promise<unknown>): Promise<VinrError> {
  const error = await promise.then(() => assert.fail('it was answered'), (reason: unknown) => reason);
  assert.ok(error instanceof VinrError, String(error));
  return error;
}

test('a request carries the key, the version and its parameters', async (t) => {
  const { vinr, asked } = await far(t, [{ body: { id: 'pay_1' } }]);
  await vinr.payments.create({ ...order, idempotencyKey: 'order-7' });
  await vinr.payments.retrieve('pay_1', { expand: ['customer'] });
  const [created, retrieved] = asked;
  assert.equal(created?.method, 'POST');
  assert.equal(created?.path, '/v1/payments');
  assert.deepEqual(JSON.parse(created?.body ?? ''), order);
  assert.equal(created?.headers['authorization'], 'Bearer sk_test_abc');
  assert.equal(created?.headers['vinr-version'], '2026-04-01');
  assert.equal(created?.headers['idempotency-key'], 'order-7');
  const { version } = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')) as { version: string };
  assert.equal(created?.headers['user-agent'], `vinr-sdk-typescript/${version}`);
  assert.equal(retrieved?.path, '/v1/payments/pay_1?expand%5B%5D=customer');
  assert.equal(retrieved?.headers['idempotency-key'], undefined);
  assert.equal(retrieved?.body, '');
});

test('a session for Elements is asked for at its own path', async (t) => {
  const { vinr, asked } = await far(t, [{ body: { id: 'pay_1', clientSecret: 'secret' } }]);
  assert.equal((await vinr.payments.createSession(order)).clientSecret, 'secret');
  assert.deepEqual([asked[0]?.method, asked[0]?.path, asked[0]?.body], ['POST', '/v1/payments/sessions', JSON.stringify(order)]);
});

test('another version of the API is asked for by option', async (t) => {
  const { vinr, asked } = await far(t, [{}], { apiVersion: '2025-01-31' });
  await vinr.balance.retrieve();
  assert.equal(asked[0]?.headers['vinr-version'], '2025-01-31');
});

test('what may be tried again is, twice, with one idempotency key', async (t) => {
  const passing: Answer[] = [
    unavailable,
    { status: 502, headers: { 'content-type': 'text/html' }, body: '<h1>Bad gateway</h1>' },
    { breaks: 'before' },
    { breaks: 'within', body: { id: 'pay_0' } },
    refusal(409, 'idempotency_error', 'idempotency_key_in_use'),
    { ...refusal(429, 'rate_limit_error', 'rate_limited'), headers: { 'retry-after': '0' } },
  ];
  await Promise.all(
    passing.map(async (failure) => {
      const { vinr, asked } = await far(t, [failure, failure, { body: { id: 'pay_1' } }]);
      assert.equal((await vinr.payments.create(order)).id, 'pay_1');
      const keys = new Set(asked.map((one) => one.headers['idempotency-key']));
      assert.deepEqual([asked.length, keys.size], [3, 1]);
      assert.match([...keys][0] as string, /^[0-9a-f-]{36}$/);
      assert.equal(new Set(asked.map((one) => one.body)).size, 1);
    }),
  );
});

test('two requests have different idempotency keys', async (t) => {
  const { vinr, asked } = await far(t, [{}]);
  await vinr.payments.create(order);
  await vinr.payments.create(order);
  assert.notEqual(asked[0]?.headers['idempotency-key'], asked[1]?.headers['idempotency-key']);
});

test('the waits between attempts grow, and are never the whole of the backoff for everybody', async (t) => {
  const { vinr, asked } = await far(t, [unavailable], { maxRetries: 2 });
  await caught(vinr.payments.retrieve('pay_1'));
  const waits = asked.slice(1).map((one, index) => one.at - (asked[index]?.at ?? 0));
  assert.equal(waits.length, 2);
  const [first = 0, second = 0] = waits;
  assert.ok(first >= 245 && first < 900, `first wait ${first} ms`);
  assert.ok(second >= 495 && second < 1500, `second wait ${second} ms`);
});

test('Retry-After is honoured, and told when it is too long to wait', async (t) => {
  const limited = (seconds: string): Answer => ({ ...refusal(429, 'rate_limit_error', 'rate_limited'), headers: { 'retry-after': seconds } });
  const patient = await far(t, [limited('1'), { body: { id: 'pay_1' } }]);
  await patient.vinr.payments.retrieve('pay_1');
  const waited = (patient.asked[1]?.at ?? 0) - (patient.asked[0]?.at ?? 0);
  assert.ok(waited >= 990 && waited < 2000, `waited ${waited} ms`);

  const refused = await far(t, [limited('3600')]);
  const error = await caught(refused.vinr.payments.retrieve('pay_1'));
  assert.ok(error instanceof VinrRateLimitError);
  assert.deepEqual([error.retryAfter, refused.asked.length], [3600, 1]);

  const dated = await far(t, [limited(new Date(Date.now() + 100_000).toUTCString())]);
  const { retryAfter } = await caught(dated.vinr.payments.retrieve('pay_1'));
  assert.ok(retryAfter !== null && retryAfter > 90 && retryAfter <= 101, String(retryAfter));
});

test('what another try would not mend is not tried again', async (t) => {
  const final: Answer[] = [
    refusal(400, 'invalid_request_error', 'parameter_missing'),
    refusal(401, 'authentication_error', 'invalid_api_key'),
    refusal(404, 'invalid_request_error', 'resource_missing'),
    refusal(409, 'idempotency_error', 'idempotency_key_reused'),
    refusal(409, 'invalid_request_error', 'clock_advancing'),
    refusal(422, 'invalid_request_error', 'amount_too_large'),
    { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Welcome</h1>' },
  ];
  for (const answer of final) {
    const { vinr, asked } = await far(t, [answer]);
    const error = await caught(vinr.payments.create(order));
    assert.deepEqual([error.status, asked.length], [answer.status, 1]);
  }
});

test('there is a class for each type of error, with everything that was told', async (t) => {
  const classes = [
    [400, 'invalid_request_error', VinrInvalidRequestError],
    [401, 'authentication_error', VinrAuthenticationError],
    [403, 'permission_error', VinrPermissionError],
    [409, 'idempotency_error', VinrIdempotencyError],
    [429, 'rate_limit_error', VinrRateLimitError],
    [500, 'api_error', VinrApiError],
  ] as const;
  for (const [status, type, expected] of classes) {
    const errors = [{ param: 'amount', code: 'parameter_missing', message: 'say how much' }];
    const { vinr } = await far(t, [{ status, body: told(type, 'some_code', { param: 'amount', errors }) }], { maxRetries: 0 });
    const error = await caught(vinr.payments.create(order));
    assert.ok(error instanceof expected && error.name === expected.name);
    const { code, message, param, requestId, docUrl, retryAfter } = error;
    assert.deepEqual({ type: error.type, code, message, param, requestId, docUrl, retryAfter, errors: error.errors }, {
      type, code: 'some_code', message: 'about some_code', param: 'amount', requestId: 'req_1', docUrl: 'http://docs.test/', retryAfter: null, errors,
    });
  }
});

test('an error for too few points says how many there are and how many it takes', async (t) => {
  const numbers = { have: -32, need: 500 };
  const { vinr } = await far(t, [refusal(422, 'invalid_request_error', 'insufficient_points', numbers), refusal(404, 'invalid_request_error', 'resource_missing')]);
  const redeem = () => caught(vinr.loyalty.redemptions.create({ account: 'loy_1', reward: 'rwd_1' }));
  const short = await redeem();
  assert.deepEqual({ have: short.have, need: short.need }, numbers);
  const other = await redeem();
  assert.deepEqual({ have: other.have, need: other.need }, { have: null, need: null });
});

test('an answer that is not of the API becomes an error by its status', async (t) => {
  const page = (status: number): Answer => ({ status, body: '<p>no</p>', headers: { 'x-vinr-request-id': 'req_9' } });
  for (const [status, expected] of [[403, VinrPermissionError], [404, VinrInvalidRequestError], [500, VinrApiError], [301, VinrApiError]] as const) {
    const { vinr } = await far(t, [page(status)], { maxRetries: 0 });
    const error = await caught(vinr.balance.retrieve());
    assert.ok(error instanceof expected, error.name);
    assert.deepEqual([error.code, error.requestId], ['unexpected_response', 'req_9']);
  }
});

test('a server that is not there is a connection error that names it', async () => {
  const gone = await answering({});
  await gone.end();
  const vinr = new Vinr({ secretKey: 'sk_test_abc', baseUrl: gone.url, maxRetries: 0 });
  const error = await caught(vinr.balance.retrieve());
  assert.ok(error instanceof VinrConnectionError && error.message.includes(gone.url));
  assert.deepEqual([error.type, error.code, error.status, error.requestId], ['connection_error', 'connection_failed', null, null]);
  assert.ok(error.cause instanceof Error);
});

test('an attempt that takes too long is given up and tried again', async (t) => {
  const { vinr, asked } = await far(t, [{ silent: true }, { body: { id: 'pay_1' } }], { timeout: 200 });
  assert.equal((await vinr.payments.create(order)).id, 'pay_1');
  assert.deepEqual([asked.length, asked[0]?.headers['idempotency-key']], [2, asked[1]?.headers['idempotency-key']]);
});

test('a request has a patience and a number of retries of its own', async (t) => {
  const { vinr, asked } = await far(t, [{ silent: true }]);
  const error = await caught(vinr.balance.retrieve({ timeout: 100, maxRetries: 0 }));
  assert.ok(error instanceof VinrConnectionError && error.code === 'timeout' && error.message.includes('100 ms'));
  assert.equal(asked.length, 1);
  await assert.rejects(vinr.balance.retrieve({ timeout: -1 }), { name: 'VinrInvalidRequestError', param: 'timeout' });
  await assert.rejects(vinr.balance.retrieve({ maxRetries: 99 }), { name: 'VinrInvalidRequestError', param: 'maxRetries' });
});

test('the time that the server was asked to wait is not counted', async (t) => {
  const { vinr } = await far(t, [{ silent: true }], { maxRetries: 0, timeout: 100 });
  const started = Date.now();
  const error = await caught(vinr.events.list({ after: 0, wait: 1 }));
  assert.equal(error.code, 'timeout');
  assert.ok(Date.now() - started >= 1_090, `${Date.now() - started} ms`);
});

test('a signal ends a request that is under way, and one that waits for its next attempt, with its own reason', async (t) => {
  const reason = new Error('the customer left');
  for (const answer of [{ silent: true }, { ...unavailable, headers: { 'retry-after': '50' } }]) {
    const { vinr, asked } = await far(t, [answer]);
    const abort = new AbortController();
    const request = vinr.balance.retrieve({ signal: abort.signal });
    const waiting = setInterval(() => asked.length > 0 && abort.abort(reason), 20);
    t.after(() => clearInterval(waiting));
    await assert.rejects(request, (error) => error === reason);
    assert.equal(asked.length, 1);
    await assert.rejects(vinr.balance.retrieve({ signal: abort.signal }), (error) => error === reason);
    assert.equal(asked.length, 1);
  }
});

test('an id that is none never reaches the server', async (t) => {
  const { vinr, asked } = await far(t, [{}]);
  for (const id of ['', '../account', 'pay_1/capture', 'pay_1?x', undefined as unknown as string, { id: 'pay_1' } as unknown as string]) {
    await assert.rejects(async () => vinr.payments.retrieve(id), { name: 'VinrInvalidRequestError', code: 'parameter_invalid', param: 'id' });
  }
  assert.equal(asked.length, 0);
});

test('an idempotency key that no header takes is refused at once', async (t) => {
  const { vinr, asked } = await far(t, [{}]);
  for (const idempotencyKey of ['', 'a b', 'x'.repeat(256), 'line\nend', 'Größe']) {
    await assert.rejects(async () => vinr.payments.create(order, { idempotencyKey }), { param: 'idempotencyKey' });
  }
  assert.equal(asked.length, 0);
});

test('another fetch is used when one is given', async () => {
  const seen: string[] = [];
  const fetch = async (url: unknown) => {
    seen.push(String(url));
    return new Response('{"available":[]}');
  };
  const vinr = new Vinr({ secretKey: 'sk_live_abc', fetch: fetch as typeof globalThis.fetch });
  assert.deepEqual((await vinr.balance.retrieve()).available, []);
  assert.deepEqual(seen, ['https://api.vinr.com/v1/balance']);
});
