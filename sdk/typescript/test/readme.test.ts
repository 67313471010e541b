// The README's blocks, in their order as one program, against a server: only addresses are other ones.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr } from '@vinr/sdk';
import { blocks, Desk } from './documents.js';
import { receiver } from './far-side.js';
import { serve, type Server } from './server.js';

let server: Server;
const desk = new Desk('readme');
const log = console.log;
const lines: string[] = [];

before(async () => {
  server = await serve();
});
after(async () => {
  console.log = log;
  desk.clear();
  await server.end();
});

test('the blocks of the README do what the README says', { timeout: 60_000 }, async (t) => {
  const shop = await receiver();
  t.after(() => shop.end());
  const text = blocks('sdk/typescript/README.md', 'ts');
  assert.equal(text.length, 10);
  const readme = text.join('\n').replace('http://127.0.0.1:8080', server.url).replace('http://127.0.0.1:4000/webhooks', shop.url);
  desk.compile({ readme });
  process.env['VINR_SECRET_KEY'] = server.secretKey;
  console.log = (...words: unknown[]) => lines.push(words.map(String).join(' '));
  const { POST } = await desk.load<{ POST: (request: Request) => Promise<Response> }>('readme');
  console.log = log;

  const expected = [
    /^pay at http:\/\/127\.0\.0\.1:\d+\/checkout\//,
    /^completed$/,
    /^failed insufficient_funds$/,
    /^save a card at http:\/\/127\.0\.0\.1:\d+\/checkout\//,
    /^4242 completed$/,
    /^400 parameter_invalid req_/,
    /^amount: /,
    /^currency: /,
    /^1 true completed$/,
    /^true$/,
    /^500$/,
  ];
  assert.equal(lines.length, expected.length, lines.join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? '', pattern);

  await handles(POST, shop);
});

/** The handler of the README takes what is delivered, reports an order that was paid once, and nothing that was forged. */
async function handles(handler: (request: Request) => Promise<Response>, shop: Awaited<ReturnType<typeof receiver>>) {
  const vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await vinr.payments.create({ amount: 1, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true, metadata: { orderId: '9' } });
  lines.length = 0;
  console.log = (line: string) => lines.push(line);
  for (let last = ''; !(last.includes('"orderId":"9"') && last.includes('"payment.completed"')); ) {
    const { payload, signature } = await shop.next();
    const headers = { 'x-vinr-signature': signature ?? '' };
    const post = async (body: string) => (await handler(new Request('http://shop.test/webhooks', { method: 'POST', body, headers }))).status;
    assert.deepEqual([await post(payload), await post(payload), await post(`${payload} `)], [204, 204, 400]);
    last = payload;
  }
  console.log = log;
  assert.deepEqual(lines.filter((line) => line.includes(' 9 ')), ['order 9 is paid']);
}
