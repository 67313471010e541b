// The same on PostgreSQL: what was typed is searched for in everything that the database holds.
import { test } from 'node:test';

process.env.VINR_CHECKOUT_ON = 'postgres';
const window = await import('./buyer.mjs');
const { buyer, nothingTypedIsKept, pay, save, type } = window;

test('a buyer saves a card, is declined, answers a bank, and pays', async (t) => {
  const { shop } = window;
  const page = await buyer(t);
  const customer = await shop.call('POST', '/customers', { email: 'ada@example.com' });
  const setup = await shop.call('POST', `/customers/${customer.id}/setup-method`, { returnUrl: `${shop.home}/wallet` });
  await page.goto(setup.checkoutUrl);
  await type(page, '5555555555554444');
  await save(page);
  await page.getByRole('heading', { name: 'Card saved' }).waitFor();
  const payment = await shop.order();
  await page.goto(payment.checkoutUrl);
  await type(page, '4000000000009995');
  await pay(page);
  await page.getByRole('alert').filter({ hasText: 'not enough money' }).waitFor();
  await type(page, '4000000000003220');
  await pay(page);
  await page.frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

test('a buyer who is no customer yet pays, and the card is kept', async (t) => {
  const { shop } = window;
  const page = await buyer(t);
  const payment = await shop.order({ savePaymentMethod: true });
  await page.goto(payment.checkoutUrl);
  await page.getByLabel('E-mail').fill('eve@example.com');
  await type(page, '378282246310005');
  await pay(page);
  await page.getByRole('heading', { name: 'Paid' }).waitFor();
});

nothingTypedIsKept();
