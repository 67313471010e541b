// Buyers who pay from an account by SEPA debit: an IBAN, a mandate, and days until the bank has spoken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, pay, shop, waitAtTheDoor } from './buyer.mjs';

// One that no sentence of the page names as an example.
const IBAN = 'FR14 2004 1010 0505 0001 3M02 606';

/** Chooses a debit on the page of a payment, and types the account. */
async function type(page, iban, holder) {
  await page.getByRole('radio', { name: 'SEPA Direct Debit' }).check();
  await page.getByLabel('IBAN').fill('');
  await page.getByLabel('IBAN').pressSequentially(iban);
  await page.getByLabel('Account holder').fill(holder);
}

test('a buyer gives an account, and the shop is paid after days', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, IBAN, 'Ada Lovelace');
  assert.ok(!(await page.getByLabel('Card number').isVisible()), 'a card is not asked for');
  await page.getByText('you authorise Kaffeehaus Linde to send an instruction to your bank').waitFor();
  await look(page, 'debit-ready', { fullPage: true });
  await waitAtTheDoor(page);
  await pay(page);
  await page.getByRole('heading', { name: 'Your account is being debited' }).waitFor();
  const { sepaDebit } = await shop.call('GET', `/payments/${payment.id}`);
  await page.getByText(`Account FR •••• 2606, mandate ${sepaDebit.mandateReference}`).waitFor();
  await look(page, 'debit-processing');
  assert.equal(await shop.status(payment), 'processing');
  await shop.call('POST', '/test/clock/advance', { seconds: 5 * 86_400 });
  assert.equal(await shop.status(payment), 'completed');
  await page.reload();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('what is wrong with an account is said when it is left, and nothing is sent', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, 'DE88 3704 0044 0532 0130 00', '');
  await page.getByText('Check the IBAN.').waitFor();
  await pay(page);
  await page.getByText('Enter the account holder’s name.').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'iban');
  await look(page, 'debit-invalid', { fullPage: true });
  assert.equal(await shop.status(payment), 'pending');
  await type(page, 'BE68 5390 0754 7034', 'Ada Lovelace');
  await pay(page);
  await page.getByText('The sandbox takes test accounts only').waitFor();
  assert.equal(await page.getByLabel('Account holder').inputValue(), 'Ada Lovelace', 'what was typed is kept');
  await type(page, IBAN, 'Ada Lovelace');
  await pay(page);
  await page.waitForURL(`${payment.checkoutUrl}/done`);
  assert.equal(await shop.status(payment), 'processing');
});

test('without JavaScript the same is sent', async (t) => {
  const page = await buyer(t, { javaScriptEnabled: false });
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, IBAN, 'Ada Lovelace');
  await pay(page);
  await page.getByRole('heading', { name: 'Your account is being debited' }).waitFor();
  assert.equal(await shop.status(payment), 'processing');
});

test('no account is kept anywhere, nor told', () => {
  const remains = shop.remains();
  assert.ok(remains.some(([name, content]) => name.startsWith(shop.keeps) && content.includes('VINR-')), 'what is kept is found');
  for (const [name, content] of remains) {
    for (const written of [IBAN, IBAN.replaceAll(' ', ''), IBAN.replaceAll(' ', '+')]) {
      assert.equal(content.indexOf(written), -1, `${written} is in ${name}`);
    }
  }
});
