// The webhook handler of the documentation, as it is printed there.
declare function fulfillOrder(orderId: string): Promise<void>;
declare function grantAccess(customerId: string): Promise<void>;
declare function notifyCustomer(customerId: string, points: number): Promise<void>;

import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function POST(req: Request) {
  const payload = await req.text();
  const signature = req.headers.get('x-vinr-signature');

  const event = vinr.webhooks.verify(payload, signature);

  switch (event.type) {
    case 'payment.completed':
      await fulfillOrder(event.data.metadata.orderId);
      break;
    case 'invoice.paid':
      await grantAccess(event.data.customerId);
      break;
    case 'loyalty.points.earned':
      await notifyCustomer(event.data.customerId, event.data.amount);
      break;
  }

  return new Response('OK', { status: 200 });
}
