// Whose pages show an account's card fields: the shop's, and no other's, whatever those say.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, nothingTypedIsKept, opened, shop, type } from './buyer.mjs';
import { AT, caller, press, result, thanks, visitor } from './fields.mjs';

const NOT_HERE = 'Cards are not accepted here yet';
/** What a browser complains of where fields are refused, beside what we say. */
const REFUSED = ['status of 403', 'origin_not_allowed'];

/** Names the origins; the next change of anything finds the account as it is now. */
async function name(...allowedOrigins) {
  await opened;
  await shop.call('PATCH', '/account', { allowedOrigins });
}
/** What the shop's program was told is wrong. */
const problem = (page) => page.waitForFunction(() => window.problem).then((handle) => handle.jsonValue());
/** What a program gets that goes on all the same. */
const confirmed = (page) => page.evaluate(() => window.vinr.confirmPayment({ elements: window.elements }));

test('a page of an origin that was named shows the fields, with the bank in them, and is paid', async (t) => {
  await name('https://shop.example', shop.home);
  const { page, fields } = await visitor(t);
  await type(fields, '4000000000003220');
  await press(page);
  await fields.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await thanks(page);
});

test('a page of another origin is told why, and its buyer that there are no cards', async (t) => {
  await name('https://shop.example');
  const said = [];
  const { page, fields, payment } = await caller(t, { expected: REFUSED });
  page.on('console', (message) => said.push(message.text()));
  await page.goto(shop.home + AT);
  const { type: kind, code, message } = await problem(page);
  assert.deepEqual([kind, code], ['invalid_request_error', 'origin_not_allowed']);
  assert.equal(message, `${shop.home} may not show this account's card fields: add it to \`allowedOrigins\` (PATCH /v1/account)`);
  assert.ok(said.includes(`VINR: ${message} (origin_not_allowed)`), said.join('\n'));
  await fields.getByRole('heading', { name: NOT_HERE }).waitFor();
  await fields.getByText(message).waitFor();
  assert.equal(await fields.locator('input').count(), 0);
  assert.equal(await page.locator('#payment iframe').getAttribute('title'), NOT_HERE);
  await look(page, 'elements-refused');
  assert.deepEqual(await confirmed(page), { payment: null, error: { type: kind, code, message } });
  assert.equal(await shop.status(payment), 'pending');
});

test('a page that lies about its origin is stopped by the browser', async (t) => {
  await name('https://shop.example');
  const { page } = await caller(t, { expected: ['frame-ancestors'] });
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  const asked = new URLSearchParams({ key: shop.publicKey, origin: 'https://shop.example' });
  shop.shows('/lie', `<!doctype html><title>Lie</title><iframe src="${shop.url}/elements/v1/frame?${asked}"></iframe>`);
  await page.goto(`${shop.home}/lie`);
  assert.ok(said.some((text) => text.includes('frame-ancestors')), said.join('\n'));
  assert.equal(page.frames()[1].url(), 'chrome-error://chromewebdata/');
});

test('a page in a frame of somebody who was not named learns that its fields are kept out', async (t) => {
  await name(shop.home);
  const around = shop.home.replace('127.0.0.1', 'localhost');
  const { page } = await caller(t, { hosts: [around], expected: ['frame-ancestors', 'frame_blocked'] });
  shop.shows('/around', `<!doctype html><title>Around</title><iframe src="${shop.home}${AT}"></iframe>`);
  await page.goto(`${around}/around`);
  const shops = page.frames().find((frame) => frame.url() === shop.home + AT);
  const { code, type: kind } = await problem(shops);
  assert.deepEqual([kind, code], ['connection_error', 'frame_blocked']);
  assert.equal((await confirmed(shops)).error.code, 'frame_blocked');
});

test('in live nobody shows fields until somebody is named', async (t) => {
  const { page, fields } = await caller(t, { isLive: true, options: "{ locale: 'de' }", expected: REFUSED });
  await page.goto(shop.home + AT);
  const { code, message } = await problem(page);
  assert.deepEqual([code, message.includes(shop.home)], ['origin_not_allowed', true]);
  await fields.getByRole('heading').waitFor();
  assert.equal(await fields.locator('html').getAttribute('lang'), 'de');
  assert.equal(await fields.getByText('allowedOrigins').count(), 0, 'buyers are spared the reason');
  await look(page, 'elements-refused-live');
});

test('a sandbox that names nobody takes a page of any safe origin', async (t) => {
  await name();
  const { page, fields } = await visitor(t);
  await type(fields, '5555555555554444');
  await press(page);
  assert.equal((await result(page)).payment.status, 'completed');
});

nothingTypedIsKept();
