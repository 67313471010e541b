// The objects of the API under the names that people use. Their fields come from the server's own document; what the
// document says in words only (`Always \`payment\``) is said here in types.
import type { components as Accounts } from './generated/account.js';
import type { components as Balances } from './generated/balance.js';
import type { components as Billing } from './generated/billing.js';
import type { components as Coupons } from './generated/coupons.js';
import type { components as Customers } from './generated/customers.js';
import type { components as Disputes } from './generated/disputes.js';
import type { components as DunningPolicies } from './generated/dunning-policies.js';
import type { components as InvoiceItems } from './generated/invoice-items.js';
import type { components as Invoices } from './generated/invoices.js';
import type { components as LoyaltyAccounts } from './generated/loyalty-accounts.js';
import type { components as LoyaltyCredit } from './generated/loyalty-credit.js';
import type { components as LoyaltyEarningRules } from './generated/loyalty-earning-rules.js';
import type { components as LoyaltyPoints } from './generated/loyalty-points.js';
import type { components as LoyaltyPrograms } from './generated/loyalty-programs.js';
import type { components as LoyaltyRedemptions } from './generated/loyalty-redemptions.js';
import type { components as LoyaltyRewards } from './generated/loyalty-rewards.js';
import type { components as LoyaltyTiers } from './generated/loyalty-tiers.js';
import type { components as LoyaltyTransactions } from './generated/loyalty-transactions.js';
import type { components as PaymentLinks } from './generated/payment-links.js';
import type { components as Methods } from './generated/payment-methods.js';
import type { components as Payments } from './generated/payments.js';
import type { components as PaymentSessions } from './generated/payments-sessions.js';
import type { components as Payouts } from './generated/payouts.js';
import type { components as Prices } from './generated/prices.js';
import type { components as Products } from './generated/products.js';
import type { components as Refunds } from './generated/refunds.js';
import type { components as Settlements } from './generated/settlements.js';
import type { components as SubscriptionItems } from './generated/subscription-items.js';
import type { components as Subscriptions } from './generated/subscriptions.js';
import type { components as TaxRates } from './generated/tax-rates.js';
import type { components as Tests } from './generated/test.js';
import type { components as Usages } from './generated/usage.js';
import type { components as Webhooks } from './generated/webhooks.js';

/** T with some of its fields said more exactly. */
type Refine<T, Exact> = Omit<T, keyof Exact> & Exact;
/** A list's parameters, of which each may be left out. */
type ListOf<Query> = Partial<Query>;

type P = Payments['schemas'] & PaymentSessions['schemas'];
type C = Customers['schemas'];
type L = PaymentLinks['schemas'];
type R = Refunds['schemas'];
type D = Disputes['schemas'];
type W = Webhooks['schemas'];
/** Of the catalog's resources together: no two of their names are the same. */
type B = Coupons['schemas'] & Prices['schemas'] & Products['schemas'] & TaxRates['schemas'];
/** Of subscriptions and their invoices together: no two of their names are the same. */
type S = Billing['schemas'] &
  DunningPolicies['schemas'] &
  InvoiceItems['schemas'] &
  Invoices['schemas'] &
  SubscriptionItems['schemas'] &
  Subscriptions['schemas'] &
  Usages['schemas'];
/** Of loyalty's resources together: no two of their names are the same. */
type Y = LoyaltyAccounts['schemas'] &
  LoyaltyCredit['schemas'] &
  LoyaltyEarningRules['schemas'] &
  LoyaltyPoints['schemas'] &
  LoyaltyPrograms['schemas'] &
  LoyaltyRedemptions['schemas'] &
  LoyaltyRewards['schemas'] &
  LoyaltyTiers['schemas'] &
  LoyaltyTransactions['schemas'];

