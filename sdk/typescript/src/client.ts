import { read } from './options.js';
import type { Environment, VinrOptions } from './options.js';
import { Account } from './resources/account.js';
import { Balance } from './resources/balance.js';
import { Coupons } from './resources/coupons.js';
import { Customers } from './resources/customers.js';
import { Disputes } from './resources/disputes.js';
import { DunningPolicies } from './resources/dunning-policies.js';
import { Events } from './resources/events.js';
import { InvoiceItems } from './resources/invoice-items.js';
import { Invoices } from './resources/invoices.js';
import { Loyalty } from './resources/loyalty.js';
import { PaymentLinks } from './resources/payment-links.js';
import { PaymentMethods } from './resources/payment-methods.js';
import { Payments } from './resources/payments.js';
import { Payouts } from './resources/payouts.js';
import { Prices } from './resources/prices.js';
import { Products } from './resources/products.js';
import { Reconciliation } from './resources/reconciliation.js';
import { Refunds } from './resources/refunds.js';
import { Settlements } from './resources/settlements.js';
import { Setups } from './resources/setups.js';
import { Subscriptions } from './resources/subscriptions.js';
import { TaxRates } from './resources/tax-rates.js';
import { Test } from './resources/test.js';
import { Usage } from './resources/usage.js';
import { Webhooks } from './resources/webhooks.js';
import { Verifier } from './signature.js';
import { Transport } from './transport.js';

/** VINR's API for one account in one environment. Make one and keep it. */
export class Vinr {
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly disputes: Disputes;
  readonly customers: Customers;
  readonly paymentMethods: PaymentMethods;
  readonly paymentLinks: PaymentLinks;
  readonly setups: Setups;
  readonly products: Products;
  readonly prices: Prices;
  readonly coupons: Coupons;
  readonly taxRates: TaxRates;
  readonly subscriptions: Subscriptions;
  readonly invoices: Invoices;
  readonly invoiceItems: InvoiceItems;
  readonly usage: Usage;
  readonly dunningPolicies: DunningPolicies;
  readonly loyalty: Loyalty;
  readonly events: Events;
  readonly balance: Balance;
  readonly reconciliation: Reconciliation;
  readonly settlements: Settlements;
  readonly payouts: Payouts;
  readonly account: Account;
  readonly webhooks: Webhooks;
  /** Sandbox only. */
  readonly test: Test;
  /** The environment that the key belongs to. */
  readonly environment: Environment;
  /** The key for browsers, if one was passed. */
  readonly publicKey: string | undefined;

  /** @throws VinrAuthenticationError if the secret key is missing or malformed, VinrInvalidRequestError for another option */
  constructor(options: VinrOptions) {
    const settings = read(options);
    const transport = new Transport(settings);
    this.environment = settings.environment;
    this.publicKey = settings.publicKey;
    this.payments = new Payments(transport);
    this.refunds = new Refunds(transport);
    this.disputes = new Disputes(transport);
    this.customers = new Customers(transport);
    this.paymentMethods = new PaymentMethods(transport);
    this.paymentLinks = new PaymentLinks(transport);
    this.setups = new Setups(transport);
    this.products = new Products(transport);
    this.prices = new Prices(transport);
    this.coupons = new Coupons(transport);
    this.taxRates = new TaxRates(transport);
    this.subscriptions = new Subscriptions(transport);
    this.invoices = new Invoices(transport);
    this.invoiceItems = new InvoiceItems(transport);
    this.usage = new Usage(transport);
    this.dunningPolicies = new DunningPolicies(transport);
    this.loyalty = new Loyalty(transport);
    this.events = new Events(transport);
    this.balance = new Balance(transport);
    this.reconciliation = new Reconciliation(transport);
    this.settlements = new Settlements(transport);
    this.payouts = new Payouts(transport);
    this.account = new Account(transport);
    this.webhooks = new Webhooks(transport, new Verifier(settings.secretKey, settings.webhookSecret));
    this.test = new Test(transport);
  }
}
