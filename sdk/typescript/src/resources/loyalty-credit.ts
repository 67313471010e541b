import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { CreditTransaction, CreditTransactionListParams, StoreCredit, StoreCreditRetrieveParams } from '../types.js';

/** What customers have as store credit. A payment uses it with `useStoreCredit`. */
export class StoreCredits {
  readonly transactions: CreditTransactions;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.transactions = new CreditTransactions(transport);
    this.#transport = transport;
  }

  /** What a customer has, by currency: what of it open payments hold, and what the next one can use. */
  retrieve(params: StoreCreditRetrieveParams, options?: RequestOptions): Promise<StoreCredit> {
    return this.#transport.send({ method: 'GET', path: '/loyalty/credit', query: params }, options);
  }
}

/** Every movement of customers' credit. */
class CreditTransactions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(id: string, options?: RequestOptions): Promise<CreditTransaction> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/credit/transactions/${id}` }, options);
  }

  /** Newest first. */
  list(params?: CreditTransactionListParams, options?: RequestOptions): Promise<Page<CreditTransaction>> {
    return list(this.#transport, '/loyalty/credit/transactions', params, options);
  }
}
