import type { RequestOptions } from '../options.js';
import { path, type Transport } from '../transport.js';
import type {
  Dispute,
  Payment,
  Setup,
  TestAuthenticateParams,
  TestClock as Clock,
  TestClockAdvance,
  TestClockAdvanceParams,
  TestDebitParams,
  TestDisputeParams,
  TestPayParams,
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

  /** Takes the payment back, in whole or in part. */
  dispute(id: string, params?: TestDisputeParams, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/test/payments/${id}/dispute`, body: params }, options);
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

  /** Answers an open 3DS challenge. */
  authenticate(id: string, params: TestAuthenticateParams, options?: RequestOptions): Promise<Setup> {
    return this.#transport.send({ method: 'POST', path: path`/test/setups/${id}/authenticate`, body: params }, options);
  }
}

/** What only a sandbox has. */
export class Test {
  readonly clock: TestClock;
  readonly payments: TestPayments;
  readonly setups: TestSetups;

  constructor(transport: Transport) {
    this.clock = new TestClock(transport);
    this.payments = new TestPayments(transport);
    this.setups = new TestSetups(transport);
  }
}
