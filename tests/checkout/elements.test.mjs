// Elements in a real browser: the page of the guide is a shop of another origin, the card fields in it are VINR's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { look, nothingTypedIsKept, shop, type } from './buyer.mjs';
import { nextResult, press, result, thanks, visitor } from './fields.mjs';

test('a buyer types a card into the fields of a shop and pays', async (t) => {
  const { page, fields, payment } = await visitor(t);
  await look(page, 'elements-ready');
  await page.evaluate(() => {
    for (const name of ['change', 'focus', 'blur']) window.card.on(name, (event) => window.heard.push([name, event]));
  });
  await type(fields, '5555555555554444');
  assert.equal(await fields.getByLabel('Card number').inputValue(), '5555 5555 5555 4444');
  assert.equal(await fields.getByLabel('Expiry date').inputValue(), '12 / 39');
  assert.equal(await fields.locator('.brand').textContent(), 'Mastercard');
  await press(page);
  await thanks(page);
  const { payment: paid, error } = await result(page);
  assert.equal(error, null);
  assert.deepEqual([paid.id, paid.status, paid.card.last4, paid.metadata], [payment.id, 'completed', '4444', undefined]);
  assert.equal(await shop.status(payment), 'completed');
  const heard = await page.evaluate(() => window.heard);
  assert.deepEqual(heard.filter(([name]) => name === 'change').at(-1)[1], { complete: true, empty: false, brand: 'Mastercard', saved: false });
  assert.ok(heard.some(([name]) => name === 'focus') && heard.some(([name]) => name === 'blur'));
  await look(page, 'elements-paid');
});

test('the page around the fields can read no digit of what is typed', async (t) => {
  const { page, fields } = await visitor(t);
  await page.evaluate(() => {
    window.messages = [];
    window.addEventListener('message', ({ data }) => window.messages.push(JSON.stringify(data)));
  });
  await type(fields, '5555555555554444');
  await page.waitForFunction(() => window.messages.some((message) => message.includes('"complete":true')));
  const seen = await page.evaluate(() => {
    let inside;
    try {
      inside = document.querySelector('iframe').contentWindow.document.body.innerHTML;
    } catch (error) {
      inside = error.name;
    }
    const own = Object.keys(window.card).concat(Object.keys(window.elements), Object.keys(window.vinr));
    return { inside, own, around: document.documentElement.outerHTML, messages: window.messages };
  });
  assert.equal(seen.inside, 'SecurityError');
  assert.deepEqual(seen.own, []);
  assert.ok(seen.messages.length >= 20, `${seen.messages.length} messages`);
  for (const text of [seen.around, ...seen.messages]) {
    for (const secret of ['5555', '4444', '907', '1239', '12 / 39']) {
      assert.ok(!text.replaceAll(/"height":\d+|height: \d+px|127\.0\.0\.1(?::|%3A)\d+|_secret_\w+|pk_test_\w+/g, '').includes(secret), `${secret} in ${text}`);
    }
  }
});

for (const [answer, status] of [['Approve', 'completed'], ['Refuse', 'failed']]) {
  test(`the bank asks in the frame, and the promise waits for the buyer: ${answer}`, async (t) => {
    const { page, fields, payment } = await visitor(t);
    await type(fields, '4000000000003220');
    await press(page);
    const bank = fields.frameLocator('iframe');
    await bank.getByText('Do you approve the payment of €42.00 to Kaffeehaus Linde?').waitFor();
    assert.equal(await page.evaluate(() => window.result), undefined, 'it is not resolved yet');
    if (answer === 'Approve') await look(page, 'elements-challenge');
    await bank.getByRole('button', { name: answer }).click();
    const { payment: tried, error } = await result(page);
    assert.deepEqual([tried.status, tried.authenticationUrl, await shop.status(payment)], [status, null, status]);
    if (answer === 'Approve') return thanks(page);
    assert.deepEqual([error.type, error.code], ['card_error', 'authentication_failed']);
    await fields.getByRole('alert').filter({ hasText: error.message }).waitFor();
    assert.equal(await fields.getByLabel('Security code').inputValue(), '');
    await type(fields, '5555555555554444');
    const { payment: paid } = await nextResult(page);
    assert.equal(paid.status, 'completed');
  });
}

