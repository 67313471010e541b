// The loader in a page that is played: which script it asks for, how often, and what it does when that does not come.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, test } from 'node:test';
import { loadVinr } from '@vinr/elements';

let scripts;

/** A page that loads what is asked for when it is told to. */
beforeEach(() => {
  scripts = [];
  const createElement = () => {
    const listeners = new Map();
    const script = {
      addEventListener: (name, listener) => listeners.set(name, listener),
      remove: () => scripts.splice(scripts.indexOf(script), 1),
      comes: () => {
        globalThis.window.loadVinr = Object.assign(async (key) => ({ key }), { origin: new URL(script.src).origin });
        listeners.get('load')();
      },
      arrivesEmpty: () => listeners.get('load')(),
      fails: () => listeners.get('error')(),
    };
    return script;
  };
  globalThis.window = {};
  globalThis.document = { createElement, head: { append: (script) => scripts.push(script) } };
});
afterEach(() => {
  delete globalThis.window;
  delete globalThis.document;
});

test('the script comes from the host of the key', async () => {
  for (const [key, host] of [['pk_test_a', 'https://sandbox.api.vinr.com'], ['pk_live_a', 'https://api.vinr.com']]) {
    delete globalThis.window.loadVinr;
    const loading = loadVinr(key);
    assert.equal(scripts.at(-1).src, `${host}/elements/v1/vinr.js`);
    scripts.at(-1).comes();
    assert.deepEqual(await loading, { key });
  }
});

test('or from the host that is named, with or without its version', async () => {
  const addresses = ['http://127.0.0.1:1', 'http://127.0.0.1:2/', 'http://127.0.0.1:3/v1', 'http://127.0.0.1:4/v1/'];
  for (const [index, baseUrl] of addresses.entries()) {
    delete globalThis.window.loadVinr;
    const loading = loadVinr('pk_test_a', { baseUrl });
    assert.equal(scripts.at(-1).src, `http://127.0.0.1:${index + 1}/elements/v1/vinr.js`);
    scripts.at(-1).comes();
    await loading;
  }
});

test('it is loaded once, however often it is asked for, and not at all when it is there', async () => {
  const baseUrl = 'http://127.0.0.1:5';
  const both = [loadVinr('pk_test_a', { baseUrl }), loadVinr('pk_test_b', { baseUrl })];
  assert.equal(scripts.length, 1);
  scripts[0].comes();
  assert.deepEqual(await Promise.all(both), [{ key: 'pk_test_a' }, { key: 'pk_test_b' }]);
  assert.deepEqual(await loadVinr('pk_test_c', { baseUrl }), { key: 'pk_test_c' });
  assert.equal(scripts.length, 1);
  await assert.rejects(loadVinr('pk_live_c'), /has the script of http:\/\/127\.0\.0\.1:5 already/);
});

test('a script that did not come is asked for again', async () => {
  const baseUrl = 'http://127.0.0.1:6';
  const first = loadVinr('pk_test_a', { baseUrl });
  scripts[0].fails();
  await assert.rejects(first, /could not be loaded/);
  const second = loadVinr('pk_test_a', { baseUrl });
  assert.equal(scripts.length, 1);
  scripts[0].comes();
  await second;
});

test('what is not VINR\'s script, no key, and no page are refused', async () => {
  const loading = loadVinr('pk_test_a', { baseUrl: 'http://127.0.0.1:7' });
  scripts[0].arrivesEmpty();
  await assert.rejects(loading, /is not VINR's script/);
  await assert.rejects(loadVinr('sk_test_a'), TypeError);
  await assert.rejects(loadVinr(undefined), TypeError);
  delete globalThis.window;
  await assert.rejects(loadVinr('pk_test_a'), /for browsers/);
});

test('the types name what the server answers', () => {
  const document = JSON.parse(readFileSync(new URL('../../typescript/openapi.json', import.meta.url), 'utf8'));
  const types = readFileSync(new URL('../src/index.d.ts', import.meta.url), 'utf8');
  for (const [type, schema] of [['Payment', 'payments.PublicPayment'], ['PaymentMethod', 'payment_methods.PaymentMethod']]) {
    const body = types.split(`export interface ${type} {\n`)[1].split('\n}')[0];
    const names = [...body.matchAll(/^ {2}(\w+)\??:/gm)].map(([, name]) => name);
    assert.deepEqual(names, Object.keys(document.components.schemas[schema].properties), type);
  }
});
