// How the documentation names the member on a payment, and audits what was earned.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function members() {
  // Preferred: attach the customer; the member is resolved from the link.
  const payment = await vinr.payments.create({
    amount: 4200, // EUR 42.00 in minor units
    currency: 'eur',
    customer: 'cust_abc123', // linked to loy_... behind the scenes
  });
  // Fallback when you have no customer record: pin the member directly.
  const guestPayment = await vinr.payments.create({
    amount: 4200,
    currency: 'eur',
    metadata: { loyalty_account: 'loy_9f2k' },
  });
  return [payment, guestPayment];
}

export async function audit() {
  const ledger = await vinr.loyalty.transactions.list({
    account: 'loy_9f2k',
    created: { gte: 1717113600 }, // unix seconds
  });
  return ledger;
}
