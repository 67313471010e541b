// A newcomer to the demo shop's points: sign in, join, buy, exchange, take it off, give it back, refund.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, opened, shop, type } from './buyer.mjs';

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const total = (page) => page.locator('.cart output').textContent();
/** What the order's page says of one thing. */
const fact = (page, name) => page.locator('.facts div').filter({ hasText: name }).locator('dd').allTextContents();
const balance = async (page) => (await fact(page, 'Your balance'))[0];

/** Somebody who has joined, and looks at the points. */
async function member(t, options) {
  await opened;
  const page = await buyer(t, options);
  await page.goto(`${shop.url}/demo`);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await press(page, 'Sign in as Ada Lindqvist');
  await press(page, 'Join the program');
  await page.getByText('You are a member now').waitFor();
  return page;
}

async function toCheckout(page) {
  await page.goto(`${shop.url}/demo?pen=1`);
  await press(page, 'Check out');
  await page.waitForURL(`${shop.url}/checkout/acct_demo/**`);
}

/** Pays what the hosted page asks for; the order's page, just after. */
async function pays(page, label) {
  await type(page, '4242424242424242', '12/39');
  await press(page, label);
  await page.waitForURL(/\/demo\/orders\/[0-9a-z]{12}\?paymentId=/);
  return page.url().split('?')[0];
}

async function buysThePen(page) {
  await toCheckout(page);
  return pays(page, 'Pay €42.00');
}

async function exchanges(page) {
  await page.goto(`${shop.url}/demo/points`);
  await press(page, 'Exchange 40 points');
  await page.getByText('The reward is yours').waitFor();
}

/** No page is wider than the narrowest window. */
async function fits(page) {
  await page.setViewportSize({ width: 320, height: 900 });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(sideways, 0, `${page.url()} scrolls sideways at 320`);
  await page.setViewportSize({ width: 1280, height: 900 });
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? 'with' : 'without';
  test(`a newcomer earns 42 points, takes 5.00 off with 40 of them, and pays 37.00, ${how} scripts`, async (t) => {
    const page = await member(t, { javaScriptEnabled });
    await page.getByText('Nothing yet. Buy the fountain pen').waitFor();
    await page.getByRole('link', { name: 'Put the fountain pen into the cart' }).click();
    assert.equal(await total(page), '€42.00');
    const first = await buysThePen(page);
    assert.deepEqual(await fact(page, 'Points earned'), ['+42'], 'with the answer of the payment');
    assert.equal(await balance(page), '42 points');
    await fits(page);

    await exchanges(page);
    assert.equal(await page.locator('.worth').textContent(), '2 points');
    await fits(page);
    await page.getByRole('link', { name: 'To the cart' }).click();
    assert.equal(await total(page), '€37.00');
    await page.getByLabel('EUR 5.00 off').uncheck();
    if (!javaScriptEnabled) await press(page, 'Update the total');
    assert.equal(await total(page), '€42.00', 'it is the buyer who takes it');
    await page.getByLabel('EUR 5.00 off').check();
    if (!javaScriptEnabled) await press(page, 'Update the total');
    assert.equal(await total(page), '€37.00');
    await fits(page);
    await press(page, 'Check out');
    await page.waitForURL(`${shop.url}/checkout/acct_demo/**`);
    const second = await pays(page, 'Pay €37.00');
    assert.notEqual(second, first);
    assert.match(await page.locator('#order').innerText(), /1 × Fountain pen\s+€42\.00\s+EUR 5\.00 off\s+−€5\.00\s+Total\s+€37\.00/);
    assert.deepEqual(await fact(page, 'Points earned'), ['+37']);
    assert.equal(await balance(page), '39 points');
    await page.goto(`${shop.url}/demo/points`);
    const points = await page.locator('tbody td:nth-child(2)').allTextContents();
    assert.deepEqual(points, ['+37', '−40', '+42']);
    assert.deepEqual(await page.locator('tbody td:nth-child(3)').allTextContents(), ['39', '2', '42']);

    await page.goto(first);
    await press(page, 'Refund half, €21.00');
    assert.equal(await balance(page), '18 points');
    await press(page, 'Refund the rest, €21.00');
    assert.equal(await balance(page), '−3 points', 'more was spent than was earned since');
  });
}

