// Runs before the package is packed, and when a folder of somebody else's installs this one: it is used from `dist`,
// which is not in the repository. The tools that build it are brought here first where they are missing.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const tools = new URL('../node_modules/esbuild', import.meta.url);

if (!existsSync(tools)) {
  // Without scripts: npm would come back here.
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
}
await import('./build.mjs');