export type PaymentStatus = NonNullable<P['GetPaymentsQuery']['status']>;
/** What sort of thing pays. */
export type MethodType = 'card' | 'ideal' | 'sepa_debit';
export type CaptureMethod = 'automatic' | 'manual';
export type FailureCategory = 'issuer_declined' | 'invalid_request' | 'authentication_failed' | 'processing_error' | 'fraud_blocked';

/** Why an attempt brought no money. */
export interface Failure {
  code: string;
  category: FailureCategory;
  message: string;
  /** Whether the same card may be tried again. */
  retryable: boolean;
}

export interface Payment
  extends Refine<
    P['Payment'],
    {
      object: 'payment';
      status: PaymentStatus;
      captureMethod: CaptureMethod;
      method: MethodType | null;
      failure: Failure | null;
      timeline: { status: PaymentStatus; at: string; note: string | null }[];
      /** The newest refund, whole. */
      latestRefund: Refund | null;
      /** The whole customer, where `expand` asks for it. */
      customer?: Customer | null;
    }
  > {}

/** References may be written without their `Id`. */
interface PaymentReferences {
  /** The same as `customerId`. */
  customer?: string | null;
  /** The same as `paymentMethodId`. */
  paymentMethod?: string | null;
}

export type PaymentCreateParams = P['PostPaymentsBody'] &
  PaymentReferences & {
    /** The same as the request option: names this creation, so that it takes effect once. */
    idempotencyKey?: string;
  };
export type PaymentConfirmParams = P['PostPaymentsIdConfirmBody'] & Pick<PaymentReferences, 'paymentMethod'>;
export type PaymentCaptureParams = P['PostPaymentsIdCaptureBody'];
export type PaymentCancelParams = P['PostPaymentsIdCancelBody'];
export type PaymentRetrieveParams = P['GetPaymentsIdQuery'];
export type PaymentListParams = ListOf<P['GetPaymentsQuery']> &
  Pick<PaymentReferences, 'customer'> & {
    /** The same as `paymentLinkId`. */
    paymentLink?: string | null;
  };
export type PaymentMethodCreateParams = Methods['schemas']['PostPaymentMethodsBody'] & {
  /** The same as `customerId`. */
  customer?: string | null;
};

/** A payment together with what the browser needs to mount Elements for it. */
export interface PaymentSession extends Payment {
  /** Opens this one payment to the browser. It is shown in this answer only. */
  clientSecret: string;
}

export type PaymentLinkStatus = 'active' | 'inactive' | 'expired' | 'completed';
/** An address that makes payments. */
export interface PaymentLink extends Refine<L['PaymentLink'], { object: 'payment_link'; status: PaymentLinkStatus }> {}
export type PaymentLinkCreateParams = L['PostPaymentLinksBody'] & { idempotencyKey?: string };
export type PaymentLinkUpdateParams = L['PatchPaymentLinksIdBody'];
export type PaymentLinkListParams = ListOf<L['GetPaymentLinksQuery']>;
export type RefundStatus = 'pending' | 'succeeded' | 'failed';
export type RefundReason = NonNullable<R['PostRefundsBody']['reason']>;
/** Money of a payment on its way back. */
export interface Refund
  extends Refine<
    R['Refund'],
    {
      object: 'refund';
      status: RefundStatus;
      reason: RefundReason | null;
      failureReason: 'destination_account_closed' | 'operation_not_available' | null;
    }
  > {}
/** References may be written without their `Id`; one of the two is there. */
type OfPayment = { paymentId: string; payment?: never } | { payment: string; paymentId?: never };
export type RefundCreateParams = Omit<R['PostRefundsBody'], 'paymentId'> & OfPayment & { idempotencyKey?: string };
export type RefundListParams = ListOf<R['GetRefundsQuery']> & {
  /** The same as `paymentId`. */
  payment?: string | null;
};

