// The package as it would be published: packed, installed elsewhere, used from both kinds of modules and compiled.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';
import { ROOT } from './server.js';

const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const run = (program: string, args: string[], cwd = ROOT) => execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

let folder: string;
let tarball: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'vinr-sdk-package-'));
  // Without its scripts: the build was made before the tests, which use it.
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  tarball = (JSON.parse(packed) as { filename: string }[])[0]?.filename ?? '';
  writeFileSync(join(folder, 'package.json'), '{"name":"shop","private":true}');
  run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

const time = Math.floor(Date.now() / 1000);
const key = Buffer.from(hkdfSync('sha256', createHash('sha256').update('sk_test_abc').digest(), '', 'vinr webhook', 32));
const header = `t=${time},v1=${createHmac('sha256', key).update(`${time}.{"type":"webhook.test"}`).digest('hex')}`;
const use = `console.log(new Vinr({ secretKey: 'sk_test_abc' }).webhooks.verify('{"type":"webhook.test"}', '${header}').type);\n`;

test('installing the package installs nothing else', () => {
  assert.deepEqual(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')), ['@vinr']);
  assert.deepEqual(readdirSync(join(folder, 'node_modules', '@vinr', 'sdk')).sort(), ['LICENSE', 'README.md', 'dist', 'package.json']);
  assert.ok(readFileSync(join(ROOT, 'README.md'), 'utf8').includes(tarball), 'the README names another tarball');
});

test('the package works by import and by require', () => {
  writeFileSync(join(folder, 'shop.mjs'), `import { Vinr } from '@vinr/sdk';\n${use}`);
  writeFileSync(join(folder, 'shop.cjs'), `const { Vinr } = require('@vinr/sdk');\n${use}`);
  for (const program of ['shop.mjs', 'shop.cjs']) {
    assert.equal(run('node', [program], folder), 'webhook.test\n');
    assert.equal(run(bin('bun'), [program], folder), 'webhook.test\n');
  }
});

test('the types hold in both kinds of modules, also for those who check libraries and allow no undefined', () => {
  const text = `import { Vinr, type Payment } from '@vinr/sdk';
const vinr = new Vinr({ secretKey: process.env['KEY'], webhookSecret: process.env['SECRET'] });
export const create = (): Promise<Payment> => vinr.payments.create({ amount: 1, currency: 'EUR' });
export const names = async (): Promise<(string | null)[]> => (await vinr.customers.list()).map((one) => one.name);
// @ts-expect-error an amount is a number
export const wrong = () => vinr.payments.create({ amount: '1', currency: 'EUR' });
`;
  const flags = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--target', 'es2022', '--typeRoots', join(ROOT, 'node_modules', '@types')];
  writeFileSync(join(folder, 'types.mts'), text);
  writeFileSync(join(folder, 'types.cts'), text);
  writeFileSync(join(folder, 'types.ts'), text);
  run(bin('tsc'), [...flags, '--types', 'node', '--module', 'nodenext', 'types.mts', 'types.cts'], folder);
  run(bin('tsc'), [...flags, '--types', 'node', '--module', 'esnext', '--moduleResolution', 'bundler', 'types.ts'], folder);
});

test('publint and arethetypeswrong find nothing', () => {
  assert.ok(run(bin('publint'), ['--strict', join(folder, tarball)]).includes('All good'));
  assert.ok(run(bin('attw'), ['--no-color', '--no-emoji', join(folder, tarball)]).includes('No problems found'));
});

test('the build needs nothing of Node: it runs where there are only the globals of the web', async () => {
  const asked: string[] = [];
  const fetch = async (url: string) => {
    asked.push(url);
    return new Response('{"object":"list","data":[],"page":{"hasMore":false,"nextCursor":null}}');
  };
  const web = { AbortController, Headers, Response, TextDecoder, TextEncoder, URL, URLSearchParams, atob, clearTimeout, crypto, fetch, setTimeout };
  const module = { exports: {} };
  const context = createContext({ ...web, module, exports: module.exports, console: { log: (line: string) => asked.push(line) } });
  runInContext(readFileSync(join(ROOT, 'dist', 'cjs', 'index.js'), 'utf8'), context);
  runInContext(use.replace('Vinr', 'module.exports.Vinr'), context);
  await (runInContext(`new module.exports.Vinr({ secretKey: 'sk_live_abc' }).payments.list()`, context) as Promise<unknown>);
  assert.deepEqual(asked, ['webhook.test', 'https://api.vinr.com/v1/payments']);
});
