// What the image and compose.yaml say, done without containers: the same files are built, and the same program is started
// with the same environment beside a real PostgreSQL. Only addresses are other ones.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Container, TARGET, copyContext, freePort, mountSecrets, postgres, postgresPrograms, scratch, volume } from './machine.mjs';
import { ROOT, compose, ignores, readmeLines, stages, toolchain } from './recipe.mjs';

// A build that is cold takes minutes.
const PATIENCE = { timeout: 900_000 };
const [build, image] = stages();
const ignored = ignores();
const sources = build.copies.flatMap((copy) => copy.sources);

test('the image is built with the toolchain of the repository, on the Debian that it runs on', () => {
  assert.equal(stages().length, 2);
  const [, version, debian] = /^rust:(.+)-slim-(.+)$/.exec(build.image);
  assert.equal(version, toolchain());
  assert.equal(image.image, `debian:${debian}-slim`);
});

test('every Debian package that is installed exists', (t) => {
  const installed = image.runs.flatMap((run) => /apt-get install ([^&]+)/.exec(run)?.[1].match(/(?<!\S)[a-z][\w.+-]*/g) ?? []);
  assert.ok(installed.includes('curl'), 'the health check asks with curl');
  if (spawnSync('apt-cache', ['stats']).status !== 0) return t.skip('there is no apt-cache to ask');
  for (const name of installed) {
    const told = execFileSync('apt-cache', ['policy', name], { encoding: 'utf8' });
    assert.match(told, /Candidate: \d/, `Debian has no package ${name}`);
  }
});

test('everything that is copied is there, and nothing enters the build that is not copied', () => {
  for (const source of sources) {
    assert.ok(existsSync(join(ROOT, source)), `${source} is not there`);
    assert.ok(!ignored(source), `.dockerignore keeps ${source} out`);
  }
  const entering = readdirSync(ROOT).filter((name) => !ignored(name));
  assert.deepEqual(entering.sort(), sources.slice().sort());
  assert.ok(ignored('crates/vinr/node_modules/any'));
});

test('compose.yaml publishes on this machine only and agrees with itself and with the image', () => {
  const { services, secrets, volumes } = compose({ HOME: 'home' });
  const { vinr, postgres: database } = services;
  assert.deepEqual(vinr.ports, image.ports.map((port) => `127.0.0.1:${port}:${port}`));
  assert.equal(database.ports, undefined);
  assert.ok(Number(/^postgres:(\d+)/.exec(database.image)[1]) >= 15);
  const url = new URL(vinr.environment.VINR_DATABASE);
  const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = database.environment;
  assert.deepEqual([url.username, url.password, url.pathname], [POSTGRES_USER, POSTGRES_PASSWORD, `/${POSTGRES_DB}`]);
  assert.ok(url.hostname in services);
  assert.deepEqual(vinr.depends_on, { [url.hostname]: { condition: 'service_healthy' } });
  assert.deepEqual(vinr.secrets, Object.keys(secrets));
  assert.equal(image.env.VINR_MASTER_KEY_FILE, `/run/secrets/${vinr.secrets[0]}`);
  const mounted = Object.values(services).flatMap((service) => service.volumes.map((one) => one.split(':')));
  assert.deepEqual(mounted.map(([name]) => name).sort(), Object.keys(volumes).sort());
  assert.ok(mounted.some(([, path]) => path === image.volumes[0]) && image.workdir === image.volumes[0]);
  assert.ok(image.user[0] > 0 && image.user[1] > 0);
});

/** Cargo takes a crate of this folder and the same crate of the context for one, and would find the first one built
 *  already. A setting that only the context's crates have tells them apart, while all others stay warm. */
const APART = readdirSync(join(ROOT, 'crates')).map((name) => `--config profile.dev.package.${name}.debug=false`);

/** Builds as the Dockerfile does, and answers with the program in a folder of its own. The profile is the one exception:
 *  a release takes minutes and would say nothing more about what the context has to hold. */
function built(folder) {
  const context = copyContext(sources, ignored);
  const env = { ...process.env, ...build.env, CARGO_TARGET_DIR: TARGET, RUSTUP_TOOLCHAIN: toolchain() };
  for (const run of build.runs) {
    assert.match(run, /^cargo build --release --locked [\w -]+$/);
    const command = [run.replace(' --release', ''), ...APART].join(' ');
    execFileSync('sh', ['-c', command], { cwd: context, env, stdio: 'inherit' });
  }
  const [copy] = image.copies;
  assert.equal(copy.from, build.name);
  const [made] = copy.sources;
  assert.equal(made, `${build.workdir}/target/release/vinr`);
  assert.equal(copy.target, `/usr/local/bin/${image.entrypoint[0]}`);
  const program = join(folder, image.entrypoint[0]);
  copyFileSync(join(TARGET, 'debug/vinr'), program);
  return program;
}

