// Verifies deliveries as three kinds of merchants would: with the unmodified `standardwebhooks` package, with the
// endpoint's secret and `x-vinr-signature`, and with nothing but a secret key. Reads one JSON object a line,
// {payload, headers, secret?, secretKey?}, and answers each with one: {standard?, endpoint?, key?}, where each value is
// "ok" or why not. What has no secret in the case is left out.
import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';

const TOLERANCE_S = 300;

function verify(payload, header, secret) {
  const parts = header.split(',').map((part) => part.split('='));
  const time = Number(parts.find(([name]) => name === 't')?.[1]);
  if (!(Math.abs(Date.now() / 1000 - time) <= TOLERANCE_S)) throw new Error('stale');
  const expected = createHmac('sha256', secret).update(`${time}.${payload}`).digest();
  const matches = parts
    .filter(([name]) => name === 'v1')
    .map(([, hex]) => Buffer.from(hex, 'hex'))
    .filter((given) => given.length === expected.length && timingSafeEqual(given, expected));
  if (matches.length === 0) throw new Error('mismatch');
}

function ofKey(secretKey) {
  const digest = createHash('sha256').update(secretKey).digest();
  return Buffer.from(hkdfSync('sha256', digest, Buffer.alloc(0), 'vinr webhook', 32));
}

function outcome(check) {
  try {
    check();
    return 'ok';
  } catch (error) {
    return error.message;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { payload, headers, secret, secretKey } = JSON.parse(line);
  const header = headers['x-vinr-signature'] ?? '';
  const answer = {};
  if (secret) {
    answer.standard = outcome(() => new Webhook(secret).verify(payload, headers));
    answer.endpoint = outcome(() => verify(payload, header, Buffer.from(secret.replace(/^whsec_/, ''), 'base64')));
  }
  if (secretKey) answer.key = outcome(() => verify(payload, header, ofKey(secretKey)));
  console.log(JSON.stringify(answer));
}
