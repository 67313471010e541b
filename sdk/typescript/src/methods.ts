// Saved methods and the setups that save them: written by hand until the server's OpenAPI document has them.
import type { Failure } from './types.js';

/** A saved method of a customer. Never a whole number. */
export interface PaymentMethod {
  id: string;
  object: 'payment_method';
  type: 'card';
  customerId: string | null;
  brand: string;
  last4: string;
  expMonth: number;
  expYear: number;
  funding: 'credit' | 'debit' | 'prepaid' | 'unknown';
  country: string | null;
  /** The same for the same card in your account. */
  fingerprint: string;
  billingDetails: { name: string | null };
  status: 'active' | 'detached';
  created_at: string;
}

export type SetupStatus = 'pending' | 'requires_authentication' | 'succeeded' | 'failed' | 'expired';

/** A buyer's visit to the hosted page to save a method. */
export interface Setup {
  id: string;
  object: 'setup';
  status: SetupStatus;
  customerId: string;
  /** The method, once it is attached. */
  paymentMethodId: string | null;
  returnUrl: string | null;
  cancelUrl: string | null;
  /** The hosted page. */
  checkoutUrl: string;
  /** Where the buyer answers an open 3DS challenge. */
  authenticationUrl: string | null;
  /** Why the last card was refused. */
  failure: Failure | null;
  metadata: Record<string, string>;
  expiresAt: string;
  created_at: string;
}
