// How the documentation reacts to a paid invoice.
declare function grantAccess(customerId: string): Promise<void>;

import { Vinr } from '@vinr/sdk';

const vinr = new Vinr({ secretKey: process.env.VINR_SECRET_KEY });

export async function handle(payload: string, signature: string | null) {
  const event = vinr.webhooks.verify(payload, signature);
  if (event.type === 'invoice.paid') {
    await grantAccess(event.data.customerId);
  }
}
