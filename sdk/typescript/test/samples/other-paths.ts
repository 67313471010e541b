// The two other ways to pay, as the documentation prints them.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function embedded(): Promise<string> {
  const session = await vinr.payments.createSession({
    amount: 1000,
    currency: 'EUR',
  });
  // Pass session.clientSecret to the browser and mount Elements with it.
  return session.clientSecret;
}

export async function direct() {
  const payment = await vinr.payments.create({
    amount: 1000,
    currency: 'EUR',
    paymentMethod: 'pm_tokenized_from_your_client',
    confirm: true,
  });
  return payment;
}
