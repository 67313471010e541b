// Events ahead of the server: written by hand from the product's documents, so that handlers can name them already.
// A type moves to `events.ts`, and its object to the generated types, when the server's OpenAPI document has it.

/** An invoice, as far as its events are used. */
export interface Invoice {
  id: string;
  object: 'invoice';
  number: string | null;
  status: 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';
  customerId: string;
  subscriptionId: string | null;
  currency: string;
  total: number;
  amountDue: number;
  amountPaid: number;
  paymentId: string | null;
  metadata: Record<string, string>;
  created_at: string;
}

/** A subscription, as far as its events are used. */
export interface Subscription {
  id: string;
  object: 'subscription';
  status: 'trialing' | 'incomplete' | 'active' | 'past_due' | 'paused' | 'canceled';
  customerId: string;
  metadata: Record<string, string>;
  created_at: string;
}

/** What these events carry. */
export interface AheadEventData {
  'invoice.created': Invoice;
  'invoice.paid': Invoice;
  'invoice.payment_failed': Invoice;
  'subscription.deleted': Subscription;
}
