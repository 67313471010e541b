// What is committed is what the server says of itself.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { BINARY, ROOT } from './server.js';

interface Generator {
  printed(binary: string): string;
  generated(text: string): Promise<Record<string, string>>;
}

const generator = (await import(pathToFileURL(join(ROOT, 'scripts', 'openapi.mjs')).href)) as Generator;
const committed = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const advice = 'run `npm run generate` and look at the difference';

test('the committed OpenAPI document is the one that the server prints', () => {
  assert.ok(committed('openapi.json') === generator.printed(BINARY), advice);
});

test('the committed types are the ones that follow from the document', async () => {
  const expected = await generator.generated(committed('openapi.json'));
  assert.ok(Object.keys(expected).length > 5);
  assert.deepEqual(readdirSync(join(ROOT, 'src', 'generated')).sort(), Object.keys(expected).sort(), advice);
  for (const [name, text] of Object.entries(expected)) assert.ok(committed(`src/generated/${name}`) === text, `${name}: ${advice}`);
});

test('every endpoint of the document has a call in the SDK', () => {
  const { paths } = JSON.parse(committed('openapi.json')) as { paths: Record<string, Record<string, unknown>> };
  const sources = readdirSync(join(ROOT, 'src', 'resources')).map((name) => committed(`src/resources/${name}`)).join('\n');
  const called = new Set<string>();
  for (const [, method = '', path = ''] of sources.matchAll(/method: '(\w+)', path: (?:path)?['`]([^'`]+)['`]/g)) called.add(`${method} ${path}`);
  for (const [, path = ''] of sources.matchAll(/list\(this\.#transport, (?:path)?['`]([^'`]+)['`]/g)) called.add(`GET ${path}`);
  const shapes = new Set([...called].map((call) => call.replace(/\$\{\w+\}/g, '{}')));
  const missing = Object.entries(paths)
    .filter(([path]) => !path.startsWith('/v1/webhook-endpoints'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.slice('/v1'.length).replace(/\{\w+\}/g, '{}')}`))
    // Changes go by the POST that is the same, since it takes an idempotency key.
    .filter((call) => !call.startsWith('PATCH') && !shapes.has(call));
  assert.deepEqual(missing, []);
});
