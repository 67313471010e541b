// The product as it is shipped, and a shop that sells with it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const here = (name) => new URL(name, import.meta.url).pathname;

/** Builds a program of the workspace; where it is. */
function build(place, ...what) {
  const built = spawnSync('cargo', ['build', '--quiet', ...what], { cwd: here('../..'), encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return join(process.env.CARGO_TARGET_DIR ?? here('../../target'), 'debug', place);
}

/** Starts a program that tells in JSON when it is ready. */
async function start(program, flags, isReady) {
  const server = spawn(program, flags, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, RUST_LOG: 'trace' } });
  const logs = [];
  server.stderr.on('data', (chunk) => logs.push(chunk));
  for await (const line of createInterface({ input: server.stdout })) {
    const told = JSON.parse(line);
    if (isReady(told)) return { server, logs, told };
  }
  throw new Error(`the server ended before it was ready: ${Buffer.concat(logs)}`);
}

/** What a merchant's program asks an account of, with its own key or another one; `heard` gets every answer. */
const caller = ({ url, secretKey }, heard) => async (method, path, body, key = secretKey) => {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  heard.push(text);
  assert.equal(answer.status, 200, text);
  return JSON.parse(text);
};

/** The same for orders. */
const orders = (call, home) => (more) =>
  call('POST', '/payments', {
    amount: 4200,
    currency: 'EUR',
    description: 'Two bags of coffee, ground for filter',
    returnUrl: `${home}/thanks`,
    cancelUrl: `${home}/cart`,
    ...more,
  });

async function end(server) {
  const ended = new Promise((done) => server.on('exit', done));
  server.stdin.end();
  server.kill('SIGTERM');
  await ended;
}

/** Starts both, on SQLite or on the database that is given; `end` stops them and removes what they wrote. */
export async function open(database) {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-checkout-'));
  const key = join(folder, 'master.key');
  if (database) writeFileSync(key, randomBytes(32).toString('base64'), { mode: 0o600 });
  const places = ['--database', database?.url ?? `sqlite:${folder}`, ...(database ? ['--master-key-file', key] : [])];
  const sockets = ['--sandbox-listen', '127.0.0.1:0', '--live-listen', '127.0.0.1:0'];
  const flags = ['--json', ...places, ...sockets, '--rate-limit', 'off', 'serve'];
  const program = build('vinr', '--package', 'vinr');
  const { server, logs, told } = await start(program, flags, ({ ready }) => ready);
  const pages = new Map();
  const shop = createServer((request, response) => {
    const { type, body } = pages.get(request.url) ?? {};
    if (body) return response.writeHead(200, { 'content-type': type }).end(body);
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Thanks</title><p>${request.url}</p>`);
  });
  await new Promise((listening) => shop.listen(0, '127.0.0.1', listening));
  const home = `http://127.0.0.1:${shop.address().port}`;

  // Every answer of a run: those that idempotency records keep, sealed, are among them.
  const heard = [];
  const call = caller(told.sandbox, heard);
  const live = caller(told.live, heard);
  for (const account of [call, live]) await account('PATCH', '/account', { name: 'Kaffeehaus Linde' });
  return {
    url: told.sandbox.url,
    liveUrl: told.live.url,
    home,
    secretKey: told.sandbox.secretKey,
    publicKey: told.sandbox.publicKey,
    livePublicKey: told.live.publicKey,
    folder,
    heard,
    call,
    /** What the shop answers at a path of its own, from now on. */
    shows: (path, body, type = 'text/html; charset=utf-8') => pages.set(path, { type, body }),
    /** A further key of an account, as an operator makes one. */
    keyOf(account) {
      const made = spawnSync(program, ['keys', 'create', '--account', account, '--database', `sqlite:${folder}`, '--json'], { encoding: 'utf8' });
      assert.equal(made.status, 0, made.stderr);
      return JSON.parse(made.stdout).secret;
    },
    /** A payment that waits for its buyer. */
    order: orders(call, home),
    /** The same in live. */
    orderLive: orders(live, home),
    /** Everything that is left of a run: the database with its log, what the server wrote to its own log, what it answered. */
    remains: () => [
      ...(database ? [['the database', Buffer.from(database.dump(), 'latin1')]] : []),
      ...readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
      ['the log', Buffer.concat(logs)],
      ['answers', Buffer.from(heard.join('\n'))],
    ],
    /** The name, among those, of where payments are kept. */
    keeps: database ? 'the database' : 'sandbox.db',
    status: async (payment) => (await call('GET', `/payments/${payment.id}`)).status,
    async end() {
      await end(server);
      shop.close();
      rmSync(folder, { recursive: true, force: true });
      database?.drop();
    },
  };
}

/** A server whose bank takes its time, in either environment; `tell` says what happens on the far side. */
export async function farSide(environment) {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-far-side-'));
  const program = build('examples/far_side', '--package', 'vinr-server', '--example', 'far_side');
  const { server, told } = await start(program, [environment, folder], ({ url }) => url);
  const heard = [];
  const call = caller(told, heard);
  return {
    url: told.url,
    heard,
    order: orders(call, 'https://shop.example'),
    status: async (payment) => (await call('GET', `/payments/${payment.id}`)).status,
    tell: (what) => server.stdin.write(`${what}\n`),
    async end() {
      await end(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A database of its own in the cluster of the tests, with a dump in which every column is text. */
export function postgres() {
  const cluster = process.env.VINR_TEST_POSTGRES;
  assert.ok(cluster, 'no PostgreSQL: run the tests with scripts/test');
  const name = `vinr_checkout_${process.pid}`;
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  const run = (program, ...args) => {
    const script = `source ${here('../../scripts/postgres')}; exec "$(postgres_programs)/$0" "$@"`;
    const ran = spawnSync('bash', ['-c', script, program, ...args], { encoding: 'latin1', maxBuffer: 1 << 30 });
    assert.equal(ran.status, 0, ran.stderr);
    return ran.stdout;
  };
  run('psql', '--quiet', '--command', `CREATE DATABASE ${name}`, cluster);
  // Bytes are dumped as hexadecimal digits, which a search would not see through.
  const legible = (text) => text.replace(/\\\\x([0-9a-f]+)/g, (_, hex) => Buffer.from(hex, 'hex').toString('latin1'));
  return {
    url: url.href,
    dump: () => legible(run('pg_dump', '--data-only', url.href)),
    drop: () => run('psql', '--quiet', '--command', `DROP DATABASE ${name} WITH (FORCE)`, cluster),
  };
}
