// Buyers who pay with iDEAL: chosen beside the card, approved at their bank.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type, waitAtTheDoor } from './buyer.mjs';

const ideal = (page) => page.getByRole('radio', { name: 'iDEAL' });

/** Chooses iDEAL on the page of a payment; the buyer is at the bank then. */
async function toBank(page, payment) {
  await page.goto(payment.checkoutUrl);
  await ideal(page).check();
  await pay(page);
  await page.getByText('Do you approve the payment of €42.00 to Kaffeehaus Linde?').waitFor();
}

test('a buyer chooses iDEAL, approves at the bank and comes back to the shop', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await page.getByRole('heading', { name: 'How would you like to pay?' }).waitFor();
  assert.ok(await page.getByLabel('Card number').isVisible());
  await ideal(page).check();
  assert.ok(!(await page.getByLabel('Card number').isVisible()), 'nothing is to be typed');
  await look(page, 'ideal-chosen');
  await pay(page);
  await page.getByText('Do you approve').waitFor();
  await look(page, 'ideal-bank');
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
  assert.equal(await shop.status(payment), 'completed');
});

test('a bank that refuses leads back to the choice, and a card pays', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await toBank(page, payment);
  await page.getByRole('button', { name: 'Refuse' }).click();
  await page.getByRole('alert').filter({ hasText: 'Your bank did not make the payment' }).waitFor();
  assert.ok(await ideal(page).isChecked(), 'the choice is kept');
  await look(page, 'ideal-refused');
  await page.getByRole('radio', { name: 'Card' }).check();
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('a buyer who leaves the bank finds the way back to it', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await toBank(page, payment);
  await page.getByRole('link', { name: 'Back to Kaffeehaus Linde without an answer' }).click();
  await page.waitForURL(`${shop.home}/cart`);
  await page.goto(payment.checkoutUrl);
  await page.getByRole('heading', { name: 'Continue at your bank' }).waitFor();
  await look(page, 'ideal-waiting');
  await page.getByRole('link', { name: 'Go to your bank' }).click();
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
});

test('a bank that pays later lets its buyer go', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await toBank(page, payment);
  await waitAtTheDoor(page);
  await page.getByRole('button', { name: 'Approve, and pay later' }).click();
  await page.getByRole('heading', { name: 'Your payment is on its way' }).waitFor();
  await look(page, 'ideal-later');
  await shop.call('POST', '/test/clock/advance', { seconds: 3600 });
  await page.reload();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('without JavaScript the same leads there', async (t) => {
  const page = await buyer(t, { javaScriptEnabled: false });
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await ideal(page).check();
  assert.ok(!(await page.getByLabel('Card number').isVisible()));
  await pay(page);
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
});

nothingTypedIsKept();
