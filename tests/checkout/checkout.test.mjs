// Buyers in a real browser: they type their cards, answer their bank, and come back to the shop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type } from './buyer.mjs';

test('a buyer pays and comes back to the shop', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await look(page, 'checkout-ready');
  await type(page, '4242424242424242');
  assert.equal(await page.getByLabel('Card number').inputValue(), '4242 4242 4242 4242');
  assert.equal(await page.getByLabel('Expiry date').inputValue(), '12 / 39');
  assert.equal(await page.locator('.brand').textContent(), 'Visa');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
  await page.goto(payment.checkoutUrl);
  await page.getByRole('heading', { name: 'Already paid' }).waitFor();
  await look(page, 'checkout-already-paid');
});

test('the page that says paid is shown long enough to be looked at', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order({ returnUrl: undefined });
  await page.goto(payment.checkoutUrl);
  await type(page, '378282246310005', '1239', '1234');
  assert.equal(await page.getByLabel('Card number').inputValue(), '3782 822463 10005');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  await look(page, 'checkout-paid');
});

test('after a decline another card pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000009995');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'not enough money' }).waitFor();
  assert.equal(await page.getByLabel('Card number').inputValue(), '4000 0000 0000 9995', 'what was typed is kept');
  assert.equal(await page.getByLabel('Security code').inputValue(), '', 'but not the security code');
  await look(page, 'checkout-declined');
  await type(page, '5555555555554444');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

for (const [answer, status, seen] of [
  ['Approve', 'completed', (page) => page.getByRole('heading', { name: 'Paid' })],
  ['Refuse', 'failed', (page) => page.getByRole('alert').filter({ hasText: 'could not confirm that it was you' })],
]) {
  test(`a buyer answers the bank in its frame: ${answer}`, async (t) => {
    const page = await buyer(t);
    const payment = await shop.order();
    await page.goto(payment.checkoutUrl);
    await type(page, '4000000000003220');
    await pay(page);
    const bank = page.frameLocator('iframe');
    await bank.getByRole('button', { name: answer }).waitFor();
    if (answer === 'Approve') await look(page, 'checkout-challenge');
    await bank.getByRole('button', { name: answer }).click();
    await seen(page).waitFor();
    assert.equal(await shop.status(payment), status);
  });
}

test('what is wrong is said when a field is left, and nothing is sent', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424241', '1339', '12');
  await page.getByLabel('Name on card').focus();
  for (const text of ['Check the card number.', 'Check the expiry date', 'Check the security code']) {
    await page.getByText(text).waitFor();
  }
  await look(page, 'checkout-invalid');
  await pay(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'number');
  assert.equal(await shop.status(payment), 'pending');
  await page.getByLabel('Card number').fill('');
  await type(page, '4242424242424242', '', '');
  assert.equal(await page.locator('#number-error').textContent(), '', 'a mended field is fine at once');
});

test('a lost connection keeps what was typed, and another try pays once', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  await page.context().setOffline(true);
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'The connection was lost' }).waitFor();
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
  const { timeline } = await shop.call('GET', `/payments/${payment.id}`);
  assert.equal(timeline.filter((one) => one.status === 'completed').length, 1);
});

test('a digit in the middle of a number is corrected in its place', async (t) => {
  const page = await buyer(t);
  await page.goto((await shop.order()).checkoutUrl);
  const number = page.getByLabel('Card number');
  await number.pressSequentially('4242429242424242');
  await number.evaluate((input) => input.setSelectionRange(8, 8));
  await page.keyboard.press('Backspace');
  await page.keyboard.type('4');
  assert.equal(await number.inputValue(), '4242 4242 4242 4242');
});

test('a buyer without JavaScript pays', async (t) => {
  const page = await buyer(t, { javaScriptEnabled: false });
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000003220', '12/39');
  await pay(page);
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

test('a buyer with a keyboard pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  for (const text of ['4242424242424242', '1239', '123', 'Ada Lovelace']) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

test('closed pages say so', async (t) => {
  const page = await buyer(t);
  const cancelled = await shop.order();
  await shop.call('POST', `/payments/${cancelled.id}/cancel`, {});
  await page.goto(cancelled.checkoutUrl);
  await page.getByRole('heading', { name: 'This payment was cancelled' }).waitFor();
  await look(page, 'checkout-cancelled');
  const expired = await shop.order();
  await shop.call('POST', '/test/clock/advance', { seconds: 86_401 });
  await page.goto(expired.checkoutUrl);
  await page.getByRole('heading', { name: 'This page has expired' }).waitFor();
  await look(page, 'checkout-expired');
});

test('every language writes money as the browser does', async (t) => {
  for (const locale of ['en-US', 'bg-BG', 'de-DE', 'fr-FR', 'es-ES']) {
    const page = await buyer(t, { locale });
    for (const [amount, currency, divisor] of [[4200, 'EUR', 100], [123_456_700, 'EUR', 100], [120_000, 'EUR', 100]]) {
      const payment = await shop.order({ amount, currency });
      await page.goto(payment.checkoutUrl);
      const written = await page.locator('.amount').textContent();
      const expected = await page.evaluate(
        ([locale, value, currency]) => new Intl.NumberFormat(locale, { style: 'currency', currency }).format(value),
        [locale, amount / divisor, currency],
      );
      assert.equal(written, expected, `${locale} ${amount}`);
    }
    assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
  }
});

nothingTypedIsKept();
