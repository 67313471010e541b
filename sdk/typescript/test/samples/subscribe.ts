// How the documentation subscribes a customer to a price.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function subscribe(price: { id: string }) {
  const subscription = await vinr.subscriptions.create({
    customerId: 'cust_8fa2',
    priceId: price.id,
  });
  return subscription;
}
