// Buyers in a real browser: they type their cards, answer their bank, and come back to the shop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type, waitAtTheDoor } from './buyer.mjs';

/** All that a page loads, in bytes, and when it was first painted, in milliseconds. */
const weighed = (page) =>
  page.evaluate(async () => {
    const paint = await new Promise((seen) => {
      const observer = new PerformanceObserver((list) => seen(list.getEntries()[0]));
      observer.observe({ type: 'paint', buffered: true });
    });
    const loads = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    return { bytes: loads.reduce((sum, one) => sum + one.transferSize, 0), painted: paint.startTime };
  });

test('a buyer pays and comes back to the shop', async (t) => {
  const payment = await shop.order();
  // A browser's own start is no part of the page's; each window begins with nothing cached.
  await (await buyer(t)).goto(payment.checkoutUrl);
  const page = await buyer(t);
  await page.goto(payment.checkoutUrl);
  const { bytes, painted } = await weighed(page);
  t.diagnostic(`the page weighs ${bytes} bytes; first paint after ${painted.toFixed(0)} ms`);
  assert.ok(bytes > 5_000 && bytes < 60_000, `${bytes} bytes`);
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

test('the page that says paid says where it leads, and the way back does not lead there again', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '378282246310005');
  assert.equal(await page.getByLabel('Card number').inputValue(), '3782 822463 10005');
  await waitAtTheDoor(page);
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  await page.getByText('Taking you back to Kaffeehaus Linde in a moment.').waitFor();
  await look(page, 'checkout-paid');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await page.reload();
  await page.waitForURL(`${shop.home}/thanks**`);
  await page.goBack();
  await page.getByRole('heading', { name: 'Already paid' }).waitFor();
});

