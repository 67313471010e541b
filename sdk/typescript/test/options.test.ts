import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Vinr, VinrAuthenticationError, VinrError, VinrInvalidRequestError } from '@vinr/sdk';

const KEY = 'sk_test_4eC39HqLyjWDarjtT1zdp7dc';

/** Which host a client asks. */
async function asked(options: ConstructorParameters<typeof Vinr>[0]): Promise<string> {
  let url = '';
  const fetch = async (input: unknown) => {
    url = String(input);
    return new Response('{}');
  };
  await new Vinr({ ...options, fetch: fetch as typeof globalThis.fetch }).balance.retrieve();
  return url;
}

test("the key's prefix chooses the environment and its host", async () => {
  assert.equal(await asked({ secretKey: KEY }), 'https://sandbox.api.vinr.com/v1/balance');
  assert.equal(await asked({ secretKey: 'sk_live_abc' }), 'https://api.vinr.com/v1/balance');
  assert.equal(await asked({ secretKey: 'rk_test_abc' }), 'https://sandbox.api.vinr.com/v1/balance');
  assert.equal(new Vinr({ secretKey: KEY }).environment, 'sandbox');
  assert.equal(new Vinr({ secretKey: 'rk_live_abc' }).environment, 'live');
});

test('a base URL is the same with /v1, without it, and with a slash at its end', async () => {
  for (const baseUrl of ['http://127.0.0.1:1', 'http://127.0.0.1:1/', 'http://127.0.0.1:1/v1', 'http://127.0.0.1:1/v1/']) {
    assert.equal(await asked({ secretKey: KEY, baseUrl }), 'http://127.0.0.1:1/v1/balance');
  }
  assert.equal(await asked({ secretKey: KEY, baseUrl: 'https://pay.example/vinr' }), 'https://pay.example/vinr/v1/balance');
});

test('a key that is missing or malformed is refused at construction, with what to do and without the key', () => {
  const missing: (string | undefined)[] = [undefined, ''];
  for (const secretKey of missing) {
    assert.throws(() => new Vinr({ secretKey }), (error) => {
      assert.ok(error instanceof VinrAuthenticationError && error instanceof VinrError);
      assert.equal(error.code, 'api_key_missing');
      assert.match(error.message, /sk_test_.*environment variable/);
      return true;
    });
  }
  for (const secretKey of ['pk_test_abc', 'sk_prod_abc', ' sk_test_abc', 'sk_test_abc\n', 'sk_test_', '"sk_test_abc"', 'hello']) {
    assert.throws(() => new Vinr({ secretKey }), (error) => {
      assert.ok(error instanceof VinrAuthenticationError);
      assert.equal(error.code, 'api_key_malformed');
      assert.ok(!error.message.includes('abc') && error.message.includes('sk_test_'), error.message);
      return true;
    });
  }
  assert.throws(() => new (Vinr as unknown as new () => Vinr)(), VinrAuthenticationError);
});

test('a test key never goes to the live host, nor a live key to the sandbox', () => {
  for (const [secretKey, baseUrl] of [[KEY, 'https://api.vinr.com'], ['sk_live_abc', 'https://sandbox.api.vinr.com/v1']] as const) {
    assert.throws(() => new Vinr({ secretKey, baseUrl }), /other key/);
  }
});

test('options that cannot be meant are refused by name', () => {
  const wrong: [string, object][] = [
    ['baseUrl', { baseUrl: '' }],
    ['baseUrl', { baseUrl: 'localhost:8080' }],
    ['baseUrl', { baseUrl: 'ftp://127.0.0.1' }],
    ['baseUrl', { baseUrl: 'http://user:word@127.0.0.1' }],
    ['baseUrl', { baseUrl: 'http://127.0.0.1/?a=1' }],
    ['publicKey', { publicKey: 'pk_live_abc' }],
    ['publicKey', { publicKey: 'sk_test_abc' }],
    ['webhookSecret', { webhookSecret: 'abc' }],
    ['webhookSecret', { webhookSecret: 'whsec_' }],
    ['webhookSecret', { webhookSecret: 'whsec_a' }],
    ['apiVersion', { apiVersion: 'latest' }],
    ['timeout', { timeout: 0 }],
    ['timeout', { timeout: Number.POSITIVE_INFINITY }],
    ['maxRetries', { maxRetries: -1 }],
    ['maxRetries', { maxRetries: 1.5 }],
    ['fetch', { fetch: 'fetch' }],
  ];
  for (const [param, options] of wrong) {
    assert.throws(() => new Vinr({ secretKey: KEY, ...options }), (error) => {
      assert.ok(error instanceof VinrInvalidRequestError, param);
      assert.equal(error.param, param);
      return true;
    });
  }
});

test('a client shows its public key and never its secrets', () => {
  const vinr = new Vinr({ secretKey: KEY, publicKey: 'pk_test_abc', webhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' });
  assert.equal(vinr.publicKey, 'pk_test_abc');
  for (const text of [inspect(vinr, { depth: 9, showHidden: true }), JSON.stringify(vinr)]) {
    assert.ok(!text.includes('sk_test_') && !text.includes('MfKQ') && !text.includes('whsec_'), text);
  }
});
