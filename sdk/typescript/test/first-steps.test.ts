// A newcomer's first steps, pasted as they are shown: what the first start says, and what the repository's README says.
// The SDK comes from a clone that has nothing but what is in the repository, beside the tools that build it.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { Vinr } from '@vinr/sdk';
import { answers, blocks, freePort, pasted, started } from './documents.js';
import { BINARY, ROOT } from './server.js';

const MADE = new Set(['node_modules', 'dist', 'build']);
const CARD = { number: '4242 4242 4242 4242' };

let clone: string;
let server: ReturnType<typeof started>;
let welcome = '';
let url = '';
let key = '';

before(async () => {
  clone = mkdtempSync(join(tmpdir(), 'vinr-first-steps-'));
  const sdk = join(clone, 'sdk', 'typescript');
  cpSync(ROOT, sdk, { recursive: true, filter: (path) => !MADE.has(basename(path)) });
  symlinkSync(join(ROOT, 'node_modules'), join(sdk, 'node_modules'));
  // Nothing is to be fetched: what is installed lies in the clone.
  Object.assign(process.env, { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_fund: 'false' });
  server = started(BINARY, ['--database', `sqlite:${join(clone, 'data')}`, '--sandbox-listen', '127.0.0.1:0', '--live-listen', 'off'], {}, clone);
  for (let line = ''; !line.startsWith('Ready.'); welcome += `${line}\n`) line = await server.says(/^/);
  key = /sandbox secret +(sk_test_\w+)/.exec(welcome)?.[1] ?? '';
  url = /sandbox +(http:\S+)/.exec(welcome)?.[1] ?? '';
});
after(async () => {
  await server.end();
  rmSync(clone, { recursive: true, force: true });
});

/** What is shown from a line that begins so to the next line that is not indented. */
function shown(beginning: string): string {
  const lines = welcome.split('\n');
  const first = lines.findIndex((line) => line.startsWith(`  ${beginning}`));
  assert.ok(first >= 0, `${beginning} is shown in\n${welcome}`);
  const length = lines.slice(first).findIndex((line) => line !== '' && !line.startsWith('  '));
  return lines.slice(first, first + length).join('\n');
}

const opens = async (page: string, words: string) => {
  const answer = await fetch(page);
  assert.equal(answer.status, 200, page);
  assert.ok((await answer.text()).includes(words), `${words} is on ${page}`);
};

test('the welcome says where everything is', async () => {
  for (const [name, path, words] of [['demo shop', '/demo', 'Field notebook'], ['reference', '/docs', 'API reference']] as const) {
    const place = new RegExp(`${name} +(http:\\S+)`).exec(welcome)?.[1] ?? '';
    assert.equal(place, url + path);
    await opens(place, words);
  }
});

test('the request of the welcome makes a payment whose page opens, and the events that it names show it', { timeout: 60_000 }, async (t) => {
  const [program = '', ...words] = shown(`${BINARY} events`).trim().split(' ');
  const { checkoutUrl, id } = JSON.parse(pasted(shown('curl'))) as { checkoutUrl: string; id: string };
  await opens(checkoutUrl, 'Test shop');
  // It tells what happens from now on; a test that starts it afterwards begins at the beginning.
  const tail = started(program, [...words, '--after', '0']);
  t.after(() => tail.end());
  await tail.says(new RegExp(`payment\\.created.*${id}`));
});

test('the SDK is installed from the clone, and the program of the welcome prints a page that opens', { timeout: 120_000 }, async () => {
  const folder = join(clone, 'elsewhere');
  mkdirSync(folder);
  pasted(shown('npm install').trim().split('\n')[0] ?? '', {}, folder);
  writeFileSync(join(folder, 'pay.mjs'), shown('import'));
  assert.ok(welcome.includes('save this as pay.mjs, and run `node pay.mjs`'));
  await opens(pasted('node pay.mjs', {}, folder).trim(), 'Order #1234');
});

test('the steps of the README lead to a payment that is paid, and to a webhook that is verified', { timeout: 120_000 }, async (t) => {
  const port = await freePort();
  const here = (text: string) => text.replaceAll('http://127.0.0.1:8080', url).replace('127.0.0.1:4000', `127.0.0.1:${port}`);
  const steps = blocks('README.md', 'sh');
  const step = (beginning: string): string => here(steps.find((block) => block.startsWith(beginning)) ?? assert.fail(`no step ${beginning}`));
  const [program = '', ...others] = blocks('README.md', 'js');
  assert.deepEqual(others, []);

  const folder = join(clone, 'shop');
  pasted(step('mkdir shop'), {}, clone);
  writeFileSync(join(folder, 'webhooks.mjs'), program.replace('listen(4000', `listen(${port}`));
  const [, command = ''] = step('export VINR_SECRET_KEY=').trim().split('\n');
  const [node = '', ...words] = command.split(' ');
  const handler = started(node, words, { VINR_SECRET_KEY: key }, folder);
  t.after(() => handler.end());
  await answers(`http://127.0.0.1:${port}`);

  pasted(step('curl http://127.0.0.1:8080/v1/webhooks'), { VINR_SECRET_KEY: key });
  const payment = JSON.parse(pasted(step('curl http://127.0.0.1:8080/v1/payments'), { VINR_SECRET_KEY: key })) as { id: string; checkoutUrl: string };
  await opens(payment.checkoutUrl, 'Order 1234');
  await new Vinr({ secretKey: key, baseUrl: url }).test.payments.pay(payment.id, CARD);
  assert.equal(await handler.says(/^verified/), 'verified: payment.completed, order 1234');
  const forged = await fetch(`http://127.0.0.1:${port}/webhooks`, { method: 'POST', body: '{}', headers: { 'x-vinr-signature': `t=1,v1=${'0'.repeat(64)}` } });
  assert.equal(forged.status, 400);
});
