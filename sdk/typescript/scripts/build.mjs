// Builds the package twice, for `import` and for `require`. The hash functions are bundled, so that installing the
// package installs nothing else.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const from = (...parts) => join(root, ...parts);

/** A folder of the package with its declarations. Beside them lies what kind of modules they are. */
function declare(folder, module, type) {
  const tsc = join(dirname(resolve('typescript/package.json')), 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', root, '--outDir', from('dist', folder)], { stdio: 'inherit' });
  writeFileSync(from('dist', folder, 'package.json'), `${JSON.stringify({ type })}\n`);
  return build({
    entryPoints: [from('src', 'index.ts')],
    outfile: from('dist', folder, 'index.js'),
    bundle: true,
    format: module,
    platform: 'neutral',
    target: 'es2022',
    legalComments: 'inline',
    logLevel: 'warning',
  });
}

rmSync(from('dist'), { recursive: true, force: true });
mkdirSync(from('dist'));
await declare('esm', 'esm', 'module');
await declare('cjs', 'cjs', 'commonjs');
copyFileSync(join(dirname(resolve('@noble/hashes/sha2.js')), 'LICENSE'), from('dist', 'LICENSE-noble-hashes'));
