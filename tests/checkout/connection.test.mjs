// A connection that is slow, that breaks, and that loses answers: the buyer knows where they stand, and pays once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type } from './buyer.mjs';

const lost = (page) => page.getByRole('alert').filter({ hasText: 'The connection was lost' });

const focused = (page) => page.evaluate(() => document.activeElement.className);

async function completedOnce(payment) {
  const { timeline } = await shop.call('GET', `/payments/${payment.id}`);
  assert.equal(timeline.filter((one) => one.status === 'completed').length, 1);
}

test('while a card is charged the form is inert and its button keeps its place', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  const button = page.locator('button');
  // In the page: a page that is taller than the window scrolls to what is focused.
  const place = () =>
    button.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return [left + scrollX, top + scrollY, width, height];
    });
  const before = await place();
  let answer;
  await page.route(payment.checkoutUrl, (route) => {
    answer = () => route.continue();
  });
  await pay(page);
  await page.getByText('Paying…').first().waitFor();
  assert.deepEqual(await place(), before);
  assert.ok(await page.evaluate(() => document.querySelector('form').inert && document.querySelector('button').disabled));
  assert.equal(await page.getByRole('status').textContent(), 'Paying…', 'those who do not see it hear it');
  await look(page, 'checkout-processing');
  await answer();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('a lost connection keeps what was typed, and another try pays once', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  await page.context().setOffline(true);
  await pay(page);
  await lost(page).waitFor();
  assert.equal(await focused(page), 'notice', 'the buyer is led to what happened');
  assert.equal(await page.getByLabel('Card number').inputValue(), '4242 4242 4242 4242');
  await look(page, 'checkout-network-lost');
  await page.context().setOffline(false);
  // Twice in the same moment: the second one finds the payment paid.
  await page.evaluate(() => {
    const form = document.querySelector('form');
    form.requestSubmit();
    form.requestSubmit();
  });
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  await completedOnce(payment);
});

test('a buyer whose answer was lost tries again, finds it paid, and comes back to the shop', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  await page.route(payment.checkoutUrl, async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort();
  });
  await pay(page);
  await lost(page).waitFor();
  assert.equal(await shop.status(payment), 'completed');
  await page.unroute(payment.checkoutUrl);
  await pay(page);
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
  await completedOnce(payment);
});

test('an answer that does not come is given up', async (t) => {
  const page = await buyer(t);
  await page.clock.install();
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  const asked = page.waitForRequest((request) => request.method() === 'POST');
  await page.route(payment.checkoutUrl, () => {});
  await pay(page);
  await asked;
  await page.clock.fastForward(29_000);
  assert.equal(await page.getByRole('alert').count(), 0);
  await page.clock.fastForward(2_000);
  await lost(page).waitFor();
  assert.ok(await page.getByRole('button', { name: 'Pay €42.00' }).isEnabled());
});

test('trouble on the far side keeps the form as it is', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  await page.route(payment.checkoutUrl, (route) => route.fulfill({ status: 503, contentType: 'text/html', body: '<main></main>' }));
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'Nothing is charged twice.' }).waitFor();
  assert.equal(await page.getByLabel('Card number').inputValue(), '4242 4242 4242 4242');
  await page.unroute(payment.checkoutUrl);
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

nothingTypedIsKept();