test('an amount that is held is not called paid', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order({ capture: false });
  await page.goto(payment.checkoutUrl);
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByRole('heading', { name: 'Card approved' }).waitFor();
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=authorized`);
  await page.goto(payment.checkoutUrl);
  await look(page, 'checkout-authorized');
});

test('after a decline the buyer is led to the number, and another card pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000009995');
  await page.getByLabel('Name on card').fill('Ada Lovelace');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'not enough money' }).waitFor();
  assert.equal(await page.getByLabel('Card number').inputValue(), '4000 0000 0000 9995', 'what was typed is kept');
  assert.equal(await page.getByLabel('Name on card').inputValue(), 'Ada Lovelace');
  assert.equal(await page.getByLabel('Security code').inputValue(), '', 'but not the security code');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'number');
  assert.equal(await page.locator('#number-error').textContent(), 'Enter another card.');
  await page.getByLabel('Name on card').focus();
  await page.getByLabel('Card number').focus();
  await page.getByLabel('Name on card').focus();
  assert.equal(await page.locator('#number-error').textContent(), 'Enter another card.', 'it is still the same card');
  await look(page, 'checkout-declined');
  await type(page, '5555555555554444');
  assert.equal(await page.locator('#number-error').textContent(), '');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

test('a buyer whose security code was wrong types that one again', async (t) => {
  const page = await buyer(t);
  await page.goto((await shop.order()).checkoutUrl);
  await type(page, '4000000000000127');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'The security code is wrong' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'cvc');
  assert.equal(await page.getByLabel('Card number').inputValue(), '4000 0000 0000 0127');
  assert.equal(await page.locator('#cvc-error').textContent(), 'Check this code.');
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
    await page.getByLabel('Name on card').fill('Ada Lovelace');
    await pay(page);
    const bank = page.frameLocator('iframe');
    await bank.getByText('Do you approve the payment of €42.00 to Kaffeehaus Linde?').waitFor();
    assert.equal(await page.getByRole('link', { name: 'Back to Kaffeehaus Linde' }).getAttribute('href'), `${shop.home}/cart`);
    if (answer === 'Approve') await look(page, 'checkout-challenge');
    await bank.getByRole('button', { name: answer }).click();
    await seen(page).waitFor();
    assert.equal(await shop.status(payment), status);
    if (answer === 'Approve') return;
    assert.equal(await page.getByLabel('Name on card').inputValue(), 'Ada Lovelace', 'what was typed is kept');
    assert.equal(await page.getByLabel('Expiry date').inputValue(), '12 / 39');
    assert.equal(await page.getByLabel('Card number').inputValue(), '', 'but not the number');
  });
}

test('what is wrong is said when a field is left, nothing moves, and nothing is sent', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  const button = page.getByRole('button', { name: /^Pay / });
  const before = await button.boundingBox();
  await type(page, '4242424242424241', '1339', '12');
  await page.getByLabel('Name on card').focus();
  for (const text of ['Check the card number.', 'Check the date.', 'Enter 3 digits.']) {
    await page.getByText(text).waitFor();
  }
  assert.deepEqual(await button.boundingBox(), before, 'the button stays where it is');
  await look(page, 'checkout-invalid');
  await pay(page);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'number');
  assert.equal(await shop.status(payment), 'pending');
  await type(page, '4242424242424242', '', '');
  assert.equal(await page.locator('#number-error').textContent(), '', 'a mended field is fine at once');
});

test('a security code is as long as the card has it', async (t) => {
  const page = await buyer(t);
  await page.goto((await shop.order()).checkoutUrl);
  for (const [number, code, says] of [
    ['378282246310005', '907', 'Enter 4 digits.'],
    ['378282246310005', '1907', ''],
    ['4242424242424242', '1907', 'Enter 3 digits.'],
    ['4242424242424242', '907', ''],
    ['9999999999999995', '90', 'Enter 3–4 digits.'],
  ]) {
    await type(page, number, '1239', code);
    await page.getByLabel('Name on card').focus();
    assert.equal(await page.locator('#cvc-error').textContent(), says, `${number} ${code}`);
  }
});

test('every brand is named and grouped as soon as it can be told', async (t) => {
  const page = await buyer(t);
  await page.goto((await shop.order()).checkoutUrl);
  for (const [digits, brand, written] of [
    ['4', 'Visa', '4'],
    ['2220', '', '2220'],
    ['2221000000000000', 'Mastercard', '2221 0000 0000 0000'],
    ['2720990000000000', 'Mastercard', '2720 9900 0000 0000'],
    ['2721', '', '2721'],
    ['37', 'American Express', '37'],
    ['36227206271667', 'Diners Club', '3622 720627 1667'],
    ['6011', 'Discover', '6011'],
    ['3566002020360505', 'JCB', '3566 0020 2036 0505'],
    ['6200000000000005123', 'UnionPay', '6200 0000 0000 0005 123'],
    ['4000000000000000006', 'Visa', '4000 0000 0000 0000 006'],
  ]) {
    await page.getByLabel('Card number').fill(digits);
    assert.equal(await page.locator('.brand').textContent(), brand, digits);
    assert.equal(await page.getByLabel('Card number').inputValue(), written);
  }
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

test('a buyer without JavaScript pays, and after a decline types the card only', async (t) => {
  const page = await buyer(t, { javaScriptEnabled: false });
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000000002', '12/39');
  await page.getByLabel('Name on card').fill('Ada Lovelace');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'Your bank declined this card' }).waitFor();
  assert.equal(await page.getByLabel('Name on card').inputValue(), 'Ada Lovelace');
  assert.equal(await page.getByLabel('Expiry date').inputValue(), '12/39');
  assert.equal(await page.getByLabel('Card number').inputValue(), '');
  await type(page, '4000000000003220', '12/39');
  await pay(page);
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
  await page.waitForURL(`${shop.home}/thanks**`);
});

test('a buyer with a keyboard pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await page.keyboard.press('Tab');
  assert.ok(await page.getByRole('radio', { name: 'Card' }).evaluate((one) => one === document.activeElement), 'a card is chosen first');
  for (const text of ['4242424242424242', '1239', '907', 'Ada Lovelace']) {
    await page.keyboard.press('Tab');
    await page.keyboard.type(text);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal(await shop.status(payment), 'completed');
});

nothingTypedIsKept();
