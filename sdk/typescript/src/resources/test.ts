import type { RequestOptions } from '../options.js';
import { path, type Transport } from '../transport.js';
import type {
  Dispute,
  Payment,
  PaymentMethod,
  Setup,
  TestAuthenticateParams,
  TestClock as Clock,
  TestClockAdvance,
  TestClockAdvanceParams,
  TestDebitParams,
  TestDisputeParams,
  TestPaymentMethodUpdateParams,
  TestPayParams,
  TestReset,
  TestSetupDebitParams,
  TestSetupPayParams,
} from '../types.js';

/** The account's virtual clock. */
class TestClock {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(options?: RequestOptions): Promise<Clock> {
    return this.#transport.send({ method: 'GET', path: '/test/clock' }, options);
  }

  /** Moves the clock forward and runs everything that falls due on the way. */
  advance(params: TestClockAdvanceParams, options?: RequestOptions): Promise<TestClockAdvance> {
    return this.#transport.send({ method: 'POST', path: '/test/clock/advance', body: params }, options);
  }
}

/** Plays the buyer on the hosted page of a payment, and the buyer's bank. */
class TestPayments {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Types a test card's number. */
  pay(id: string, params: TestPayParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: path`/test/payments/${id}/pay`, body: params }, options);
  }

  /** Gives a test account to be debited by SEPA. */
  debit(id: string, params: TestDebitParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: path`/test/payments/${id}/debit`, body: params }, options);
  }

  /** Answers an open 3DS challenge, or the bank of an iDEAL payment. */
  authenticate(id: string, params: TestAuthenticateParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: path`/test/payments/${id}/authenticate`, body: params }, options);
  }

  /** Takes the payment back, in whole or in part; with `warning` the network only asks about it. */
  dispute(id: string, params?: TestDisputeParams, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/test/payments/${id}/dispute`, body: params }, options);
  }
}

/** Plays the network that has warned of a dispute. */
class TestDisputes {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes a dispute of a warning: amount and fee are taken now. */
  escalate(id: string, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/test/disputes/${id}/escalate` }, options);
  }

  /** Lets a warning come to nothing. */
  close(id: string, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/test/disputes/${id}/close` }, options);
  }
}

/** Plays the buyer on the hosted page of a setup. */
class TestSetups {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Types a test card's number. */
  pay(id: string, params: TestSetupPayParams, options?: RequestOptions): Promise<Setup> {
    return this.#transport.send({ method: 'POST', path: path`/test/setups/${id}/pay`, body: params }, options);
  }

  /** Gives a test account that is saved. */
  debit(id: string, params: TestSetupDebitParams, options?: RequestOptions): Promise<Setup> {
    return this.#transport.send({ method: 'POST', path: path`/test/setups/${id}/debit`, body: params }, options);
  }

  /** Answers an open 3DS challenge. */
  authenticate(id: string, params: TestAuthenticateParams, options?: RequestOptions): Promise<Setup> {
    return this.#transport.send({ method: 'POST', path: path`/test/setups/${id}/authenticate`, body: params }, options);
  }
}

/** Plays the network that renews saved cards. */
class TestPaymentMethods {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Renews a card's expiry or its last four digits. */
  update(id: string, params: TestPaymentMethodUpdateParams, options?: RequestOptions): Promise<PaymentMethod> {
    return this.#transport.send({ method: 'POST', path: path`/test/payment-methods/${id}/update`, body: params }, options);
  }
}

/** What only a sandbox has. */
export class Test {
  readonly #transport: Transport;
  readonly clock: TestClock;
  readonly payments: TestPayments;
  readonly disputes: TestDisputes;
  readonly setups: TestSetups;
  readonly paymentMethods: TestPaymentMethods;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.clock = new TestClock(transport);
    this.payments = new TestPayments(transport);
    this.disputes = new TestDisputes(transport);
    this.setups = new TestSetups(transport);
    this.paymentMethods = new TestPaymentMethods(transport);
  }

  /** Removes everything but the account, its settings and its keys, and sets its clock to the world's time. */
  reset(options?: RequestOptions): Promise<TestReset> {
    return this.#transport.send({ method: 'POST', path: '/test/reset' }, options);
  }
}
