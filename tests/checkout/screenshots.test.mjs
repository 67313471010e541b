// The pictures that people have looked at: one for each state, scheme and width, and none of a state that is no more.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const TESTS = new URL('../', import.meta.url);
const PICTURES = new URL('../../docs/screenshots/', import.meta.url);

/**
 * The states that are looked at, as the tests and what helps them name them: each call has its name in it, so that none is
 * overlooked here.
 */
function looks() {
  const folders = readdirSync(TESTS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const files = folders.flatMap(({ name }) => readdirSync(new URL(`${name}/`, TESTS)).map((file) => `${name}/${file}`));
  return files.filter((file) => file.endsWith('.mjs') && !file.endsWith('/screenshots.test.mjs')).flatMap((file) => {
    const text = readFileSync(new URL(file, TESTS), 'utf8');
    const names = [...text.matchAll(/\blook\(\w+, '([^']+)'[,)]/g)].map(([, name]) => name);
    const calls = text.match(/(?<!function )\blook\((?!\))/g) ?? [];
    assert.equal(names.length, calls.length, `${file}: each state is named where it is looked at`);
    return names;
  });
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