test('after a decline the buyer is led to the number, and another card pays', async (t) => {
  const { page, fields, payment } = await visitor(t);
  await type(fields, '4000000000009995');
  await press(page);
  const { payment: tried, error } = await result(page);
  assert.deepEqual([tried.status, error.type, error.code, error.retryable], ['failed', 'card_error', 'insufficient_funds', true]);
  assert.equal(error.message, 'There is not enough money on this card. Try another one.');
  await fields.getByRole('alert').filter({ hasText: error.message }).waitFor();
  assert.equal(await fields.locator('#number-error').textContent(), 'Enter another card.');
  assert.equal(await fields.getByLabel('Card number').inputValue(), '4000 0000 0000 9995', 'what was typed is kept');
  assert.equal(await fields.getByLabel('Security code').inputValue(), '', 'but not the security code');
  assert.equal(await fields.locator(':focus').getAttribute('id'), 'number');
  await look(page, 'elements-declined');
  await type(fields, '5555555555554444');
  const { payment: paid } = await nextResult(page);
  assert.deepEqual([paid.status, await shop.status(payment)], ['completed', 'completed']);
});

test('what is wrong is said under its field, in the page too, and nothing is sent', async (t) => {
  const { page, fields, payment } = await visitor(t);
  await type(fields, '4242424242424241', '1339', '12');
  await fields.getByLabel('Name on card').focus();
  for (const text of ['Check the card number.', 'Check the date.', 'Enter 3 digits.']) await fields.getByText(text).waitFor();
  await look(page, 'elements-invalid');
  await press(page);
  const { payment: none, error } = await result(page);
  assert.deepEqual([none, error.type, error.field, error.message], [null, 'validation_error', 'number', 'Check the card number.']);
  assert.equal(await fields.locator(':focus').getAttribute('id'), 'number');
  assert.equal(await shop.status(payment), 'pending');
});

test('a card of nobody else\'s in the sandbox is refused where it stands', async (t) => {
  const { page, fields } = await visitor(t);
  await type(fields, '4000056655665556');
  await press(page);
  const { error } = await result(page);
  assert.deepEqual([error.type, error.field], ['validation_error', 'number']);
  assert.match(await fields.locator('#number-error').textContent(), /test cards only/);
});

test('a token is made for the session\'s customer, and the shop charges it', async (t) => {
  const { id: customerId } = await shop.call('POST', '/customers', { name: 'Ada' });
  const { page, fields } = await visitor(t, { session: { customerId }, expected: ['status of 400'] });
  await type(fields, '5555555555554444');
  await fields.getByLabel('Name on card').fill('Ada Lovelace');
  const { paymentMethod, error } = await page.evaluate(() => window.vinr.createPaymentMethod({ elements: window.elements }));
  assert.equal(error, null);
  assert.match(paymentMethod.id, /^pm_[0-9a-z]+$/);
  assert.deepEqual([paymentMethod.customerId, paymentMethod.status, paymentMethod.last4], [customerId, 'active', '4444']);
  assert.equal(paymentMethod.billingDetails.name, 'Ada Lovelace');
  const paid = await shop.call('POST', '/payments', { amount: 500, currency: 'EUR', paymentMethodId: paymentMethod.id, confirm: true });
  assert.deepEqual([paid.status, paid.customerId], ['completed', customerId]);
  await type(fields, '4000056655665556');
  const refused = await page.evaluate(() => window.vinr.createPaymentMethod({ elements: window.elements }));
  assert.deepEqual([refused.paymentMethod, refused.error.code, refused.error.field], [null, 'test_card_required', 'number']);
});

test('whoever has the card kept and is no customer yet is asked for an address', async (t) => {
  const { page, fields, payment } = await visitor(t, { session: { savePaymentMethod: true } });
  await fields.getByText('Kaffeehaus Linde keeps this card for later payments.').waitFor();
  await look(page, 'elements-keeps');
  await type(fields, '5555555555554444');
  await press(page);
  const { error } = await result(page);
  assert.equal(error.field, 'email');
  await fields.getByLabel('E-mail').fill('ada@example.com');
  const { payment: paid } = await nextResult(page);
  assert.equal(paid.status, 'completed');
  const { customerId, paymentMethodId } = await shop.call('GET', `/payments/${payment.id}`);
  const customer = await shop.call('GET', `/customers/${customerId}`);
  assert.deepEqual([customer.email, customer.defaultMethodId], ['ada@example.com', paymentMethodId]);
});

