// Verification against signatures that node:crypto makes, so that two implementations have to agree.
import assert from 'node:assert/strict';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';
import { Vinr, VinrSignatureError } from '@vinr/sdk';

const KEY = 'sk_test_example';
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const PAYLOAD = '{"id":"evt_1","type":"payment.completed","data":{"description":"Café ☕"}}';

const derived = (key: string) =>
  Buffer.from(hkdfSync('sha256', createHash('sha256').update(key).digest(), '', 'vinr webhook', 32));
const decoded = (secret: string) => Buffer.from(secret.slice('whsec_'.length), 'base64');
const now = () => Math.floor(Date.now() / 1000);
const v1 = (secret: Uint8Array, time: number | string, payload: string | Uint8Array) =>
  createHmac('sha256', secret).update(`${time}.`).update(payload).digest('hex');
const header = (secret: Uint8Array, time: number = now(), payload: string | Uint8Array = PAYLOAD) =>
  `t=${time},v1=${v1(secret, time, payload)}`;

const byKey = new Vinr({ secretKey: KEY });
const bySecret = new Vinr({ secretKey: KEY, webhookSecret: SECRET });

/** The code of the refusal, or `accepted`. */
function outcome(vinr: Vinr, payload: string | Uint8Array, signature: string | null | undefined): string {
  try {
    vinr.webhooks.verify(payload, signature);
    return 'accepted';
  } catch (error) {
    assert.ok(error instanceof VinrSignatureError, String(error));
    assert.ok(error.message.length > 20 && !error.message.includes(KEY));
    return error.code;
  }
}

test('the secret key alone verifies, and so does the secret of the endpoint', () => {
  const event = byKey.webhooks.verify(PAYLOAD, header(derived(KEY)));
  assert.equal(event.id, 'evt_1');
  assert.equal(outcome(bySecret, PAYLOAD, header(decoded(SECRET))), 'accepted');
});

test('with both at hand, either may vouch', () => {
  assert.equal(outcome(bySecret, PAYLOAD, header(derived(KEY))), 'accepted');
  assert.equal(outcome(byKey, PAYLOAD, header(decoded(SECRET))), 'signature_mismatch');
});

test('any one of several signatures is enough, wherever it stands', () => {
  const time = now();
  const strangers = ['a', 'b', 'c'].map((name) => `v1=${v1(derived(name), time, PAYLOAD)}`);
  const own = `v1=${v1(derived(KEY), time, PAYLOAD)}`;
  for (let at = 0; at <= strangers.length; at++) {
    const mixed = [`t=${time}`, ...strangers.slice(0, at), own, ...strangers.slice(at)].join(',');
    assert.equal(outcome(byKey, PAYLOAD, mixed), 'accepted');
  }
  assert.equal(outcome(byKey, PAYLOAD, [`t=${time}`, ...strangers].join(',')), 'signature_mismatch');
  assert.equal(outcome(byKey, PAYLOAD, `t=${time}, v0=ff , ${own}`), 'accepted');
});

test('text and bytes of the same body are the same, and bytes that are no text are compared as they are', () => {
  const bytes = new TextEncoder().encode(PAYLOAD);
  assert.equal(outcome(byKey, bytes, header(derived(KEY))), 'accepted');
  assert.equal(outcome(byKey, Buffer.from(PAYLOAD), header(derived(KEY))), 'accepted');
  const broken = Uint8Array.from(bytes, (byte) => (byte > 127 ? 0xff : byte));
  assert.equal(outcome(byKey, broken, header(derived(KEY))), 'signature_mismatch');
});

test('a change of any byte of the body, of the time or of the signature is refused', () => {
  const time = now();
  const good = v1(derived(KEY), time, PAYLOAD);
  const bytes = new TextEncoder().encode(PAYLOAD);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(outcome(byKey, changed, `t=${time},v1=${good}`), 'signature_mismatch');
  }
  assert.equal(outcome(byKey, PAYLOAD, `t=${time + 1},v1=${good}`), 'signature_mismatch');
  for (let at = 0; at < good.length; at++) {
    const digit = good[at] === '0' ? '1' : '0';
    assert.equal(outcome(byKey, PAYLOAD, `t=${time},v1=${good.slice(0, at)}${digit}${good.slice(at + 1)}`), 'signature_mismatch');
  }
});

test('five minutes are accepted in both directions, and more is stale', () => {
  for (const [offset, expected] of [[-290, 'accepted'], [290, 'accepted'], [-310, 'signature_stale'], [310, 'signature_stale']] as const) {
    assert.equal(outcome(byKey, PAYLOAD, header(derived(KEY), now() + offset)), expected, String(offset));
  }
});

test('a header that is missing or malformed is refused with its own code', () => {
  const mac = v1(derived(KEY), now(), PAYLOAD);
  for (const missing of [null, undefined, '']) assert.equal(outcome(byKey, PAYLOAD, missing), 'signature_missing');
  const malformed = ['x', 't=1', `v1=${mac}`, `t=,v1=${mac}`, `t=-1,v1=${mac}`, `t=1e9,v1=${mac}`, `t=1,t=2,v1=${mac}`, 't=1,v1=zz'];
  for (const one of [...malformed, `t=${now()},v1=${mac.slice(2)}`, `t=${now()},${'v1=0,'.repeat(5000)}`]) {
    assert.equal(outcome(byKey, PAYLOAD, one), 'signature_malformed', one.slice(0, 80));
  }
});

test('a body that somebody parsed already is refused with the advice to pass it raw', () => {
  const parsed = JSON.parse(PAYLOAD) as unknown as string;
  assert.equal(outcome(byKey, parsed, header(derived(KEY))), 'payload_not_raw');
});

test('verification needs no Web Crypto and answers at once', () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'crypto');
  Object.defineProperty(globalThis, 'crypto', { value: undefined, configurable: true });
  try {
    assert.equal(outcome(new Vinr({ secretKey: KEY }), PAYLOAD, header(derived(KEY))), 'accepted');
  } finally {
    if (before) Object.defineProperty(globalThis, 'crypto', before);
  }
});
