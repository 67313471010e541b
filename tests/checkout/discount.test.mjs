// Buyers with a discount: how the page says what there is to pay, and that nobody pays more than it says.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type } from './buyer.mjs';

/** A payment of 42.00 that a member has taken 5.00 off. */
async function discounted(more) {
  const { id: customer } = await shop.call('POST', '/customers', {});
  const { id: account } = await shop.call('POST', '/loyalty/accounts', { customer });
  await shop.call('POST', '/loyalty/transactions', { account, amount: 500 });
  const value = { amount: 500, currency: 'EUR' };
  const { id: reward } = await shop.call('POST', '/loyalty/rewards', { name: 'EUR 5.00 off', type: 'discount_amount', cost: 500, value });
  const { id: redemption } = await shop.call('POST', '/loyalty/redemptions', { account, reward });
  return shop.order({ customer, redemptions: [redemption], ...more });
}

const order = (page) => page.locator('.order').innerText();

test('a buyer sees how the discount makes the amount, and pays it', async (t) => {
  const page = await buyer(t);
  const payment = await discounted();
  await page.goto(payment.checkoutUrl);
  assert.match(await order(page), /Price\s+€42\.00\s+Discount\s+-€5\.00\s+Total\s+€37\.00/);
  await look(page, 'checkout-discount');
  await type(page, '4242424242424242');
  await page.getByRole('button', { name: 'Pay €37.00' }).click();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
  assert.equal((await shop.call('GET', `/payments/${payment.id}`)).amountCaptured, 3700);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a buyer whose discount ended is told so before anything is charged, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async (t) => {
    const page = await buyer(t, { javaScriptEnabled });
    const payment = await discounted({ returnUrl: null });
    await page.goto(payment.checkoutUrl);
    await shop.call('POST', '/test/clock/advance', { seconds: 30 * 60 });
    await type(page, '4242424242424242', '12/39');
    await pay(page);
    await page.getByRole('alert').filter({ hasText: 'The price changed' }).waitFor();
    assert.doesNotMatch(await order(page), /Discount/);
    assert.match(await order(page), /€42\.00/, 'beside the form too');
    assert.equal(await shop.status(payment), 'pending');
    if (javaScriptEnabled) await look(page, 'checkout-price-changed');
    await type(page, '4242424242424242', '12/39');
    await page.getByRole('button', { name: 'Pay €42.00' }).click();
    await page.getByRole('heading', { name: 'Paid' }).waitFor();
    assert.equal((await shop.call('GET', `/payments/${payment.id}`)).amountCaptured, 4200);
  });
}

nothingTypedIsKept();