export type DisputeStatus = NonNullable<D['GetDisputesQuery']['status']>;
export type DisputeReason = NonNullable<Tests['schemas']['PostTestPaymentsIdDisputeBody']['reason']>;
/** A charge that the buyer's bank took back. */
export interface Dispute extends Refine<D['Dispute'], { object: 'dispute'; status: DisputeStatus; reason: DisputeReason }> {}
export type DisputeUpdateParams = D['PatchDisputesIdBody'];
export type DisputeListParams = ListOf<D['GetDisputesQuery']> & {
  /** The same as `paymentId`. */
  payment?: string | null;
};

export interface Customer extends Refine<C['Customer'], { object: 'customer' }> {}
export interface DeletedCustomer extends Refine<C['DeletedCustomer'], { object: 'customer'; deleted: true }> {}
export type CustomerCreateParams = C['PostCustomersBody'] & { idempotencyKey?: string };
export type CustomerUpdateParams = C['PatchCustomersIdBody'];
export type CustomerListParams = ListOf<C['GetCustomersQuery']>;
export type CustomerListMethodsParams = ListOf<C['GetCustomersIdMethodsQuery']>;
export type CustomerSetupMethodParams = C['PostCustomersIdSetupMethodBody'] & { customerId: string; idempotencyKey?: string };

/** What can be kept and charged again. */
export type SavedMethodType = Exclude<MethodType, 'ideal'>;
/** The leave that a bank account's holder gave to debit it. */
export interface Mandate extends Refine<NonNullable<C['PaymentMethod']['mandate']>, { status: 'active' | 'revoked' }> {}

/** A saved method. Never a whole number. */
export interface PaymentMethod
  extends Refine<
    C['PaymentMethod'],
    {
      object: 'payment_method';
      type: SavedMethodType;
      /** Of a card. */
      funding: 'credit' | 'debit' | 'prepaid' | 'unknown' | null;
      /** By which a bank account is debited. */
      mandate: Mandate | null;
      status: 'active' | 'detached';
    }
  > {}

export type SetupStatus = 'pending' | 'requires_authentication' | 'succeeded' | 'failed' | 'expired';
/** A buyer's visit to the hosted page to save a method. */
export interface Setup extends Refine<C['Setup'], { object: 'setup'; status: SetupStatus; failure: Failure | null }> {}

export type BalanceAmount = Balances['schemas']['Balance']['available'][number];
export interface Balance extends Refine<Balances['schemas']['Balance'], { object: 'balance' }> {}
export type BalanceTransactionType = NonNullable<Balances['schemas']['GetBalanceTransactionsQuery']['type']>;
/** What one thing gave to the balance or took from it. */
export interface BalanceTransaction
  extends Refine<Balances['schemas']['BalanceTransaction'], { object: 'balance_transaction'; type: BalanceTransactionType }> {}
export type BalanceTransactionListParams = ListOf<Balances['schemas']['GetBalanceTransactionsQuery']>;

/** What a day in one currency came to. */
export interface Settlement extends Refine<Settlements['schemas']['Settlement'], { object: 'settlement' }> {}
export type SettlementListParams = ListOf<Settlements['schemas']['GetSettlementsQuery']>;
export type SettlementListTransactionsParams = ListOf<Settlements['schemas']['GetSettlementsIdTransactionsQuery']>;

export type PayoutStatus = NonNullable<Payouts['schemas']['GetPayoutsQuery']['status']>;
/** Money on its way to your bank. */
export interface Payout extends Refine<Payouts['schemas']['Payout'], { object: 'payout'; status: PayoutStatus }> {}
export type PayoutCreateParams = Payouts['schemas']['PostPayoutsBody'] & { idempotencyKey?: string };
export type PayoutListParams = ListOf<Payouts['schemas']['GetPayoutsQuery']>;

/** What must be so in the ledger, and whether it is. */
export interface Reconciliation extends Refine<Balances['schemas']['Reconciliation'], { object: 'reconciliation' }> {}

