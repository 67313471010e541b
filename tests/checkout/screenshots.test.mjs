// The pictures that people have looked at: one for each state, scheme and width, and none of a state that is no more.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const TESTS = new URL('../', import.meta.url);
const PICTURES = new URL('../../docs/screenshots/', import.meta.url);

/** The states that are looked at, as the tests name them. */
function looks() {
  const folders = readdirSync(TESTS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.flatMap(({ name }) => readdirSync(new URL(`${name}/`, TESTS)).map((file) => `${name}/${file}`));
  const texts = files.filter((file) => file.endsWith('.test.mjs')).map((file) => readFileSync(new URL(file, TESTS), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(/\blook\(\w+, '([^']+)'[,)]/g)].map(([, name]) => name));
}

test('every state that is looked at has its pictures, and no other has', () => {
  const names = looks();
  assert.ok(names.includes('checkout-ready') && names.length >= 25, names.join(' '));
  assert.equal(new Set(names).size, names.length, 'each state has a name of its own');
  const expected = names.flatMap((name) =>
    ['light', 'dark'].flatMap((scheme) => [390, 820, 1280].map((width) => `${name}-${scheme}-${width}.png`)),
  );
  assert.deepEqual(readdirSync(PICTURES).sort(), expected.sort());
});
