// What scripts/machine does where Debian's Node is too old: Debian 12 has Node 18, and the SDK wants 20.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scratch } from './machine.mjs';
import { ROOT } from './recipe.mjs';

const PATIENCE = { timeout: 300_000 };

/** Runs bash with scripts/machine, on a machine whose node says that it is of this version, and whose npm is called so. */
function machine(t, version, npm, script) {
  const folder = scratch(t);
  const program = (name, text) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program('node', `[ "$1" = --version ] && echo ${version} || exec ${process.execPath} "$@"`);
  if (npm) program('npm', npm);
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}`, XDG_CACHE_HOME: join(folder, 'cache') };
  const ran = spawnSync('bash', ['-euc', `source scripts/machine; ${script}`], { cwd: ROOT, env, encoding: 'utf8' });
  return { ...ran, folder };
}

test('a Node that is recent enough is left alone', (t) => {
  const { status, stdout, stderr, folder } = machine(t, 'v20.0.0', 'exit 7', 'need_node; command -v node');
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim(), join(folder, 'node'));
});

test('an older one is replaced, for the scripts alone, by one that an npm package carries', PATIENCE, (t) => {
  const script = 'need_node; need_node; node --version; npm --version; node -p process.versions.node';
  const { status, stdout, stderr, folder } = machine(t, 'v18.20.4', undefined, script);
  assert.equal(status, 0, stderr);
  const [node, npm, itself] = stdout.trim().split('\n');
  assert.ok(Number(/^v(\d+)\./.exec(node)[1]) >= 20, node);
  assert.equal(node, `v${itself}`, 'it is what it says');
  assert.match(npm, /^\d+\.\d+\.\d+$/);
  assert.equal(stderr.match(/bringing/g)?.length, 1, 'once');
  assert.equal(execFileSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' }).trim(), 'v18.20.4');
});

test('where none can be brought, it is said what to do', (t) => {
  const { status, stderr } = machine(t, 'v18.20.4', 'exit 1', 'need_node');
  assert.equal(status, 1);
  assert.match(stderr, /v18\.20\.4 is too old.*install Node 20 or later/);
});