/** What points are called, are worth, and when they lapse. */
export interface LoyaltyProgram extends Refine<Y['LoyaltyProgram'], { object: 'program' }> {}
export type LoyaltyProgramCreateParams = Y['PostLoyaltyProgramsBody'] & { idempotencyKey?: string };
export type LoyaltyProgramUpdateParams = Y['PatchLoyaltyProgramsIdBody'];
export type LoyaltyProgramListParams = ListOf<Y['GetLoyaltyProgramsQuery']>;
/** What a member is by what they spent or earned lately. */
export type Tier = NonNullable<LoyaltyProgram['tierConfig']>['tiers'][number] & { object: 'tier'; programId: string };
export type TierListParams = Y['GetLoyaltyTiersQuery'] & Pick<OfMember, 'program'>;
/** References may be written without their `Id`. */
interface OfMember {
  /** The same as `programId`. */
  program?: string | null;
  /** The same as `customerId`. */
  customer?: string | null;
}
/** A member of a program. */
export interface LoyaltyAccount extends Refine<Y['LoyaltyAccount'], { object: 'loyalty_account'; status: 'active' | 'closed' }> {}
export type LoyaltyAccountCreateParams = Y['PostLoyaltyAccountsBody'] & OfMember & { idempotencyKey?: string };
export type LoyaltyAccountUpdateParams = Y['PatchLoyaltyAccountsIdBody'];
export type LoyaltyAccountListParams = ListOf<Y['GetLoyaltyAccountsQuery']> & OfMember;
/** What a rule gives. */
export type Award =
  | { type: 'per_amount'; /** Hundredths of a major unit; 100 if nothing is said. */ per?: number; points: number }
  | { type: 'fixed'; points: number }
  | ({ type: 'per_currency' } & Record<string, number | 'per_currency'>);
/** What earns points by itself. */
export interface EarningRule
  extends Refine<Y['EarningRule'], { object: 'earning_rule'; trigger: 'payment.completed' | 'loyalty.account.created'; award: Award }> {}
export interface DeletedEarningRule extends Refine<Y['DeletedEarningRule'], { object: 'earning_rule'; deleted: true }> {}
export type EarningRuleCreateParams = Omit<Y['PostLoyaltyEarningRulesBody'], 'award'> &
  Pick<OfMember, 'program'> & { award: Award; idempotencyKey?: string };
export type EarningRuleUpdateParams = Omit<Y['PatchLoyaltyEarningRulesIdBody'], 'award'> & { award?: Award | null };
export type EarningRuleListParams = ListOf<Y['GetLoyaltyEarningRulesQuery']> & Pick<OfMember, 'program'>;
export type PointsTransactionType = NonNullable<Y['GetLoyaltyTransactionsQuery']['type']>;
/** A movement of points. */
export interface PointsTransaction
  extends Refine<
    Y['PointsTransaction'],
    {
      object: 'points_transaction';
      type: PointsTransactionType;
      /** The member's customer. Only an account without a customer has none: look at `account` if you keep such members. */
      customerId: string;
    }
  > {}
/** What a movement of points came from. */
export type PointsSource = PointsTransaction['source'];
/** References may be written without their `Id`; one of the two is there. */
type OfAccount = { accountId: string; account?: never } | { account: string; accountId?: never };
export type PointsTransactionCreateParams = Omit<Y['PostLoyaltyTransactionsBody'], 'accountId'> & OfAccount & { idempotencyKey?: string };
export type PointsTransactionListParams = ListOf<Y['GetLoyaltyTransactionsQuery']> & {
  /** The same as `accountId`. */
  account?: string | null;
  /** The same as `paymentId`. */
  payment?: string | null;
};
export type PointsEarnParams = Y['PostLoyaltyPointsEarnBody'] &
  OfMember & {
    /** The same as `accountId`. */
    account?: string | null;
    /** The same as `sourcePaymentId`. */
    sourcePayment?: string | null;
    idempotencyKey?: string;
  };

