// How the documentation defines a product's price.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function define() {
  const price = await vinr.prices.create({
    productId: 'prod_starter',
    amount: 2900, // €29.00 per period
    currency: 'EUR',
    recurring: { interval: 'month' },
  });
  return price;
}
