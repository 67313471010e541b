// Pages on which nobody can pay, or not yet, and pages of merchants with much to say or a look of their own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type } from './buyer.mjs';
import { farSide } from './shop.mjs';

/** A server with a slow bank, for one test. */
async function far(t, environment) {
  const side = await farSide(environment);
  t.after(() => side.end());
  return side;
}

test('a payment that is with the bank waits for it, and goes on by itself', async (t) => {
  const side = await far(t, 'sandbox');
  const page = await buyer(t, {}, [side.url, 'https://shop.example']);
  const payment = await side.order();
  await page.route('https://shop.example/**', (route) => route.fulfill({ contentType: 'text/html', body: '<title>Thanks</title>' }));
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByRole('heading', { name: 'Waiting for your bank' }).waitFor();
  await look(page, 'checkout-waiting');
  assert.equal(await side.status(payment), 'processing');
  side.tell('answer');
  await page.waitForURL(`https://shop.example/thanks?paymentId=${payment.id}&status=completed`);
});

test('a page that cannot be shown says so, and leads to another try', async (t) => {
  const side = await far(t, 'sandbox');
  const page = await buyer(t, {}, [side.url]);
  const payment = await side.order();
  side.tell('break');
  const broken = async () => (await page.goto(payment.checkoutUrl)).status() === 503;
  // It goes away when those who use it are done, and has to be let.
  while (!(await broken())) await page.waitForTimeout(50);
  await page.getByRole('heading', { name: 'This page is not working right now' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Try again' }).getAttribute('href'), new URL(payment.checkoutUrl).pathname);
  await look(page, 'checkout-trouble');
});

test('a live page has no ribbon, and calls a test card one', async (t) => {
  const side = await far(t, 'live');
  const page = await buyer(t, {}, [side.url]);
  await page.goto((await side.order()).checkoutUrl);
  assert.equal(await page.locator('.ribbon').count(), 0);
  await look(page, 'checkout-live');
  await page.setViewportSize({ width: 1280, height: 900 });
  const tops = await page.evaluate(() => ['.order', '.pay'].map((half) => document.querySelector(half).getBoundingClientRect().top));
  assert.deepEqual(tops, [0, 0], 'both halves begin at the top');
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByText('This is a test card. Enter a real one.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'number');
});

test('a merchant who cannot take cards says so', async (t) => {
  const page = await buyer(t);
  await page.goto((await shop.orderLive()).checkoutUrl);
  await page.getByRole('heading', { name: 'Cards are not accepted here yet' }).waitFor();
  await look(page, 'checkout-unavailable');
});

test('an address that leads nowhere says so', async (t) => {
  const page = await buyer(t);
  await page.goto(`${shop.url}/checkout/acct_1/pay_1/x`);
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await look(page, 'checkout-missing');
});

test('closed pages say so, and lead back to the shop', async (t) => {
  const page = await buyer(t);
  const again = () => page.getByRole('link', { name: 'Start again at Kaffeehaus Linde' }).getAttribute('href');
  const cancelled = await shop.order();
  await shop.call('POST', `/payments/${cancelled.id}/cancel`, {});
  await page.goto(cancelled.checkoutUrl);
  await page.getByRole('heading', { name: 'This payment was cancelled' }).waitFor();
  assert.equal(await again(), `${shop.home}/cart`);
  await look(page, 'checkout-cancelled');
  const [expired, failed] = [await shop.order(), await shop.order({ cancelUrl: undefined })];
  await page.goto(failed.checkoutUrl);
  await type(page, '4000000000000002');
  await pay(page);
  await page.getByRole('alert').waitFor();
  const back = await page.getByRole('link', { name: 'Back to Kaffeehaus Linde' }).getAttribute('href');
  assert.equal(back, `${shop.home}/thanks?paymentId=${failed.id}&status=failed`, 'a shop with one address hears how it stands');
  await shop.call('POST', '/test/clock/advance', { seconds: 86_401 });
  await page.goto(expired.checkoutUrl);
  await page.getByRole('heading', { name: 'This page has expired' }).waitFor();
  await look(page, 'checkout-expired');
  await page.goto(failed.checkoutUrl);
  await page.getByRole('heading', { name: 'This page has expired' }).waitFor();
  assert.equal(await again(), `${shop.home}/thanks?paymentId=${failed.id}&status=failed`);
  await look(page, 'checkout-failed-closed');
});

/** Whether, at this size, the amount stays in sight, alone, and keeps clear of every field that gets the focus. */
async function staysClear(page, width, height) {
  await page.setViewportSize({ width, height });
  const boxes = (name) =>
    page.evaluate((id) => {
      window.scrollTo(0, 0);
      document.getElementById(id).focus();
      const box = (selector) => document.querySelector(selector).getBoundingClientRect().toJSON();
      return { amount: box('.amount'), label: box(`label[for=${id}]`), field: box(`#${id}`) };
    }, name);
  for (const id of ['number', 'expiry', 'cvc', 'name']) {
    const { amount, label, field } = await boxes(id);
    const place = `${id} at ${width}×${height}: ${JSON.stringify({ amount, label, field })}`;
    assert.ok(amount.top >= 0 && amount.bottom <= height, `the amount is in sight: ${place}`);
    assert.ok(amount.bottom <= label.top && field.bottom <= height, `nothing covers ${place}`);
  }
  const [merchant, amount] = await page.evaluate(() => {
    window.scrollTo(0, document.documentElement.scrollHeight);
    return ['.merchant', '.amount'].map((part) => document.querySelector(part).getBoundingClientRect().toJSON());
  });
  assert.ok(merchant.bottom <= 0 && amount.top === 0 && amount.height <= 64, `the amount alone is pinned at ${width}×${height}`);
}

test('a merchant and an order with much to say leave room for the form', async (t) => {
  const page = await buyer(t);
  const name = 'Kaffeehaus und Rösterei Linde an der oberen Bahnhofstraße, Inhaberin Magdalena Lindenthal-Hofstätter';
  assert.equal(name.length, 100);
  await shop.call('PATCH', '/account', { name });
  t.after(() => shop.call('PATCH', '/account', { name: 'Kaffeehaus Linde' }));
  const description = 'Two bags of coffee, ground for filter, from the slopes above the lake, roasted on Monday. '.repeat(6).slice(0, 500);
  const { checkoutUrl } = await shop.order({ description });
  do await page.goto(checkoutUrl);
  while (!(await page.locator('.merchant').textContent()).includes('Magdalena'));
  await look(page, 'checkout-long');
  await staysClear(page, 390, 600);
  await staysClear(page, 844, 390);
  await page.setViewportSize({ width: 390, height: 600 });
  const shown = () => page.locator('.part').evaluate((part) => part.clientHeight);
  const before = await shown();
  assert.ok(before <= 3 * 22, `three lines, not ${before} px`);
  await page.getByText('Show all').click();
  assert.ok((await shown()) > before && (await page.locator('.part').textContent()) === description, 'all of it is there');
});

test('a merchant has a look of its own, from the same host', async (t) => {
  const page = await buyer(t);
  const logo = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 240, height: 80 });
    const paint = canvas.getContext('2d');
    paint.fillStyle = '#0f7b6c';
    paint.arc(40, 40, 36, 0, 7);
    paint.fill();
    paint.font = '700 44px sans-serif';
    paint.fillText('Linde', 90, 56);
    return canvas.toDataURL('image/png');
  });
  await shop.call('PATCH', '/account', { branding: { color: '#2dd4bf', radius: 20, logoUrl: logo } });
  t.after(() => shop.call('PATCH', '/account', { branding: {} }));
  const { checkoutUrl } = await shop.order();
  do await page.goto(checkoutUrl);
  while ((await page.locator('.logo').count()) === 0);
  await page.waitForFunction(() => document.querySelector('.logo').naturalWidth === 240);
  assert.equal(await page.locator('button').evaluate((button) => getComputedStyle(button).borderRadius), '20px');
  await look(page, 'checkout-branded');
});

nothingTypedIsKept();