/** A place for containers: addresses and mounts of this machine for those of the image. */
async function place(folder, program, database) {
  const ports = new Map();
  for (const port of image.ports) ports.set(port, await freePort());
  const data = join(folder, 'data');
  const secrets = join(folder, 'secrets');
  volume(data, image.user);
  const here = (text) => {
    let changed = text.replace(image.volumes[0], data).replace('/run/secrets', secrets);
    if (database) changed = changed.replace('@postgres:5432/', `@${database}/`);
    for (const [port, free] of ports) changed = changed.replace(new RegExp(`(0\\.0\\.0\\.0|127\\.0\\.0\\.1):${port}\\b`), `127.0.0.1:${free}`);
    return changed;
  };
  const run = (environment, words = image.command) => {
    const all = Object.entries({ ...image.env, ...environment }).map(([name, value]) => [name, here(value)]);
    return new Container(program, words, { env: Object.fromEntries(all), cwd: data, user: image.user });
  };
  const [sandbox, live] = image.ports.map((port) => `http://127.0.0.1:${ports.get(port)}`);
  return { run, here, secrets, sandbox, live };
}

/** The health check's own words. */
function healthy({ here }) {
  const [program, ...words] = image.healthcheck.map(here);
  return spawnSync(program, words, { encoding: 'utf8' }).status === 0;
}

async function answers(url) {
  for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(url + path)).status, 200, path);
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^vinr_store_units_total \d+$/m);
}

async function pays(url, key) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ amount: 1000, currency: 'EUR', paymentMethod: 'pm_test_4242', confirm: true });
  const payment = await (await fetch(`${url}/v1/payments`, { method: 'POST', headers, body })).json();
  assert.equal(payment.status, 'completed', JSON.stringify(payment));
  assert.ok(payment.checkoutUrl === null || payment.checkoutUrl.startsWith(url));
  return async () => {
    const found = await (await fetch(`${url}/v1/payments/${payment.id}`, { headers })).json();
    assert.deepEqual(found, payment);
  };
}

const KEY = /\b(sk_test_\w+)/;
const READY = /^\{.*"ready":true/m;

/** Does what a line of the README asks of the container runtime. */
const DOCKER = {
  'docker compose run --rm vinr init': async (here, service) => {
    const made = here.run(service.environment, ['init']);
    assert.equal(await made.ended, 0, made.output);
    here.key = KEY.exec(made.output)[1];
  },
  'docker compose up --build --detach --wait': async (here, service) => {
    here.container = here.run(service.environment);
    await here.container.says(READY);
    assert.ok(healthy(here), 'the health check fails');
  },
};

test('the steps of the README lead to a service that takes payments, stops when it is told, and goes on', PATIENCE, async (t) => {
  const folder = scratch(t);
  const program = built(folder);
  const database = postgres(t);
  const here = await place(folder, program, database);
  const home = { HOME: join(folder, 'home') };
  const { services, secrets } = compose(home);
  const stop = async () => here.container.stop(image.stopSignal, parseInt(services.vinr.stop_grace_period, 10));
  t.after(() => here.container?.process.kill('SIGKILL'));

  const [asks, ...words] = services.postgres.healthcheck.test.slice(1);
  const env = { PATH: postgresPrograms(), PGPORT: database.split(':')[1] };
  execFileSync(join(env.PATH, asks), words, { env });
  assert.ok(!healthy(here), 'the health check holds before anything runs');

  const lines = readmeLines();
  const shell = lines.filter((line) => !line.startsWith('docker'));
  execFileSync('bash', ['-euo', 'pipefail', '-c', shell.join('\n')], { env: { ...process.env, ...home }, stdio: 'inherit' });
  mountSecrets(here.secrets, Object.fromEntries(services.vinr.secrets.map((name) => [name, secrets[name].file])));
  assert.equal(statSync(join(home.HOME, '.config/vinr')).mode & 0o077, 0, 'others can look into the folder of the key');
  for (const line of lines.filter((line) => line.startsWith('docker'))) await DOCKER[line](here, services.vinr);

  await answers(here.sandbox);
  await answers(here.live);
  const paid = await pays(here.sandbox, here.key);
  assert.doesNotMatch(here.container.output, /sk_(test|live)_/, 'the service wrote keys into its log');
  assert.equal(await stop(), 0, here.container.output);

  here.container = here.run(services.vinr.environment);
  await here.container.says(READY);
  assert.ok(healthy(here));
  await paid();
  await pays(here.sandbox, here.key);
  assert.equal(await stop(), 0, here.container.output);
});

test('the image alone keeps its data in its volume, and does not serve without a master key', PATIENCE, async (t) => {
  const folder = scratch(t);
  const here = await place(folder, built(folder));
  const refused = here.run({});
  assert.equal(await refused.ended, 2, refused.output);
  assert.match(refused.output, /master key/);

  const key = join(folder, 'a-key');
  execFileSync('bash', ['-c', `head -c 32 /dev/urandom | base64 > '${key}'`]);
  mountSecrets(here.secrets, { 'master-key': key });
  const container = here.run({});
  t.after(() => container.process.kill('SIGKILL'));
  await container.says(READY);
  await pays(here.sandbox, KEY.exec(container.output)[1]);
  assert.equal(await container.stop(image.stopSignal, 10), 0, container.output);
  assert.ok(readdirSync(join(folder, 'data')).some((name) => name.startsWith('sandbox')));
});
