// Buyers whose bank accounts the shop keeps: by a debit, by iDEAL, by a setup; offered again with the mandate that they gave.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, pay, save, shop } from './buyer.mjs';

// One that no sentence of the page names as an example.
const IBAN = 'FR14 2004 1010 0505 0001 3M02 606';

const customer = () => shop.call('POST', '/customers', { email: 'ada@example.com', name: 'Ada Lovelace' });
const methods = async ({ id }) => (await shop.call('GET', `/customers/${id}/methods`)).data;
const days = (count) => shop.call('POST', '/test/clock/advance', { seconds: count * 86_400 });

/** Chooses a debit, and types the account. */
async function give(page, iban = IBAN) {
  await page.getByRole('radio', { name: 'SEPA Direct Debit' }).check();
  await page.getByLabel('IBAN').fill(iban);
  await page.getByLabel('Account holder').fill('Ada Lovelace');
}

/** The saved account of a customer's next order: it is offered with its mandate, looked at, and pays. */
async function paysAgain(page, ada, label, looked = () => {}) {
  const [method] = await methods(ada);
  const payment = await shop.order({ customerId: ada.id });
  await page.goto(payment.checkoutUrl);
  const account = page.getByRole('radio', { name: label });
  assert.ok(await account.isChecked(), 'the account is offered');
  assert.ok(!(await page.getByLabel('IBAN').isVisible()), 'nothing is to be typed');
  const words = page.getByText(`under mandate ${method.mandate.reference}, which you gave before`);
  assert.ok(await words.isVisible(), 'what is agreed to is read');
  assert.equal(await account.getAttribute('aria-describedby'), await words.getAttribute('id'), 'and read out');
  await looked();
  await page.getByRole('radio', { name: 'Another card' }).check();
  assert.ok(!(await words.isVisible()), 'of what is not chosen nothing is said');
  await account.check();
  await pay(page);
  await page.getByRole('heading', { name: 'Your account is being debited' }).waitFor();
  await page.getByText(`mandate ${method.mandate.reference}`).waitFor();
  await days(5);
  const paid = await shop.call('GET', `/payments/${payment.id}`);
  assert.deepEqual([paid.status, paid.paymentMethodId, paid.method], ['completed', method.id, 'sepa_debit']);
}

test('a buyer agrees to a mandate, and the account pays the next order too', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  const payment = await shop.order({ customerId: ada.id, savePaymentMethod: true });
  await page.goto(payment.checkoutUrl);
  await give(page);
  await page.getByText('to debit your account, now and later, as agreed with you').locator('visible=true').waitFor();
  await look(page, 'debit-keeps', { fullPage: true });
  await pay(page);
  await page.getByRole('heading', { name: 'Your account is being debited' }).waitFor();
  assert.deepEqual(await methods(ada), [], 'the money is not there yet');
  await days(5);
  assert.equal((await methods(ada))[0].mandate.paymentId, payment.id);
  await paysAgain(page, ada, /FR •••• 2606/, () => look(page, 'checkout-account', { fullPage: true }));
});

test('a buyer pays with iDEAL, and the account behind it pays the next order', async (t) => {
  const page = await buyer(t);
  const ada = await customer();
  const payment = await shop.order({ customerId: ada.id, savePaymentMethod: true });
  await page.goto(payment.checkoutUrl);
  await page.getByRole('radio', { name: 'iDEAL' }).check();
  await page.getByText('Kaffeehaus Linde keeps the account you pay from.').waitFor();
  await look(page, 'ideal-keeps', { fullPage: true });
  await pay(page);
  await page.getByRole('button', { name: 'Approve', exact: true }).click();
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
  const paid = await shop.call('GET', `/payments/${payment.id}`);
  const [method] = await methods(ada);
  assert.deepEqual([paid.method, paid.paymentMethodId, method.type], ['ideal', method.id, 'sepa_debit']);
  await paysAgain(page, ada, /NL •••• 4300/);
});

test('a buyer who is no customer gives an address, however they pay', async (t) => {
  const page = await buyer(t);
  const payment = await shop.order({ savePaymentMethod: true });
  await page.goto(payment.checkoutUrl);
  await page.getByRole('radio', { name: 'iDEAL' }).check();
  await pay(page);
  await page.getByText('Check the e-mail address.').waitFor();
  await give(page);
  await page.getByLabel('E-mail').fill('eve@example.com');
  await pay(page);
  await page.getByRole('heading', { name: 'Your account is being debited' }).waitFor();
  await days(5);
  const { customerId, paymentMethodId } = await shop.call('GET', `/payments/${payment.id}`);
  const eve = await shop.call('GET', `/customers/${customerId}`);
  assert.deepEqual([eve.email, eve.defaultMethodId], ['eve@example.com', paymentMethodId]);
});

for (const javaScriptEnabled of [true, false]) {
  test(`a setup takes an account ${javaScriptEnabled ? '' : 'without JavaScript '}and it is debited`, async (t) => {
    const page = await buyer(t, { javaScriptEnabled });
    const ada = await customer();
    const setup = await shop.call('POST', `/customers/${ada.id}/setup-method`, {});
    await page.goto(setup.checkoutUrl);
    await give(page, 'DE35 3704 0044 0532 0130 02');
    await save(page);
    await page.getByRole('alert').filter({ hasText: 'This account was closed' }).waitFor();
    await give(page);
    if (javaScriptEnabled) await look(page, 'setup-account', { fullPage: true });
    await save(page);
    await page.getByRole('heading', { name: 'Account saved' }).waitFor();
    if (javaScriptEnabled) await look(page, 'setup-account-saved');
    await paysAgain(page, ada, /FR •••• 2606/);
  });
}

test('no account is kept in plain anywhere, nor told', () => {
  const remains = shop.remains();
  assert.ok(remains.some(([name, content]) => name.startsWith(shop.keeps) && content.includes('2606')), 'what is kept is found');
  for (const [name, content] of remains) {
    for (const iban of [IBAN, 'NL91 ABNA 0417 1643 00']) {
      for (const written of [iban, iban.replaceAll(' ', ''), iban.replaceAll(' ', '+')]) {
        assert.equal(content.indexOf(written), -1, `${written} is in ${name}`);
      }
    }
  }
});
