import type { RequestOptions } from '../options.js';
import { list, Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import { Redemptions } from './loyalty-redemptions.js';
import { Rewards } from './loyalty-rewards.js';
import type {
  DeletedEarningRule,
  EarningRule,
  EarningRuleCreateParams,
  EarningRuleListParams,
  EarningRuleUpdateParams,
  LoyaltyAccount,
  LoyaltyAccountCreateParams,
  LoyaltyAccountListParams,
  LoyaltyAccountUpdateParams,
  LoyaltyProgram,
  LoyaltyProgramCreateParams,
  LoyaltyProgramListParams,
  LoyaltyProgramUpdateParams,
  PointsEarnParams,
  PointsTransaction,
  PointsTransactionCreateParams,
  PointsTransactionListParams,
  Tier,
  TierListParams,
} from '../types.js';

/** Members and their points. */
export class Loyalty {
  readonly programs: Programs;
  readonly accounts: LoyaltyAccounts;
  readonly earningRules: EarningRules;
  readonly points: Points;
  readonly tiers: Tiers;
  readonly transactions: PointsTransactions;
  readonly rewards: Rewards;
  readonly redemptions: Redemptions;

  constructor(transport: Transport) {
    this.programs = new Programs(transport);
    this.accounts = new LoyaltyAccounts(transport);
    this.earningRules = new EarningRules(transport);
    this.points = new Points(transport);
    this.tiers = new Tiers(transport);
    this.transactions = new PointsTransactions(transport);
    this.rewards = new Rewards(transport);
    this.redemptions = new Redemptions(transport);
  }
}

/** What points are worth, and when they lapse. There is one from the beginning, `prog_default`. */
class Programs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(params: LoyaltyProgramCreateParams, options?: RequestOptions): Promise<LoyaltyProgram> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/programs', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<LoyaltyProgram> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/programs/${id}` }, options);
  }

  update(id: string, params: LoyaltyProgramUpdateParams, options?: RequestOptions): Promise<LoyaltyProgram> {
    return this.#transport.send({ method: 'POST', path: path`/loyalty/programs/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: LoyaltyProgramListParams, options?: RequestOptions): Promise<Page<LoyaltyProgram>> {
    return list(this.#transport, '/loyalty/programs', params, options);
  }
}

/** The members of programs. */
class LoyaltyAccounts {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes a customer, or somebody who is none, a member. */
  create(params: LoyaltyAccountCreateParams, options?: RequestOptions): Promise<LoyaltyAccount> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/accounts', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<LoyaltyAccount> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/accounts/${id}` }, options);
  }

  update(id: string, params: LoyaltyAccountUpdateParams, options?: RequestOptions): Promise<LoyaltyAccount> {
    return this.#transport.send({ method: 'POST', path: path`/loyalty/accounts/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: LoyaltyAccountListParams, options?: RequestOptions): Promise<Page<LoyaltyAccount>> {
    return list(this.#transport, '/loyalty/accounts', params, options);
  }
}

/** What earns points by itself. */
class EarningRules {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(params: EarningRuleCreateParams, options?: RequestOptions): Promise<EarningRule> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/earning-rules', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<EarningRule> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/earning-rules/${id}` }, options);
  }

  update(id: string, params: EarningRuleUpdateParams, options?: RequestOptions): Promise<EarningRule> {
    return this.#transport.send({ method: 'POST', path: path`/loyalty/earning-rules/${id}`, body: params }, options);
  }

  /** What it gave stays given. */
  delete(id: string, options?: RequestOptions): Promise<DeletedEarningRule> {
    return this.#transport.send({ method: 'DELETE', path: path`/loyalty/earning-rules/${id}` }, options);
  }

  /** Newest first. */
  list(params?: EarningRuleListParams, options?: RequestOptions): Promise<Page<EarningRule>> {
    return list(this.#transport, '/loyalty/earning-rules', params, options);
  }
}

/** Points that are given by hand. */
class Points {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** For a payment that has earned in the program already, the first transaction is the answer. */
  earn(params: PointsEarnParams, options?: RequestOptions): Promise<PointsTransaction> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/points/earn', body: params }, options);
  }
}

/** The tiers of a program. */
class Tiers {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** All of them, the lowest first; of `prog_default` unless a program is named. */
  async list(params?: TierListParams, options?: RequestOptions): Promise<Page<Tier>> {
    const { data } = await this.#transport.send<{ data: Tier[] }>({ method: 'GET', path: '/loyalty/tiers', query: params }, options);
    return new Page(data, null);
  }
}

/** Every movement of points. */
class PointsTransactions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Corrects a member's points by hand. */
  create(params: PointsTransactionCreateParams, options?: RequestOptions): Promise<PointsTransaction> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/transactions', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<PointsTransaction> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/transactions/${id}` }, options);
  }

  /** Newest first. */
  list(params?: PointsTransactionListParams, options?: RequestOptions): Promise<Page<PointsTransaction>> {
    return list(this.#transport, '/loyalty/transactions', params, options);
  }
}
