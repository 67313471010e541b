// Documents as their readers use them: blocks are taken out, put into files and compiled or pasted into a shell. Only
// addresses are other ones.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { ROOT } from './server.js';

/** The repository's folder. */
export const REPOSITORY = resolve(ROOT, '../..');

const OPTIONS = { module: 'nodenext', target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], strict: true, types: ['node'] };

/** A file of the repository. */
export const read = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');

/** The fenced blocks of a document in a language, in their order. */
export const blocks = (document: string, language: string): string[] =>
  [...read(document).matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, block]) => block ?? '');

/** What somebody pastes into a shell; answers what it printed. */
export function pasted(text: string, environment: Record<string, string> = {}, folder?: string): string {
  return execFileSync('bash', ['-euo', 'pipefail', '-c', text], { encoding: 'utf8', env: { ...process.env, ...environment }, cwd: folder });
}

/** A program that was started; `says` resolves with the first line that has not been read yet and matches. */
export function started(command: string, words: string[], environment: Record<string, string> = {}, folder?: string) {
  const program = spawn(command, words, { env: { ...process.env, ...environment }, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => program.once('exit', () => done()));
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  return {
    async says(pattern: RegExp): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next();
        assert.ok(!done, `the program ended without saying ${pattern}`);
        if (pattern.test(value)) return value;
      }
    },
    async end(): Promise<void> {
      program.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const socket = createServer();
  await new Promise<void>((listening) => socket.listen(0, '127.0.0.1', listening));
  const { port } = socket.address() as AddressInfo;
  await new Promise((closed) => socket.close(closed));
  return port;
}

/** Asks until somebody answers there. */
export async function answers(url: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await fetch(url);
      return;
    } catch (error) {
      if (tries === 400) throw error;
      await new Promise((later) => setTimeout(later, 25));
    }
  }
}

/** Where a reader writes programs. It lies in the package, so that they find `@vinr/sdk` and what else they import. */
export class Desk {
  readonly folder: string;

  constructor(name: string) {
    this.folder = join(ROOT, 'test', 'build', `${name}-${process.pid}`);
    mkdirSync(this.folder, { recursive: true });
  }

  /** Compiles TypeScript as a reader would, strictly. */
  compile(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, `${name}.ts`), text);
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS }));
    execFileSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', this.folder], { stdio: 'inherit' });
  }

  /** The file that a program was compiled to. */
  compiled(name: string): string {
    return join(this.folder, `${name}.js`);
  }

  /** What a program exports, once it has run. */
  async load<T>(name: string): Promise<T> {
    return (await import(pathToFileURL(this.compiled(name)).href)) as T;
  }

  clear(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