test('messages of anybody else are ignored, on both sides', async (t) => {
  const { page, fields, payment } = await visitor(t);
  await page.evaluate(() => window.card.on('change', (event) => window.heard.push(event)));
  await type(fields, '5555555555554444');
  await page.waitForFunction(() => window.heard.at(-1)?.complete);
  const before = await page.evaluate(() => document.querySelector('#payment iframe').style.height);
  await page.evaluate(async () => {
    window.changes = 0;
    window.card.on('change', () => (window.changes += 1));
    const lies = [{ vinr: 1, type: 'height', height: 1999 }, { vinr: 1, type: 'change', complete: true }, { vinr: 1, type: 'result', id: '1', payment: { status: 'completed' } }];
    for (const lie of lies) window.postMessage(lie, '*');
    // A frame of an origin of its own says the same to the page, and wants the fields to pay.
    const stranger = document.createElement('iframe');
    stranger.title = 'A stranger';
    stranger.sandbox = 'allow-scripts';
    stranger.srcdoc = `<script>
      const lies = ${JSON.stringify(lies)};
      for (const lie of lies) parent.postMessage(lie, '*');
      parent.frames[0].postMessage({ vinr: 1, type: 'confirm', id: '1' }, '*');
      parent.frames[0].postMessage({ vinr: 1, type: 'clear' }, '*');
      parent.postMessage('said', '*');
    </script>`;
    const said = new Promise((done) => window.addEventListener('message', ({ data }) => data === 'said' && done()));
    document.body.append(stranger);
    await said;
    stranger.remove();
  });
  // What the page itself says is heard, and after it nothing of the stranger's can come any more.
  await page.evaluate(() => window.card.focus());
  await fields.locator('#number:focus').waitFor();
  assert.equal(await page.evaluate(() => document.querySelector('#payment iframe').style.height), before);
  assert.equal(await page.evaluate(() => window.changes), 0);
  assert.equal(await fields.getByLabel('Card number').inputValue(), '5555 5555 5555 4444');
  assert.equal(await shop.status(payment), 'pending');
});

test('the keyboard goes through the fields and on to the button', async (t) => {
  const { page, fields } = await visitor(t);
  await page.evaluate(() => window.card.focus());
  await fields.locator('#number:focus').waitFor();
  for (const name of ['expiry', 'cvc', 'name']) {
    await page.keyboard.press('Tab');
    await fields.locator(`#${name}:focus`).waitFor();
  }
  await page.keyboard.press('Tab');
  await page.locator('#pay:focus').waitFor();
  await page.keyboard.press('Shift+Tab');
  await fields.locator('#name:focus').waitFor();
});

test('a merchant\'s look is taken over as far as it can be read, and no further', async (t) => {
  const tokens = { accent: '#0f7b6c', ink: '#eeeeee', surface: '#fffaf0', radius: '2px', font: 'Georgia, serif', negative: 'red;} body { display: none', glow: '#fff' };
  const { page, fields } = await visitor(t, { options: `{ clientSecret, locale: 'de', appearance: { tokens: ${JSON.stringify(tokens)} } }` });
  const style = (selector, property) => fields.locator(selector).evaluate((one, name) => getComputedStyle(one)[name], property);
  assert.equal(await style('#number', 'borderRadius'), '2px');
  assert.equal(await style('#number', 'fontFamily'), 'Georgia, serif');
  assert.equal(await style('body', 'backgroundColor'), 'rgb(255, 250, 240)');
  assert.notEqual(await style('label[for=number]', 'color'), 'rgb(238, 238, 238)', 'light grey on cream is corrected');
  assert.equal(await style('body', 'display'), 'block');
  await fields.getByLabel('Kartennummer').waitFor();
  const around = ':root { color-scheme: light !important; --page: #fffaf0 !important; --text: #2a2118 !important; --button: #0f7b6c !important; --label: #ffffff !important; } body { font-family: Georgia, serif; } button { border-radius: 2px; }';
  await page.addStyleTag({ content: around });
  await look(page, 'elements-themed');
});

test('a connection that is lost keeps what was typed, and the next try pays once', async (t) => {
  const { page, fields, payment } = await visitor(t);
  await type(fields, '5555555555554444');
  await page.context().setOffline(true);
  await press(page);
  const { error } = await result(page);
  assert.deepEqual([error.type, error.code], ['connection_error', 'network_lost']);
  await look(page, 'elements-network-lost');
  await page.context().setOffline(false);
  assert.equal(await fields.getByLabel('Card number').inputValue(), '5555 5555 5555 4444');
  const { payment: paid } = await nextResult(page);
  assert.equal(paid.status, 'completed');
  assert.equal((await shop.call('GET', `/payments/${payment.id}`)).failureCount, 0);
});

test('an answer that is lost on its way back is asked for, and what was paid is paid', async (t) => {
  const { page, fields, payment } = await visitor(t);
  await type(fields, '5555555555554444');
  await page.route(`${shop.url}/elements/v1/confirm`, async (route) => {
    await route.fetch();
    await route.abort();
  });
  await press(page);
  const { payment: paid, error } = await result(page);
  assert.deepEqual([paid.status, error, await shop.status(payment)], ['completed', null, 'completed']);
});

