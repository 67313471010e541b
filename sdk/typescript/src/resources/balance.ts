import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Balance as Shown, BalanceTransaction, BalanceTransactionListParams } from '../types.js';

/** What the account has. */
export class Balance {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(options?: RequestOptions): Promise<Shown> {
    return this.#transport.send({ method: 'GET', path: '/balance' }, options);
  }

  retrieveTransaction(id: string, options?: RequestOptions): Promise<BalanceTransaction> {
    return this.#transport.send({ method: 'GET', path: path`/balance/transactions/${id}` }, options);
  }

  /** Everything that gave to the account or took from it, newest first. */
  transactions(params?: BalanceTransactionListParams, options?: RequestOptions): Promise<Page<BalanceTransaction>> {
    return list(this.#transport, '/balance/transactions', params, options);
  }
}
