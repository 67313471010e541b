// Stands in for the container runtime: folders for mounts, a PostgreSQL for the service, processes for containers.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, relative, resolve } from 'node:path';
import { ROOT } from './recipe.mjs';

export const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

const asRoot = process.getuid() === 0;

/** A folder that the image's user can look into, too. */
export function scratch(t) {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-container-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The build context: what COPY names and .dockerignore lets through, and nothing else. Always in the same place and with
 *  the files' own times, so that cargo finds what it built the last time. */
export function copyContext(sources, ignored) {
  const context = join(TARGET, 'container');
  rmSync(context, { recursive: true, force: true });
  const filter = (path) => !ignored(relative(ROOT, path));
  for (const source of sources) {
    cpSync(join(ROOT, source), join(context, source), { recursive: true, preserveTimestamps: true, filter });
  }
  return context;
}

/** An empty PostgreSQL of the test's own; its address as `host:port`. */
export function postgres(t) {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-container-postgres-'));
  const script = (...words) => execFileSync(join(ROOT, 'scripts/postgres'), words, { encoding: 'utf8' }).trim();
  t.after(() => script('destroy', folder));
  return new URL(script('create', folder)).host;
}

/** The folder of PostgreSQL's programs. */
export function postgresPrograms() {
  return execFileSync('bash', ['-c', 'source scripts/postgres; postgres_programs'], { cwd: ROOT, encoding: 'utf8' }).trim();
}

export async function freePort() {
  const server = createServer();
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

/** A volume as the image's user finds it. */
export function volume(folder, [uid, gid]) {
  mkdirSync(folder, { mode: 0o700 });
  if (asRoot) chownSync(folder, uid, gid);
}

/** Secrets as they are mounted: the files themselves, whoever owns them, without the folders around them. */
export function mountSecrets(folder, files) {
  mkdirSync(folder);
  chmodSync(folder, 0o755);
  for (const [name, file] of Object.entries(files)) copyFileSync(file, join(folder, name));
}

/** A container: a process with the image's user, an environment of its own and nothing else. As long as the test runs
 *  as root, that is the user's number of the image; otherwise the test's own user stands for it. */
export class Container {
  constructor(program, words, { env, cwd, user: [uid, gid] }) {
    assert.equal(basename(program), 'vinr');
    const identity = asRoot ? { uid, gid } : {};
    this.process = spawn(program, words, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'], ...identity });
    this.output = '';
    this.waiting = [];
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => this.#hear(text));
    }
    this.ended = new Promise((done) => this.process.once('close', (code, signal) => done(code ?? signal)));
    this.ended.then(() => this.#hear(''));
  }

  #hear(text) {
    this.output += text;
    this.waiting.splice(0).forEach((look) => look());
  }

  /** Resolves when the output matches; fails when the process ends before, or takes longer than a minute. */
  async says(pattern) {
    const late = setTimeout(() => this.process.kill('SIGKILL'), 60_000);
    while (!pattern.test(this.output)) {
      const over = this.process.exitCode !== null || this.process.signalCode !== null;
      assert.ok(!over, `it ended without saying ${pattern}:\n${this.output}`);
      await new Promise((look) => this.waiting.push(look));
    }
    clearTimeout(late);
    return pattern.exec(this.output);
  }

  /** Stops it as the runtime would: a signal, and after the grace period the end. */
  async stop(signal, graceSeconds) {
    this.process.kill(signal);
    const timer = setTimeout(() => this.process.kill('SIGKILL'), graceSeconds * 1_000);
    const code = await this.ended;
    clearTimeout(timer);
    return code;
  }
}
