// Events, told apart by their `type`: checking it tells TypeScript what `data` is.
import type { components } from './generated/events.js';
import type {
  Customer,
  Dispute,
  Invoice,
  LoyaltyAccount,
  Payment,
  PaymentMethod,
  Payout,
  PointsTransaction,
  Redemption,
  Refund,
  Settlement,
  Subscription,
  WebhookEndpoint,
} from './types.js';

/** What each type of event carries. */
export interface EventData {
  'payment.created': Payment;
  'payment.processing': Payment;
  'payment.requires_authentication': Payment;
  'payment.requires_action': Payment;
  'payment.authorized': Payment;
  'payment.completed': Payment;
  'payment.failed': Payment;
  'payment.refunded': Payment;
  'payment.cancelled': Payment;
  'payment.expired': Payment;
  'refund.created': Refund;
  'refund.updated': Refund;
  'refund.failed': Refund;
  'dispute.created': Dispute;
  'dispute.updated': Dispute;
  'dispute.won': Dispute;
  'dispute.lost': Dispute;
  'customer.created': Customer;
  'customer.updated': Customer;
  'customer.deleted': Customer;
  'payment_method.attached': PaymentMethod;
  'payment_method.detached': PaymentMethod;
  'payment_method.updated': PaymentMethod;
  'payment_method.expiring': PaymentMethod;
  'loyalty.account.created': LoyaltyAccount;
  'loyalty.points.earned': PointsTransaction;
  'loyalty.points.redeemed': Redemption;
  'loyalty.points.expiring': LoyaltyAccount;
  'loyalty.tier.changed': LoyaltyAccount & { from: string; to: string };
  'subscription.created': Subscription;
  'subscription.updated': Subscription;
  'subscription.trial_will_end': Subscription;
  'subscription.deleted': Subscription;
  'invoice.created': Invoice;
  'invoice.finalized': Invoice;
  'invoice.paid': Invoice;
  'invoice.payment_failed': Invoice;
  'invoice.payment_action_required': Invoice;
  'invoice.voided': Invoice;
  'invoice.marked_uncollectible': Invoice;
  'settlement.created': Settlement;
  'payout.created': Payout;
  'payout.paid': Payout;
  'payout.failed': Payout;
  'webhook_endpoint.disabled': WebhookEndpoint;
  'webhook.test': WebhookEndpoint;
}

/** The name of an event. */
export type EventType = keyof EventData;

/** An event of one type. */
export interface EventOf<Type extends EventType> extends Omit<components['schemas']['Event'], 'object' | 'type' | 'data'> {
  object: 'event';
  type: Type;
  /** The whole object as it was at that moment. */
  data: EventData[Type];
}

/** Any event. A `switch` on `type` needs a `default`: servers learn new types before programs do. */
export type VinrEvent = { [Type in EventType]: EventOf<Type> }[EventType];

export type EventListParams = Omit<Partial<components['schemas']['GetEventsQuery']>, 'type'> & { type?: EventType | null };
