// The first steps of the documentation, as they are printed there; only the function around them is ours.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function GET() {
  const payment = await vinr.payments.create({
    amount: 1000, // €10.00 in minor units
    currency: 'EUR',
    description: 'Order #1234',
    returnUrl: 'https://yoursite.com/checkout/return',
  });

  return Response.redirect(payment.checkoutUrl);
}
