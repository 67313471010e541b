// A buyer's browser, and what every page that a buyer sees must be: free of sideways scrolling and of what keeps people
// out, without requests to other hosts, without complaints, and without a trace of what was typed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { open } from './shop.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WIDTHS = [390, 820, 1280];
/** Set it to keep a picture of every state. */
const PICTURES = process.env.VINR_SCREENSHOTS;

let browser;
/** The shop that is bought from, once the tests have begun. */
export let shop;

/** Until shop and browser are there: hooks of a file do not wait for one another. */
export const opened = (async () => {
  shop = await open();
  const executablePath = process.env.VINR_TEST_CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });
})();
before(() => opened);

after(async () => {
  await browser?.close();
  await shop?.end();
});

/** A buyer's window. What it asks of other hosts than these, and what it complains of, is a failure. */
export async function buyer(t, options = {}, hosts = []) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const from = new URL(request.url()).origin;
    if (![shop.url, shop.home, ...hosts].includes(from)) complaints.push(`asked ${request.url()}`);
  });
  page.on('response', async (response) => {
    // A redirect has no body to read.
    if (response.status() < 300 || response.status() >= 400) shop.heard.push(await response.text().catch(() => ''));
  });
  t.after(() => {
    // What a browser writes down by itself: a form that was refused, and a connection that a test has cut.
    const own = ['status of 422', 'ERR_INTERNET_DISCONNECTED'];
    assert.deepEqual(complaints.filter((text) => !own.some((part) => text.includes(part))), []);
  });
  return page;
}

/** Every number that a buyer has typed. */
export const typed = new Set();

/** Types a card as people do, over what stands there. */
export async function type(page, number, expiry = '1239', cvc = '123') {
  typed.add(number);
  for (const [label, text] of [['Card number', number], ['Expiry date', expiry], ['Security code', cvc]]) {
    await page.getByLabel(label).fill('');
    await page.getByLabel(label).pressSequentially(text);
  }
}

export const pay = (page) => page.getByRole('button', { name: /^Pay / }).click();

/** Checks what is shown at every width, in light and dark. A picture shows a window, or a whole page that is longer. */
export async function look(page, name, { fullPage = false } = {}) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(sideways, 0, `${name} scrolls sideways at ${width}`);
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage });
    }
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
    assert.deepEqual(found, [], `${name} in ${colorScheme}`);
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
}

/** The last test of a file: searches everything that its run left behind for the numbers that were typed. */
export function nothingTypedIsKept() {
  test('nothing that was typed is kept anywhere, nor told', async () => {
    assert.ok(typed.size > 0, 'numbers were typed');
    for (let after = 0, more = true; more; ) {
      const events = await shop.call('GET', `/events?after=${after}&limit=100`);
      more = events.data.length === 100;
      after = events.data.at(-1)?.sequence;
    }
    const remains = shop.remains();
    for (const name of ['sandbox.db', 'the log', 'answers']) {
      const found = remains.find(([kind]) => kind === name);
      assert.ok(found?.[1].length > 10_000, `${name}: ${found?.[1].length} bytes are too few to have been searched`);
    }
    for (const [name, content] of remains) {
      const code = /(cvc|cvv|security.?code)["'=: ]{1,5}\d{3,4}\b/i.exec(content.toString('latin1'));
      assert.equal(code?.[0], undefined, `a security code is in ${name}`);
    }
    for (const number of typed) {
      const groups = number.length === 15 ? /(\d{4})(\d{6})(\d{5})/ : /(\d{4})(\d{4})(\d{4})(\d{4})/;
      const parted = (by) => groups.exec(number).slice(1).join(by);
      for (const written of [number, parted(' '), parted('+')]) {
        for (const [name, content] of remains) {
          assert.equal(content.indexOf(written), -1, `${written} is in ${name}`);
        }
      }
    }
  });
}
