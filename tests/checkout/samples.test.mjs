// The documentation's samples from end to end: the shop is the samples as they are printed, the buyer a real browser, the
// webhook a real delivery. They name VINR's own host and a shop of theirs, so both are brought to this machine.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { buyer, nothingTypedIsKept, opened, pay, shop, type } from './buyer.mjs';

const SDK = new URL('../../sdk/typescript/', import.meta.url);
const SAMPLES = new URL('test/build/samples/', SDK);
/** What the samples name where a real id has to stand. */
const ELIDED = 'pm_4Tz9q...';

const fetchBefore = globalThis.fetch;
const fulfilled = [];
let handler;
let written = 0;

/** A sample, with a real id in the place of the one that it does not spell out. */
async function sample(name, methodId = ELIDED) {
  const text = readFileSync(new URL(`${name}.js`, SAMPLES), 'utf8').replaceAll(ELIDED, methodId);
  const copy = new URL(`${name}-${process.pid}-${(written += 1)}.js`, SAMPLES);
  writeFileSync(copy, text);
  try {
    return await import(copy.href);
  } finally {
    rmSync(copy);
  }
}

before(async () => {
  await opened;
  // What was built before may be of another day.
  const install = existsSync(new URL('node_modules', SDK)) ? [] : [['ci', '--no-audit', '--no-fund']];
  for (const command of [...install, ['run', 'pretest']]) {
    const ran = spawnSync('npm', command, { cwd: SDK.pathname, encoding: 'utf8' });
    assert.equal(ran.status, 0, ran.stdout + ran.stderr);
  }
  process.env.VINR_SECRET_KEY = shop.secretKey;
  globalThis.fetch = (input, init) => fetchBefore(String(input.url ?? input).replace('https://sandbox.api.vinr.com', shop.url), init);
  globalThis.fulfillOrder = async (orderId) => fulfilled.push(orderId);
  const { POST } = await sample('webhook');
  handler = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = await POST(new Request(`http://shop.test${request.url}`, { method: 'POST', headers: request.headers, body: Buffer.concat(chunks) }));
    response.writeHead(answer.status).end(await answer.text());
  });
  await new Promise((listening) => handler.listen(0, '127.0.0.1', listening));
  await shop.call('POST', '/webhooks', { url: `http://127.0.0.1:${handler.address().port}/`, enabledEvents: ['payment.completed'] });
});

after(() => {
  globalThis.fetch = fetchBefore;
  handler?.close();
});

/** A buyer's window in which the samples' shop is answered from here. */
async function visitor(t) {
  const page = await buyer(t, {}, ['https://yoursite.com']);
  await page.route('https://yoursite.com/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Shop</title><p>Welcome back' }));
  return page;
}

/** Waits for a fulfilment, and takes it. */
async function fulfilment() {
  for (let tries = 0; tries < 200 && fulfilled.length === 0; tries += 1) await new Promise((later) => setTimeout(later, 25));
  assert.equal(fulfilled.length, 1, 'one order is fulfilled');
  return fulfilled.pop();
}

const seen = {
  approved: (page) => page.waitForURL(/^https:\/\/yoursite\.com\/checkout\/return\?paymentId=pay_\w+&status=completed$/),
  declined: (page) => page.getByRole('alert').filter({ hasText: 'Your bank declined this card' }).waitFor(),
  unconfirmed: (page) => page.getByRole('alert').filter({ hasText: 'could not confirm that it was you' }).waitFor(),
};

async function bank(page, answer) {
  await page.frameLocator('iframe').getByRole('button', { name: answer }).click();
}

test('the hosted sample: a buyer pays, comes back, and the handler of the samples fulfils the order', async (t) => {
  const { GET } = await sample('hosted');
  const page = await visitor(t);
  await page.goto((await GET()).headers.get('location'));
  await type(page, '4242424242424242');
  await pay(page);
  await seen.approved(page);
  assert.equal(await fulfilment(), undefined, 'the sample names no order');
});

test('the hosted sample: a challenge is failed, then a card declines, then one is approved after its challenge', async (t) => {
  const { GET } = await sample('hosted');
  const page = await visitor(t);
  await page.goto((await GET()).headers.get('location'));
  await type(page, '4000000000003220');
  await pay(page);
  await bank(page, 'Refuse');
  await seen.unconfirmed(page);
  await type(page, '4000000000000002');
  await pay(page);
  await seen.declined(page);
  await type(page, '4000000000003220');
  await pay(page);
  await bank(page, 'Approve');
  await seen.approved(page);
  await fulfilment();
});

test('the embedded sample: its client secret mounts the card form in a page, and the buyer pays there', async (t) => {
  const { embedded } = await sample('other-paths');
  const clientSecret = await embedded();
  const page = await buyer(t);
  const html = `<!doctype html><title>Shop</title><div id="payment"></div><script src="${shop.url}/elements/v1/vinr.js"></script>`;
  shop.shows('/pay', html);
  await page.goto(`${shop.home}/pay`);
  await page.evaluate(async ([key, secret]) => {
    window.vinr = await window.loadVinr(key);
    window.elements = window.vinr.elements({ clientSecret: secret });
    window.elements.create('payment').mount('#payment');
  }, [shop.publicKey, clientSecret]);
  await type(page.frameLocator('#payment iframe'), '4242424242424242');
  const { payment, error } = await page.evaluate(() => window.vinr.confirmPayment({ elements: window.elements, returnUrl: 'https://yoursite.com/checkout/return' }));
  assert.deepEqual([payment.status, payment.amount, payment.currency, error], ['completed', 1000, 'EUR', null]);
  assert.equal(await fulfilment(), undefined, 'the sample names no order');
});

test('an order of the shop reaches the handler of the samples with its number', async (t) => {
  const page = await visitor(t);
  const payment = await shop.order({ metadata: { orderId: '1234' } });
  await page.goto(payment.checkoutUrl);
  await type(page, '5555555555554444');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await fulfilment(), '1234');
});

test('the samples of customers: register, save a card, charge it, choose it, list it, detach it', async (t) => {
  const page = await visitor(t);
  const { register, save, find, wallet } = await sample('customers');
  const customer = await register();
  assert.deepEqual((await find('ada@example.com')).map((one) => one.id), [customer.id]);
  await page.goto((await save(customer)).headers.get('location'));
  await type(page, '4242424242424242');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.waitForURL(/^https:\/\/yoursite\.com\/wallet\/saved\?setupId=set_\w+&status=succeeded$/);
  assert.equal(await wallet(customer), '4242');
  const [{ id }] = (await shop.call('GET', `/customers/${customer.id}/methods`)).data;
  const { charge, choose, remove } = await sample('customers', id);
  assert.equal(await charge(customer), null, 'charged without the buyer');
  await fulfilment();
  await choose(customer);
  await remove(customer);
  assert.equal(await wallet(customer), undefined);
  await assert.rejects(charge(customer), { code: 'payment_method_detached' });
});

test('the samples of customers: a charge that wants its buyer is finished on the hosted page', async (t) => {
  const page = await visitor(t);
  const { register, save } = await sample('customers');
  const customer = await register();
  await page.goto((await save(customer)).headers.get('location'));
  await type(page, '4000000000003220');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await bank(page, 'Approve');
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  const [{ id }] = (await shop.call('GET', `/customers/${customer.id}/methods`)).data;
  const { charge } = await sample('customers', id);
  await page.goto(await charge(customer));
  assert.ok(await page.getByRole('radio', { name: /Visa •••• 3220/ }).isChecked());
  await pay(page);
  await bank(page, 'Approve');
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  await fulfilment();
});

nothingTypedIsKept();