export type RewardType = Y['PostLoyaltyRewardsBody']['type'];
/** What members can exchange points for. */
export interface Reward extends Refine<Y['Reward'], { object: 'reward'; type: RewardType }> {}
export type RewardCreateParams = Y['PostLoyaltyRewardsBody'] & Pick<OfMember, 'program'> & { idempotencyKey?: string };
export type RewardUpdateParams = Y['PatchLoyaltyRewardsIdBody'];
export type RewardListParams = ListOf<Y['GetLoyaltyRewardsQuery']> & Pick<OfMember, 'program'>;

export type RedemptionStatus = NonNullable<Y['GetLoyaltyRedemptionsQuery']['status']>;
/** Points exchanged for a reward. */
export interface Redemption
  extends Refine<
    Y['Redemption'],
    {
      object: 'redemption';
      status: RedemptionStatus;
      /** The member's customer; see `PointsTransaction`. */
      customerId: string;
    }
  > {}
/** References may be written without their `Id`; one of the two is there. */
type ForReward = { rewardId: string; reward?: never } | { reward: string; rewardId?: never };
export type RedemptionCreateParams = Omit<Y['PostLoyaltyRedemptionsBody'], 'accountId' | 'rewardId'> &
  OfAccount &
  ForReward & { idempotencyKey?: string };
export type RedemptionListParams = ListOf<Y['GetLoyaltyRedemptionsQuery']> & {
  /** The same as `accountId`. */
  account?: string | null;
  /** The same as `paymentId`. */
  payment?: string | null;
};

/** What a customer has as store credit. */
export interface StoreCredit extends Refine<Y['StoreCredit'], { object: 'store_credit' }> {}
export type StoreCreditRetrieveParams = OfCustomer;
/** A movement of a customer's store credit. */
export interface CreditTransaction
  extends Refine<Y['CreditTransaction'], { object: 'credit_transaction'; type: 'grant' | 'spend' | 'refund' }> {}
export type CreditTransactionListParams = ListOf<Y['GetLoyaltyCreditTransactionsQuery']> & {
  /** The same as `customerId`. */
  customer?: string | null;
  /** The same as `paymentId`. */
  payment?: string | null;
};
/** References may be written without their `Id`; one of the two is there. */
type OfCustomer = { customerId: string; customer?: never } | { customer: string; customerId?: never };

export interface Account extends Refine<Accounts['schemas']['Account'], { object: 'account' }> {}
export type AccountUpdateParams = Accounts['schemas']['PatchAccountBody'];

export type DeliveryStatus = NonNullable<W['GetWebhooksIdDeliveriesQuery']['status']>;
export interface WebhookEndpoint
  extends Refine<
    W['WebhookEndpoint'],
    { object: 'webhook_endpoint'; status: 'enabled' | 'disabled'; disabledReason: 'by_hand' | 'gone' | 'failing' | null }
  > {}
/** An endpoint in the answer that shows its secret. */
export interface WebhookEndpointWithSecret extends WebhookEndpoint {
  /** `whsec_…`, shown once: keep it. */
  secret: string;
}
export interface DeletedWebhookEndpoint
  extends Refine<W['DeletedWebhookEndpoint'], { object: 'webhook_endpoint'; deleted: true }> {}
export interface WebhookDelivery extends Refine<W['WebhookDelivery'], { object: 'webhook_delivery'; status: DeliveryStatus }> {}
export interface WebhookDeliveryWithLog
  extends Refine<W['WebhookDeliveryWithLog'], { object: 'webhook_delivery'; status: DeliveryStatus }> {}
export type WebhookCreateParams = W['PostWebhooksBody'] & { idempotencyKey?: string };
export type WebhookUpdateParams = W['PatchWebhooksIdBody'];
export type WebhookRotateSecretParams = W['PostWebhooksIdRotateSecretBody'];
export type WebhookListParams = ListOf<W['GetWebhooksQuery']>;
export type WebhookDeliveryListParams = ListOf<W['GetWebhooksIdDeliveriesQuery']>;