test('a server in trouble may have taken the money, and then the buyer is told so', async (t) => {
  const { page, fields, payment } = await visitor(t, { expected: ['status of 503'] });
  await type(fields, '5555555555554444');
  await page.route(`${shop.url}/elements/v1/confirm`, async (route) => {
    await route.fetch();
    const error = { type: 'api_error', code: 'service_unavailable', message: 'out of service for a moment' };
    await route.fulfill({ status: 503, json: { error } });
  });
  await press(page);
  const { payment: paid, error } = await result(page);
  assert.deepEqual([paid.status, error, await shop.status(payment)], ['completed', null, 'completed']);
});

test('a server in trouble that took nothing is asked once more, and nothing is charged twice', async (t) => {
  const { page, fields, payment } = await visitor(t, { expected: ['status of 503'] });
  await type(fields, '5555555555554444');
  const confirm = `${shop.url}/elements/v1/confirm`;
  await page.route(confirm, (route) => route.fulfill({ status: 503, json: { error: { code: 'service_unavailable', message: 'later' } } }));
  await press(page);
  const { error } = await result(page);
  assert.deepEqual([error.type, error.code], ['api_error', 'service_unavailable']);
  await fields.getByRole('alert').filter({ hasText: 'nothing is charged twice' }).waitFor();
  await page.unroute(confirm);
  assert.equal((await nextResult(page)).payment.status, 'completed');
  assert.equal((await shop.call('GET', `/payments/${payment.id}`)).failureCount, 0);
});

test('who has paid in another tab is told that it is paid', async (t) => {
  const { page, fields, payment } = await visitor(t, { expected: ['status of 403'] });
  await type(fields, '5555555555554444');
  await shop.call('POST', `/payments/${payment.id}/confirm`, { paymentMethodId: 'pm_test_4242' });
  await press(page);
  const { payment: paid, error } = await result(page);
  assert.deepEqual([paid.status, error], ['completed', null]);
  await fields.getByRole('heading', { name: /paid/i }).waitFor();
});

test('a card that is declined twice in the same way says so twice', async (t) => {
  const { page, fields } = await visitor(t);
  await type(fields, '4000000000009995');
  await press(page);
  assert.equal((await result(page)).error.code, 'insufficient_funds');
  await type(fields, '4000000000009995');
  const again = await nextResult(page);
  assert.deepEqual([again.error.type, again.error.code], ['card_error', 'insufficient_funds']);
});

test('fields of a payment that is over say so', async (t) => {
  const { page, fields, payment } = await visitor(t, { expected: ['status of 403', 'client_secret_invalid'] });
  await shop.call('POST', `/payments/${payment.id}/cancel`, {});
  await page.reload();
  await page.locator('#pay:enabled').waitFor();
  await fields.getByRole('alert').filter({ hasText: 'This page has expired' }).waitFor();
  await look(page, 'elements-over');
  await press(page);
  assert.equal((await result(page)).error.code, 'client_secret_invalid');
});

test('a page is told at once what it does wrong', async (t) => {
  const { page } = await visitor(t);
  const said = (code) => page.evaluate(`(async () => ${code})().then(() => 'nothing', (error) => error.name + ' ' + error.message)`);
  for (const [code, expected] of [
    ["loadVinr('sk_test_a')", /^TypeError VINR: this is a secret key/],
    ["loadVinr('pk')", /^TypeError VINR: expected a public key/],
    ["vinr.elements({ clientSecret: 'pay_1' })", /^TypeError VINR: `clientSecret`/],
    ["vinr.elements().create('cart')", /^TypeError VINR: there is no element cart/],
    ["vinr.elements().create('payment').mount('#nowhere')", /^TypeError VINR: there is no element #nowhere/],
    ["vinr.confirmPayment({})", /^TypeError VINR: pass `elements`/],
    ["vinr.confirmPayment({ elements, returnUrl: 'javascript:alert(1)' })", /^TypeError VINR: `returnUrl`/],
    ["card.on('submit', () => {})", /^TypeError VINR: there is no event submit/],
  ]) {
    assert.match(await said(code), expected, code);
  }
  const pending = page.evaluate(() => {
    const asked = window.vinr.confirmPayment({ elements: window.elements });
    window.card.unmount();
    return asked;
  });
  assert.equal((await pending).error.code, 'element_unmounted');
});

nothingTypedIsKept();
