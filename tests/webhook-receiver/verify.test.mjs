// The script itself, against signatures made here with node:crypto alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { test } from 'node:test';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const KEY = 'sk_test_example';
const PAYLOAD = '{"id":"evt_1"}';

function signed(time = Math.floor(Date.now() / 1000)) {
  const secret = Buffer.from(SECRET.slice('whsec_'.length), 'base64');
  const derived = Buffer.from(hkdfSync('sha256', createHash('sha256').update(KEY).digest(), '', 'vinr webhook', 32));
  const hex = (key) => createHmac('sha256', key).update(`${time}.${PAYLOAD}`).digest('hex');
  return {
    'x-vinr-signature': `t=${time},v1=${hex(secret)},v1=${hex(derived)}`,
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(time),
    'webhook-signature': `v1,${createHmac('sha256', secret).update(`evt_1.${time}.${PAYLOAD}`).digest('base64')}`,
  };
}

function run(...cases) {
  const input = cases.map((one) => JSON.stringify(one)).join('\n');
  const ran = spawnSync(process.execPath, [new URL('verify.mjs', import.meta.url).pathname], { input, encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.trim().split('\n').map((line) => JSON.parse(line));
}

test('a genuine delivery is accepted all three ways', () => {
  const headers = signed();
  assert.deepEqual(run({ payload: PAYLOAD, headers, secret: SECRET, secretKey: KEY }), [
    { standard: 'ok', endpoint: 'ok', key: 'ok' },
  ]);
});

test('another payload, another key and an old time are not', () => {
  const headers = signed();
  const [changed, stranger, old] = run(
    { payload: `${PAYLOAD} `, headers, secret: SECRET, secretKey: KEY },
    { payload: PAYLOAD, headers, secretKey: `${KEY}2` },
    { payload: PAYLOAD, headers: signed(1), secret: SECRET, secretKey: KEY },
  );
  assert.notEqual(changed.standard, 'ok');
  assert.deepEqual([changed.endpoint, changed.key], ['mismatch', 'mismatch']);
  assert.deepEqual(stranger, { key: 'mismatch' });
  assert.notEqual(old.standard, 'ok');
  assert.deepEqual([old.endpoint, old.key], ['stale', 'stale']);
});