export interface TestClock extends Clock<Tests['schemas']['Shown']> {}
export interface TestClockAdvance extends Clock<Tests['schemas']['Advanced']> {}
type Clock<T> = Refine<T, { object: 'test_clock' }>;
export type TestClockAdvanceParams = Tests['schemas']['PostTestClockAdvanceBody'];
export interface TestReset extends Refine<Tests['schemas']['TestReset'], { object: 'test_reset' }> {}
export type TestPayParams = Tests['schemas']['PostTestPaymentsIdPayBody'];
export type TestSetupPayParams = Tests['schemas']['PostTestSetupsIdPayBody'];
export type TestDebitParams = Tests['schemas']['PostTestPaymentsIdDebitBody'];
export type TestSetupDebitParams = Tests['schemas']['PostTestSetupsIdDebitBody'];
export type TestPaymentMethodUpdateParams = Tests['schemas']['PostTestPaymentMethodsIdUpdateBody'];
export type TestAuthenticateParams = Tests['schemas']['PostTestPaymentsIdAuthenticateBody'];
export type TestDisputeParams = Tests['schemas']['PostTestPaymentsIdDisputeBody'];

/** What is sold. */
export interface Product extends Refine<B['Product'], { object: 'product' }> {}
export type ProductCreateParams = B['PostProductsBody'] & { idempotencyKey?: string };
export type ProductUpdateParams = B['PatchProductsIdBody'];
export type ProductListParams = ListOf<B['GetProductsQuery']>;

export type PriceModel = NonNullable<B['PostPricesBody']['model']>;
export type PriceInterval = NonNullable<B['PostPricesBody']['recurring']>['interval'];
export type PriceUsageType = 'licensed' | 'metered';
export type PriceAggregateUsage = 'sum' | 'max' | 'last_during_period';
/** What a product costs. */
export interface Price
  extends Refine<
    B['Price'],
    {
      object: 'price';
      model: PriceModel;
      recurring: {
        interval: PriceInterval;
        intervalCount: number;
        usageType: PriceUsageType;
        aggregateUsage: PriceAggregateUsage | null;
      } | null;
    }
  > {}
/** References may be written without their `Id`; one of the two is there. */
type OfProduct = { productId: string; product?: never } | { product: string; productId?: never };
export type PriceCreateParams = Omit<B['PostPricesBody'], 'productId'> & OfProduct & { idempotencyKey?: string };
/** What a price costs never changes, so it is not among these. */
export type PriceUpdateParams = Pick<B['PatchPricesIdBody'], 'nickname' | 'active' | 'metadata'>;
export type PriceListParams = ListOf<B['GetPricesQuery']> & {
  /** The same as `productId`. */
  product?: string | null;
};

export type CouponDuration = NonNullable<B['PostCouponsBody']['duration']>;
/** Money off what is sold. */
export interface Coupon extends Refine<B['Coupon'], { object: 'coupon'; duration: CouponDuration }> {}
export type CouponCreateParams = B['PostCouponsBody'] & { idempotencyKey?: string };
/** What it takes off never changes, so it is not among these. */
export type CouponUpdateParams = Pick<B['PatchCouponsIdBody'], 'name' | 'active' | 'metadata'>;
export type CouponListParams = ListOf<B['GetCouponsQuery']>;

/** A tax and how much it is. */
export interface TaxRate extends Refine<B['TaxRate'], { object: 'tax_rate' }> {}
export type TaxRateCreateParams = B['PostTaxRatesBody'] & { idempotencyKey?: string };
/** How much it is never changes, so it is not among these. */
export type TaxRateUpdateParams = Pick<B['PatchTaxRatesIdBody'], 'displayName' | 'active' | 'metadata'>;
export type TaxRateListParams = ListOf<B['GetTaxRatesQuery']>;

