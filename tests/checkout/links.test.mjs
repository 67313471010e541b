// Buyers who were sent a link: what it is for, the way to the checkout, and why it is closed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buyer, look, nothingTypedIsKept, pay, shop, type } from './buyer.mjs';

const link = (more) =>
  shop.call('POST', '/payment-links', { amount: 1500, currency: 'EUR', description: 'Workshop: coffee at home, 12 June', ...more });

const made = async ({ id }) => (await shop.call('GET', `/payments?paymentLinkId=${id}`)).data;

const onwards = (page) => page.getByRole('button', { name: 'Continue to payment' });

test('a buyer opens a link, looks, and pays', async (t) => {
  const page = await buyer(t);
  const { url, ...ticket } = await link({ returnUrl: `${shop.home}/thanks` });
  // A name that was just changed is a second on its way to every page.
  do await page.goto(url);
  while (!(await page.locator('h1').textContent()).includes('Kaffeehaus Linde'));
  await page.getByRole('heading', { name: 'Pay Kaffeehaus Linde' }).waitFor();
  await look(page, 'link-ready');
  assert.deepEqual(await made(ticket), [], 'looking makes no payment');
  await onwards(page).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Pay €15.00' }).waitFor();
  const [payment] = await made(ticket);
  assert.equal(page.url(), payment.checkoutUrl);
  await type(page, '4242424242424242');
  await pay(page);
  await page.waitForURL(`${shop.home}/thanks?paymentId=${payment.id}&status=completed`);
  await page.goto(url);
  await page.getByRole('heading', { name: 'Already paid' }).waitFor();
});

test('a reusable link without an address to return to thanks its buyers, each for a payment of their own', async (t) => {
  const ticket = await link({ reusable: true });
  for (let visits = 0; visits < 2; visits += 1) {
    const page = await buyer(t, { javaScriptEnabled: false });
    await page.goto(ticket.url);
    await onwards(page).click();
    await type(page, '4242424242424242', '12/39');
    await pay(page);
    await page.getByText('Thank you. Kaffeehaus Linde has your payment.').waitFor();
    assert.equal(await page.locator('a.button').count(), 0, 'there is nowhere to go');
  }
  assert.deepEqual((await made(ticket)).map((payment) => payment.status), ['completed', 'completed']);
});

test('a link that is closed says why, also where it was open before', async (t) => {
  const page = await buyer(t);
  const last = await link({ reusable: true, maxPayments: 1 });
  const rivals = [await buyer(t), page];
  for (const rival of rivals) {
    await rival.goto(last.url);
    await onwards(rival).click();
  }
  await type(rivals[0], '4000000000003220');
  await pay(rivals[0]);
  await rivals[0].frameLocator('iframe').getByRole('button', { name: 'Approve' }).waitFor();
  await type(page, '4242424242424242');
  await pay(page);
  await page.getByRole('heading', { name: 'Somebody is paying right now' }).waitFor();
  await look(page, 'link-busy');
  await rivals[0].frameLocator('iframe').getByRole('button', { name: 'Approve' }).click();
  await rivals[0].getByRole('heading', { name: 'Paid' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'This link has been used' }).waitFor();
  await look(page, 'link-completed');

  const off = await link({ returnUrl: `${shop.home}/thanks` });
  await shop.call('PATCH', `/payment-links/${off.id}`, { active: false });
  await page.goto(off.url);
  await page.getByRole('heading', { name: 'This link is switched off' }).waitFor();
  assert.equal(await page.getByRole('link', { name: 'Back to Kaffeehaus Linde' }).getAttribute('href'), `${shop.home}/thanks`);
  await look(page, 'link-inactive');

  const { now } = await shop.call('GET', '/test/clock');
  const over = await link({ expiresAt: Math.floor(Date.parse(now) / 1000) + 3600 });
  await shop.call('POST', '/test/clock/advance', { seconds: 3601 });
  await page.goto(over.url);
  await page.getByRole('heading', { name: 'This link has expired' }).waitFor();
  await look(page, 'link-expired');
});

test('a code is an image that shops can show', async (t) => {
  const { qrCodeUrl } = await link();
  const page = await buyer(t);
  await page.goto(`${shop.home}/counter`);
  const [width, height] = await page.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    return [image.naturalWidth, image.naturalHeight];
  }, qrCodeUrl);
  assert.ok(width > 0 && width === height, `${width} × ${height}`);
});

test('a link speaks its buyer’s language', async (t) => {
  const { url } = await link();
  for (const [locale, heading, button] of [
    ['de-DE', 'An Kaffeehaus Linde zahlen', 'Weiter zur Zahlung'],
    ['bg-BG', 'Плащане към Kaffeehaus Linde', 'Към плащането'],
    ['fr-FR', 'Payer Kaffeehaus Linde', 'Continuer vers le paiement'],
    ['es-ES', 'Pagar a Kaffeehaus Linde', 'Continuar al pago'],
  ]) {
    const page = await buyer(t, { locale });
    await page.goto(url);
    await page.getByRole('heading', { name: heading }).waitFor();
    assert.ok(await page.getByRole('button', { name: button }).isVisible());
  }
});

nothingTypedIsKept();
