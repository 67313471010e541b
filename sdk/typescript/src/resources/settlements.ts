import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { BalanceTransaction, Settlement, SettlementListParams, SettlementListTransactionsParams } from '../types.js';

/** What your days came to. */
export class Settlements {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Newest first; with `payoutId` those that a payout pays. */
  list(params?: SettlementListParams, options?: RequestOptions): Promise<Page<Settlement>> {
    return list(this.#transport, '/settlements', params, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Settlement> {
    return this.#transport.send({ method: 'GET', path: path`/settlements/${id}` }, options);
  }

  /** The lines whose nets add up to the settlement's. */
  listTransactions(id: string, params?: SettlementListTransactionsParams, options?: RequestOptions): Promise<Page<BalanceTransaction>> {
    return list(this.#transport, path`/settlements/${id}/transactions`, params, options);
  }
}
