// What is sold and what it costs: products, prices, coupons and tax rates.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Vinr, VinrInvalidRequestError } from '@vinr/sdk';
import { serve, type Server } from './server.js';

let server: Server;
let vinr: Vinr;

before(async () => {
  server = await serve();
  vinr = new Vinr({ secretKey: server.secretKey, baseUrl: server.url });
  await vinr.products.create({ id: 'prod_team', name: 'Team' });
});
after(() => server.end());

/** What is refused because it never changes. The types do not let it be asked for. */
async function isFixed(asked: (changes: object) => Promise<unknown>, changes: object): Promise<void> {
  await assert.rejects(asked(changes), (error) => {
    assert.ok(error instanceof VinrInvalidRequestError);
    assert.deepEqual([error.status, error.code], [422, 'parameter_immutable']);
    assert.deepEqual(error.errors.map(({ param }) => param), Object.keys(changes));
    return true;
  });
}

test('a product is created, retrieved, changed and listed', async () => {
  const product = await vinr.products.create({
    name: 'Seat',
    description: 'For one person',
    taxCode: 'saas',
    images: ['https://shop.example/seat.png'],
    metadata: { shelf: 3 },
  });
  assert.match(product.id, /^prod_/);
  assert.deepEqual([product.object, product.active, product.taxCode], ['product', true, 'saas']);
  assert.deepEqual([product.images, product.metadata], [['https://shop.example/seat.png'], { shelf: '3' }]);
  assert.deepEqual(await vinr.products.retrieve(product.id), product);
  const changed = await vinr.products.update(product.id, { name: 'Chair', description: null, images: [], active: false });
  assert.deepEqual([changed.name, changed.description, changed.images, changed.active], ['Chair', null, [], false]);
  assert.equal(changed.taxCode, 'saas', 'what is not named stays');
  assert.deepEqual((await vinr.products.list({ active: false })).map(({ id }) => id), [product.id]);
  await assert.rejects(vinr.products.create({ id: 'prod_team', name: 'Again' }), { code: 'resource_exists', param: 'id' });
  await assert.rejects(vinr.products.retrieve('prod_nobodys'), { code: 'resource_missing', status: 404 });
});

test('a price is created for a product, and what it costs never changes', async () => {
  const price = await vinr.prices.create({
    product: 'prod_team',
    amount: 2900,
    currency: 'eur',
    recurring: { interval: 'month' },
    idempotencyKey: 'team-monthly',
  });
  assert.deepEqual([price.object, price.productId, price.currency, price.unitAmountDecimal], ['price', 'prod_team', 'EUR', '2900']);
  assert.deepEqual(price.recurring, { interval: 'month', intervalCount: 1, usageType: 'licensed', aggregateUsage: null });
  const again = { product: 'prod_team', amount: 2900, currency: 'eur', recurring: { interval: 'month' } } as const;
  assert.equal((await vinr.prices.create(again, { idempotencyKey: 'team-monthly' })).id, price.id);
  const named = await vinr.prices.update(price.id, { nickname: 'Spring', active: false, metadata: { shelf: 3 } });
  assert.deepEqual([named.nickname, named.active, named.metadata], ['Spring', false, { shelf: '3' }]);
  assert.equal((await vinr.prices.update(price.id, { nickname: null })).nickname, null);
  const fixed = { productId: 'prod_x', amount: 1, unitAmountDecimal: '1', currency: null, recurring: null, model: null, tiers: [], packageSize: 2 };
  await isFixed((changes) => vinr.prices.update(price.id, changes), fixed);
  const kept = await vinr.prices.retrieve(price.id);
  assert.deepEqual([kept.amount, kept.recurring], [2900, price.recurring]);
  const offered = { productId: 'prod_team', active: true };
  assert.ok(!(await vinr.prices.list(offered)).some(({ id }) => id === price.id));
  assert.deepEqual((await vinr.prices.list({ product: 'prod_team', active: false })).map(({ id }) => id), [price.id]);
});

