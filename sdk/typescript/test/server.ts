// The product as it is shipped, started for a test and stopped after it.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The package's folder. Tests run from `test/build`. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The server's program: `VINR_BINARY`, or what `cargo build` makes. */
export const BINARY = process.env['VINR_BINARY'] ?? resolve(ROOT, '../../target/debug/vinr');

export interface Server {
  url: string;
  secretKey: string;
  publicKey: string;
  accountId: string;
  /** Runs a command of the operator's on the same database; what it prints. */
  operate(...words: string[]): string;
  end(): Promise<void>;
}

interface Ready {
  ready?: boolean;
  accountId: string;
  sandbox: { url: string; secretKey: string; publicKey: string };
}

/**
 * Starts a sandbox of its own on a free port. How many requests a second a key may make is `off` unless a test is about
 * that: how fast the tests ask is the machine's matter.
 */
export async function serve(rateLimit = 'off'): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-sdk-'));
  const flags = ['--json', '--database', `sqlite:${folder}`, '--sandbox-listen', '127.0.0.1:0', '--live-listen', 'off', '--rate-limit', rateLimit];
  const program = spawn(BINARY, ['serve', ...flags], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => program.once('exit', () => done()));
  const lines = createInterface({ input: program.stdout });
  const told = await new Promise<Ready>((ready, failed) => {
    program.once('error', failed);
    program.once('exit', (code) => failed(new Error(`the server ended with ${code} before it was ready`)));
    lines.on('line', (line) => {
      const read = JSON.parse(line) as Ready;
      if (read.ready) ready(read);
    });
  });
  const { url, secretKey, publicKey } = told.sandbox;
  return {
    url,
    secretKey,
    publicKey,
    accountId: told.accountId,
    operate: (...words) => execFileSync(BINARY, [...words, ...flags], { encoding: 'utf8' }),
    async end() {
      program.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
