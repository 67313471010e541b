// A buyer's browser, and what every page that a buyer sees must be: free of sideways scrolling and of what keeps people
// out, without requests to other hosts, without complaints, and without a trace of what was typed.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { open, postgres } from './shop.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const WIDTHS = [390, 820, 1280];
export const SCHEMES = ['light', 'dark'];
/** Set it to keep a picture of every state. */
const PICTURES = process.env.VINR_SCREENSHOTS;

let browser;
/** The shop that is bought from, once the tests have begun. */
export let shop;

/** Until shop and browser are there: hooks of a file do not wait for one another. */
export const opened = (async () => {
  shop = await open(process.env.VINR_CHECKOUT_ON === 'postgres' ? postgres() : undefined);
  const executablePath = process.env.VINR_TEST_CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  if (PICTURES) mkdirSync(PICTURES, { recursive: true });
})();
before(() => opened);

after(async () => {
  await browser?.close();
  await shop?.end();
});

/** A buyer's window. What it asks of other hosts than these, and what it complains of beyond these words, is a failure. */
export async function buyer(t, options = {}, hosts = [], expected = []) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const from = new URL(request.url()).origin;
    if (![shop.url, shop.liveUrl, shop.home, ...hosts].includes(from)) complaints.push(`asked ${request.url()}`);
  });
  page.on('response', async (response) => {
    // A redirect has no body to read.
    if (response.status() < 300 || response.status() >= 400) shop.heard.push(await response.text().catch(() => ''));
  });
  t.after(() => {
    // What a browser writes down by itself: a page that says no, and a connection that a test has cut.
    const own = [...expected, 'status of 404', 'status of 422', 'status of 503', 'ERR_INTERNET_DISCONNECTED', 'ERR_FAILED'];
    assert.deepEqual(complaints.filter((text) => !own.some((part) => text.includes(part))), []);
  });
  return page;
}

/** Every number and security code that a buyer has typed; a code is an odd one, so that it is found only where it is kept. */
export const typed = { numbers: new Set(), codes: new Set() };

/** Types a card as people do, over what stands there. */
export async function type(page, number, expiry = '1239', code = number.startsWith('3') ? '1907' : '907') {
  typed.numbers.add(number);
  if (code.length > 2) typed.codes.add(code);
  for (const [label, text] of [['Card number', number], ['Expiry date', expiry], ['Security code', code]]) {
    await page.getByLabel(label).fill('');
    await page.getByLabel(label).pressSequentially(text);
  }
}

export const pay = (page) => page.getByRole('button', { name: /^Pay / }).click();

export const save = (page) => page.getByRole('button', { name: 'Save', exact: true }).click();

/** The shop does not open its door: a page that sends its buyer back stays to be looked at. */
export const waitAtTheDoor = (page) => page.route(`${shop.home}/**`, () => {});

/**
 * Checks what is shown at every width, in light and dark, in every frame. A picture shows a window, or a whole page that
 * is longer.
 */
export async function look(page, name, { fullPage = false } = {}) {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      for (const frame of page.frames()) {
        // Card fields tell the page around how high they are: nothing of them is cut off.
        if (frame.url().includes('/elements/v1/frame')) await frame.waitForFunction(() => document.querySelector('main').offsetHeight === window.innerHeight);
        const sideways = await frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.equal(sideways, 0, `${name} scrolls sideways at ${width}, ${frame === page.mainFrame() ? 'the page' : 'a frame'}`);
      }
      if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${colorScheme}-${width}.png`, fullPage });
    }
    for (const frame of page.frames()) {
      await frame.evaluate(AXE);
      const { violations } = await frame.evaluate(() => window.axe.run(document, { iframes: false }));
      const found = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(' ')}`);
      assert.deepEqual(found, [], `${name} in ${colorScheme}, ${frame === page.mainFrame() ? 'the page' : 'a frame'}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: null });
}

/** How a security code would stand where it is kept: under its name, quoted, in a form, or alone in a column. */
function traces(code) {
  return [
    new RegExp(`(cvc|cvv|csc|security.?code)\\W{1,8}${code}\\b`, 'i'),
    new RegExp(`["'\`]${code}["'\`]`),
    new RegExp(`=${code}(&|$|\\s)`, 'm'),
    new RegExp(`(^|\\t)${code}(\\t|$)`, 'm'),
  ];
}

/** The last test of a file: searches everything that its run left behind for what was typed. */
export function nothingTypedIsKept() {
  test('nothing that was typed is kept anywhere, nor told', async () => {
    assert.ok(typed.numbers.size > 0 && typed.codes.size > 0, 'cards were typed');
    for (let after = 0, more = true; more; ) {
      const events = await shop.call('GET', `/events?after=${after}&limit=100`);
      more = events.data.length === 100;
      after = events.data.at(-1)?.sequence;
    }
    const remains = shop.remains();
    for (const name of [shop.keeps, 'the log', 'answers']) {
      const found = remains.find(([kind]) => kind === name);
      assert.ok(found?.[1].length > 5_000, `${name}: ${found?.[1].length} bytes are too few to have been searched`);
    }
    const kept = remains.filter(([name]) => name.startsWith(shop.keeps));
    const last4 = [...typed.numbers].map((number) => number.slice(-4));
    assert.ok(last4.some((four) => kept.some(([, content]) => content.includes(four))), 'what may be kept is found');
    for (const [name, content] of remains) {
      const text = content.toString('latin1');
      const any = /(cvc|cvv|csc|security.?code)["'=: ]{1,5}\d{3,4}\b/i.exec(text);
      assert.equal(any?.[0], undefined, `a security code is in ${name}`);
      for (const trace of [...typed.codes].flatMap(traces)) {
        assert.equal(trace.exec(text)?.[0], undefined, `a security code is in ${name}`);
      }
    }
    for (const number of typed.numbers) {
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