test('a shopper who leaves the hosted page finds the reward, gives it back and has the points', async (t) => {
  const page = await member(t);
  await look(page, 'demo-joined');
  await buysThePen(page);
  await page.goto(`${shop.url}/demo/points`);
  await look(page, 'demo-points', { fullPage: true });
  await exchanges(page);
  await page.goto(`${shop.url}/demo?pen=1`);
  await look(page, 'demo-reward', { fullPage: true });
  await press(page, 'Check out');
  await page.getByRole('link', { name: 'Back to Reed & Ink' }).click();
  await page.waitForURL(`${shop.url}/demo?pen=1`);
  await page.getByText('EUR 5.00 off is on order').waitFor();
  assert.equal(await total(page), '€42.00', 'the order has it, and not the cart');
  await look(page, 'demo-carried', { fullPage: true });
  await fits(page);
  await page.locator('.carried a').click();
  assert.match(await page.locator('#order').innerText(), /EUR 5\.00 off\s+−€5\.00\s+Total\s+€37\.00/);
  await page.goBack();
  await press(page, 'Give back');
  await page.getByText('You have the points back.').waitFor();
  assert.match(page.url(), /\/demo\?pen=1&done=given-back$/);
  assert.ok(await page.getByRole('link', { name: '42 points' }).isVisible());

  await exchanges(page);
  await press(page, 'Give back 40 points');
  assert.equal(await page.locator('.worth').textContent(), '42 points');
  await exchanges(page);
  await toCheckout(page);
  const order = page.url().split('/pay_demo_')[1].split('/')[0];
  await page.goto(`${shop.url}/demo/orders/${order}`);
  await press(page, 'Give the reward back');
  assert.equal(await balance(page), '42 points');
  assert.match(await page.locator('#order').innerText(), /Total\s+€42\.00/, 'the order is of its whole amount again');
});

test('a reward that is not used in half an hour gives its points back by itself', async (t) => {
  const page = await member(t);
  await buysThePen(page);
  await exchanges(page);
  await shop.call('POST', '/test/clock/advance', { seconds: 30 * 60 }, shop.keyOf('acct_demo'));
  await page.goto(`${shop.url}/demo/points`);
  assert.equal(await page.locator('.worth').textContent(), '42 points');
  await page.getByText('Its points went back to you').waitFor();
});

test('a refund takes the points back that its money earned, by half and whole', async (t) => {
  const page = await member(t);
  const first = await buysThePen(page);
  await press(page, 'Refund half, €21.00');
  assert.deepEqual([await fact(page, 'Refunded'), await fact(page, 'Points taken back')], [['−€21.00'], ['−21']]);
  assert.equal(await balance(page), '21 points');
  await page.locator('.news h3', { hasText: 'loyalty.points.earned' }).waitFor();
  await look(page, 'demo-half-refunded', { fullPage: true });
  await press(page, 'Refund the rest, €21.00');
  assert.deepEqual(await fact(page, 'Points taken back'), ['−21', '−21']);
  assert.equal(await balance(page), '0 points');
  await page.getByRole('heading', { name: 'Refunded', exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: /^Refund/ }).count(), 0);

  const second = await buysThePen(page);
  await press(page, 'Refund all, €42.00');
  assert.deepEqual(await fact(page, 'Points taken back'), ['−42']);
  assert.equal(await balance(page), '0 points');
  assert.notEqual(second, first);
  await fits(page);
});

test('two browsers have two Adas, and nobody can be signed in by a name', async (t) => {
  const page = await member(t);
  await buysThePen(page);
  const other = await buyer(t);
  await other.goto(`${shop.url}/demo/points`);
  await look(other, 'demo-sign-in', { fullPage: true });
  await fits(other);
  await press(other, 'Sign in as Ada Lindqvist');
  assert.ok(await other.getByRole('button', { name: 'Join the program' }).isVisible(), 'a stranger to the shop');
  await other.context().clearCookies();
  await other.context().addCookies([{ name: 'demo_shopper', value: 'ada', url: shop.url }]);
  await other.goto(`${shop.url}/demo/points`);
  assert.ok(await other.getByRole('button', { name: 'Sign in as Ada Lindqvist' }).isVisible(), 'a name is not enough');
  await page.goto(`${shop.url}/demo/points`);
  await press(page, 'Sign out');
  await press(page, 'Sign in as Ada Lindqvist');
  assert.equal(await page.locator('.worth').textContent(), '42 points', 'the same Ada again');
});
