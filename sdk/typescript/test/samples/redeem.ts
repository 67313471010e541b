// How the documentation redeems points at the checkout.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function redeem() {
  const redemption = await vinr.loyalty.redemptions.create({
    account: 'loy_9f2k',
    reward: 'rwd_5eur_off', // a EUR 5.00 discount reward
  }); // -> { id: 'rdm_...', discount: 500 }
  const payment = await vinr.payments.create({
    amount: 4200, // original EUR 42.00
    currency: 'eur',
    customer: 'cust_abc123',
    redemptions: [redemption.id], // charges EUR 37.00
  });
  return { redemption, payment };
}

export async function abandon(id: string) {
  return await vinr.loyalty.redemptions.cancel(id);
}
