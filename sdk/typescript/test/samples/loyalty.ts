// How the documentation reacts to points that a purchase earned.
import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function POST(req: Request) {
  const payload = await req.text();
  const signature = req.headers.get('x-vinr-signature')!;
  const event = vinr.webhooks.verify(payload, signature);
  if (event.type === 'loyalty.points.earned') {
    const { account, points, source } = event.data;
    // source.payment is the pay_... that triggered the award.
    console.log(`Awarded ${points} pts to ${account} from ${source.payment}`);
  }
  return new Response('ok');
}