export type SubscriptionStatus = NonNullable<S['GetSubscriptionsQuery']['status']>;
export type CollectionMethod = NonNullable<S['PostSubscriptionsBody']['collectionMethod']>;
export type PauseBehavior = NonNullable<S['PatchSubscriptionsIdBody']['pauseCollection']>['behavior'];
/** What a customer pays for again and again. */
export interface Subscription
  extends Refine<
    S['Subscription'],
    {
      object: 'subscription';
      status: SubscriptionStatus;
      collectionMethod: CollectionMethod;
      pauseCollection: { behavior: PauseBehavior; resumesAt: string | null } | null;
    }
  > {}
export type SubscriptionCreateParams = Omit<S['PostSubscriptionsBody'], 'customerId'> &
  OfCustomer & {
    /** The same as `priceId`. */
    price?: string | null;
    idempotencyKey?: string;
  };
export type SubscriptionUpdateParams = S['PatchSubscriptionsIdBody'];
export type SubscriptionPreviewParams = S['PostSubscriptionsIdPreviewBody'];
export type SubscriptionCancelParams = Partial<S['DeleteSubscriptionsIdQuery']>;
export type SubscriptionListParams = ListOf<S['GetSubscriptionsQuery']> & Pick<OfMember, 'customer'>;

/** References may be written without their `Id`. */
interface OfSubscription {
  /** The same as `subscriptionId`. */
  subscription?: string | null;
}

export type InvoiceStatus = NonNullable<S['GetInvoicesQuery']['status']>;
/** What a customer owes. */
export interface Invoice extends Refine<S['Invoice'], { object: 'invoice'; status: InvoiceStatus }> {}
export type InvoiceLine = Invoice['lines'][number];
export type InvoiceCreateParams = Omit<S['PostInvoicesBody'], 'customerId'> & OfCustomer & { idempotencyKey?: string };
export type InvoicePayParams = S['PostInvoicesIdPayBody'];
export type InvoiceListParams = ListOf<S['GetInvoicesQuery']> & Pick<OfMember, 'customer'> & OfSubscription;
/** How a line of an invoice came about. */
export interface InvoiceLineExplanation extends Refine<S['InvoiceLineExplanation'], { object: 'invoice_line_explanation' }> {}

/** What waits for an invoice, or is on one. */
export interface InvoiceItem extends Refine<S['InvoiceItem'], { object: 'invoice_item' }> {}
export type InvoiceItemCreateParams = Omit<S['PostInvoiceItemsBody'], 'customerId'> &
  OfCustomer &
  OfSubscription & { idempotencyKey?: string };

export type UsageAction = NonNullable<S['PostUsageBody']['action']>;
/** A report of what was used of a metered price. */
export interface UsageRecord extends Refine<S['UsageRecord'], { object: 'usage_record'; action: UsageAction }> {}
export type UsageRecordParams = S['PostUsageBody'] & OfSubscription & { idempotencyKey?: string };
export type UsageRecordBatchParams = S['PostUsageBatchBody'] & { idempotencyKey?: string };
/** What became of each report of a batch, in their order. */
export interface UsageBatch
  extends Refine<
    S['UsageBatch'],
    { object: 'usage_batch'; data: Refine<S['UsageBatch']['data'][number], { record: UsageRecord | null }>[] }
  > {}
/** What was used of an item in a period. */
export interface UsageSummary extends Refine<S['UsageSummary'], { object: 'usage_summary'; aggregateUsage: PriceAggregateUsage }> {}
export type UsageSummaryListParams = ListOf<S['GetSubscriptionItemsIdUsageSummariesQuery']>;

/** When a failed invoice is tried again, and what becomes of its subscription after the last retry. */
export interface DunningPolicy extends Refine<S['DunningPolicy'], { object: 'dunning_policy' }> {}
export type DunningPolicyCreateParams = S['PostDunningPoliciesBody'] & { idempotencyKey?: string };
export type DunningPolicyUpdateParams = S['PatchDunningPoliciesIdBody'];
export type DunningPolicyListParams = ListOf<S['GetDunningPoliciesQuery']>;
