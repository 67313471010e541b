import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function POST(request: Request): Promise<Response> {
  // The raw body: a signature is about bytes, not about what a JSON parser makes of them.
  const payload = await request.text();
  // Throws when the webhook is not VINR's: answer 400 then.
  const event = vinr.webhooks.verify(payload, request.headers.get('x-vinr-signature'));

  // The same event may come more than once.
  if (event.type === 'payment.completed' && (await isNew(event.id))) {
    await pack(event.data.metadata.orderId);
  }
  return new Response(null, { status: 204 });
}
