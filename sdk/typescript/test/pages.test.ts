import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Page, Vinr } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;
/** The newest first, as lists are. */
const names = ['7', '6', '5', '4', '3', '2', '1'];

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  for (const name of [...names].reverse()) await vinr.customers.create({ name, email: 'same@example.com' });
});
after(() => server.end());

test('a page is an array of its objects', async () => {
  const page = await vinr.customers.list({ limit: 3 });
  assert.ok(Array.isArray(page) && page instanceof Page);
  assert.deepEqual([page.length, page[0]?.name, page.at(-1)?.name], [3, '7', '5']);
  const seen = [];
  for (const customer of page) seen.push(customer.name);
  assert.deepEqual(seen, ['7', '6', '5']);
  const [first, ...others] = page;
  assert.deepEqual([first?.name, others.length], ['7', 2]);
  assert.deepEqual(JSON.parse(JSON.stringify(page)), [...page]);
});

test('map, filter, slice and concat of a page give plain arrays', async () => {
  const page = await vinr.customers.list({ limit: 3 });
  for (const array of [page.map((one) => one.name), page.filter(() => true), page.slice(1), page.concat([]), page.flatMap((one) => [one])]) {
    assert.equal(Object.getPrototypeOf(array), Array.prototype);
  }
});

test('nextPage leads from page to page, to null after the last', async () => {
  const sizes: [number, boolean][] = [];
  for (let page: Page<unknown> | null = await vinr.customers.list({ limit: 3 }); page !== null; page = await page.nextPage()) {
    sizes.push([page.length, page.hasMore]);
  }
  assert.deepEqual(sizes, [[3, true], [3, true], [1, false]]);
});

test('for await goes through all pages, and keeps the filters', async () => {
  await vinr.customers.create({ name: 'another', email: 'other@example.com' });
  const seen = [];
  for await (const customer of await vinr.customers.list({ limit: 2, email: 'same@example.com' })) seen.push(customer.name);
  assert.deepEqual(seen, names);
});

test('for await asks for no more than it goes through', async () => {
  let requests = 0;
  const counting = ((url: string, init: RequestInit) => {
    requests++;
    return fetch(url, init);
  }) as typeof globalThis.fetch;
  const counted = new Vinr({ secretKey: server.secretKey, baseUrl: server.url, fetch: counting });
  let seen = 0;
  for await (const _ of await counted.customers.list({ limit: 2 })) if (++seen === 3) break;
  assert.equal(requests, 2);
});

test('a page before an object goes on towards the newer ones', async () => {
  const all = await vinr.customers.list({ email: 'same@example.com' });
  const oldest = all.at(-1);
  assert.ok(oldest);
  const pages = [];
  let page: Page<{ name: string | null }> | null = await vinr.customers.list({ limit: 2, endingBefore: oldest.id, email: 'same@example.com' });
  for (; page !== null; page = await page.nextPage()) pages.push(page.map((one) => one.name));
  assert.deepEqual(pages, [['3', '2'], ['5', '4'], ['7', '6']]);
});

test('events are followed by their numbers, oldest first, without a gap', async () => {
  const seen = [];
  for await (const event of await vinr.events.list({ after: 2, limit: 2 })) seen.push(event.sequence);
  assert.ok(seen.length >= 5);
  assert.deepEqual(seen, seen.map((_, index) => index + 3));
});

test('an empty list is an empty page', async () => {
  const page = await vinr.customers.list({ email: 'nobody@example.com' });
  assert.deepEqual([page.length, page.hasMore, await page.nextPage()], [0, false, null]);
});

test('a page that found nothing on its way leads on, in every direction', async () => {
  const asked: string[] = [];
  const answers = ['{"data":[],"page":{"hasMore":true,"nextCursor":"7"}}', '{"data":[{"id":"one"}],"page":{"hasMore":false,"nextCursor":null}}'];
  const looking = (async (url: string) => {
    asked.push(new URL(url).search);
    return new Response(answers[(asked.length - 1) % 2], { headers: { 'content-type': 'application/json' } });
  }) as typeof globalThis.fetch;
  const looked = new Vinr({ secretKey: server.secretKey, baseUrl: server.url, fetch: looking });
  const seen = [];
  for await (const payment of await looked.payments.list({ currency: 'JPY' })) seen.push(payment.id);
  for await (const payment of await looked.payments.list({ currency: 'JPY', endingBefore: 'pay_1' })) seen.push(payment.id);
  for await (const event of await looked.events.list({ type: 'payment.completed', after: 2 })) seen.push(event.id);
  assert.deepEqual(seen, ['one', 'one', 'one']);
  const following = asked.filter((_, index) => index % 2 === 1);
  assert.deepEqual(following, ['?currency=JPY&startingAfter=7', '?currency=JPY&endingBefore=7', '?type=payment.completed&after=7']);
});
