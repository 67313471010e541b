import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Payout, PayoutCreateParams, PayoutListParams } from '../types.js';

/** Money on its way to your bank. */
export class Payouts {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Pays out all that is settled in a currency, without waiting for the schedule. */
  create(params: PayoutCreateParams, options?: RequestOptions): Promise<Payout> {
    return this.#transport.send({ method: 'POST', path: '/payouts', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Payout> {
    return this.#transport.send({ method: 'GET', path: path`/payouts/${id}` }, options);
  }

  list(params?: PayoutListParams, options?: RequestOptions): Promise<Page<Payout>> {
    return list(this.#transport, '/payouts', params, options);
  }

  /** While it was not sent, within an hour of being made. */
  cancel(id: string, options?: RequestOptions): Promise<Payout> {
    return this.#transport.send({ method: 'POST', path: path`/payouts/${id}/cancel` }, options);
  }
}