test('each model of a price comes back as it was made', async () => {
  const of = { productId: 'prod_team', currency: 'EUR' };
  const fine = await vinr.prices.create({ ...of, unitAmountDecimal: '0.1250', recurring: { interval: 'month', usageType: 'metered' } });
  assert.deepEqual([fine.model, fine.amount, fine.unitAmountDecimal, fine.recurring?.aggregateUsage], ['per_unit', null, '0.125', 'sum']);
  const tiers = [{ upTo: 10, unitAmount: 500, flatAmount: 100 }, { upTo: null, unitAmountDecimal: '300.5' }];
  for (const model of ['graduated', 'volume'] as const) {
    const tiered = await vinr.prices.create({ ...of, model, tiers });
    assert.deepEqual([tiered.model, tiered.amount], [model, null]);
    assert.deepEqual(tiered.tiers, [
      { upTo: 10, unitAmount: 500, unitAmountDecimal: '500', flatAmount: 100 },
      { upTo: null, unitAmount: null, unitAmountDecimal: '300.5', flatAmount: 0 },
    ]);
  }
  const packs = await vinr.prices.create({ ...of, model: 'package', amount: 1000, packageSize: 100 });
  assert.deepEqual([packs.amount, packs.packageSize, packs.recurring], [1000, 100, null]);
  const wrong = vinr.prices.create({ ...of, model: 'volume', amount: 5 });
  await assert.rejects(wrong, ({ errors }: VinrInvalidRequestError) => {
    assert.deepEqual(errors.map(({ param, code }) => [param, code]), [['amount', 'parameter_invalid'], ['tiers', 'parameter_missing']]);
    return true;
  });
  await assert.rejects(vinr.prices.create({ productId: 'prod_nobodys', amount: 1, currency: 'EUR' }), { code: 'resource_missing', param: 'productId' });
});

test('a coupon is found by its code, and what it takes off never changes', async () => {
  const coupon = await vinr.coupons.create({
    name: 'Spring',
    code: 'spring-25',
    percentOff: 12.5,
    duration: 'repeating',
    durationInPeriods: 3,
    maxRedemptions: 10,
    redeemBy: '2100-01-01T00:00:00Z',
    appliesTo: ['prod_team'],
  });
  assert.deepEqual([coupon.object, coupon.code, coupon.percentOff, coupon.amountOff], ['coupon', 'SPRING-25', 12.5, null]);
  assert.deepEqual([coupon.duration, coupon.durationInPeriods, coupon.timesRedeemed], ['repeating', 3, 0]);
  assert.deepEqual([coupon.redeemBy, coupon.appliesTo], ['2100-01-01T00:00:00Z', ['prod_team']]);
  assert.deepEqual([...(await vinr.coupons.list({ code: 'Spring-25' }))], [await vinr.coupons.retrieve(coupon.id)]);
  await assert.rejects(vinr.coupons.create({ code: 'SPRING-25', amountOff: 500, currency: 'EUR' }), { code: 'resource_exists', param: 'code' });
  const off = await vinr.coupons.update(coupon.id, { name: null, active: false });
  assert.deepEqual([off.name, off.active, off.percentOff], [null, false, 12.5]);
  await isFixed((changes) => vinr.coupons.update(coupon.id, changes), { code: null, percentOff: 50, durationInPeriods: null, appliesTo: null });
  const amount = await vinr.coupons.create({ amountOff: 500, currency: 'eur' });
  assert.deepEqual([amount.amountOff, amount.currency, amount.duration, amount.appliesTo], [500, 'EUR', 'once', null]);
  assert.deepEqual((await vinr.coupons.list({ active: true })).map(({ id }) => id), [amount.id]);
});

test('a tax rate keeps how much it is', async () => {
  const rate = await vinr.taxRates.create({ displayName: 'VAT', percentage: 8.125, inclusive: true, country: 'bg' });
  assert.match(rate.id, /^txr_/);
  assert.deepEqual([rate.object, rate.percentage, rate.inclusive, rate.country], ['tax_rate', 8.125, true, 'BG']);
  const renamed = await vinr.taxRates.update(rate.id, { displayName: 'VAT reduced', active: false });
  assert.deepEqual([renamed.displayName, renamed.active], ['VAT reduced', false]);
  await isFixed((changes) => vinr.taxRates.update(rate.id, changes), { percentage: 9, inclusive: null, country: null });
  assert.deepEqual(await vinr.taxRates.retrieve(rate.id), renamed);
  assert.deepEqual((await vinr.taxRates.list({ active: false })).map(({ id }) => id), [rate.id]);
  assert.deepEqual([...(await vinr.taxRates.list({ active: true }))], []);
});
