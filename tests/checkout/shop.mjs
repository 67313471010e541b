// The product as it is shipped, and a shop that sells with it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const here = (name) => new URL(name, import.meta.url).pathname;

function build() {
  const built = spawnSync('cargo', ['build', '--quiet', '--package', 'vinr'], { cwd: here('../..'), encoding: 'utf8' });
  assert.equal(built.status, 0, built.stderr);
  return join(process.env.CARGO_TARGET_DIR ?? here('../../target'), 'debug', 'vinr');
}

async function serve(folder) {
  const flags = ['--json', '--database', `sqlite:${folder}`, '--sandbox-listen', '127.0.0.1:0', '--live-listen', 'off'];
  const program = build();
  const server = spawn(program, ['serve', ...flags], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, RUST_LOG: 'trace' } });
  const logs = [];
  server.stderr.on('data', (chunk) => logs.push(chunk));
  for await (const line of createInterface({ input: server.stdout })) {
    const told = JSON.parse(line);
    if (told.ready) return { program, server, logs, url: told.sandbox.url, secretKey: told.sandbox.secretKey };
  }
  throw new Error('the server ended before it was ready');
}

/** Starts both; `end` stops them and removes what they wrote. */
export async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'vinr-checkout-'));
  const { program, server, logs, url, secretKey } = await serve(folder);
  const shop = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><title>Thanks</title><p>${request.url}</p>`);
  });
  await new Promise((listening) => shop.listen(0, '127.0.0.1', listening));
  const home = `http://127.0.0.1:${shop.address().port}`;

  // Every answer of a run: those that idempotency records keep, sealed, are among them.
  const heard = [];

  async function call(method, path, body, key = secretKey) {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    heard.push(text);
    assert.equal(answer.status, 200, text);
    return JSON.parse(text);
  }

  await call('PATCH', '/account', { name: 'Kaffeehaus Linde' });
  return {
    url,
    home,
    secretKey,
    folder,
    heard,
    call,
    /** A further key of an account, as an operator makes one. */
    keyOf(account) {
      const made = spawnSync(program, ['keys', 'create', '--account', account, '--database', `sqlite:${folder}`, '--json'], { encoding: 'utf8' });
      assert.equal(made.status, 0, made.stderr);
      return JSON.parse(made.stdout).secret;
    },
    /** A payment that waits for its buyer. */
    order: (more) =>
      call('POST', '/payments', {
        amount: 4200,
        currency: 'EUR',
        description: 'Two bags of coffee, ground for filter',
        returnUrl: `${home}/thanks`,
        cancelUrl: `${home}/cart`,
        ...more,
      }),
    /** Everything that is left of a run: the database with its log, what the server wrote to its own log, what it answered. */
    remains: () => [
      ...readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]),
      ['the log', Buffer.concat(logs)],
      ['answers', Buffer.from(heard.join('\n'))],
    ],
    status: async (payment) => (await call('GET', `/payments/${payment.id}`)).status,
    async end() {
      server.kill('SIGTERM');
      shop.close();
      await new Promise((ended) => server.on('exit', ended));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
