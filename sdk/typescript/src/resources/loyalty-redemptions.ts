import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Redemption, RedemptionCreateParams, RedemptionListParams } from '../types.js';

/** Points that were exchanged for rewards. */
export class Redemptions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Takes the points, and issues what they buy. Pass the id in `redemptions` of a payment to take its discount off. */
  create(params: RedemptionCreateParams, options?: RequestOptions): Promise<Redemption> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/redemptions', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Redemption> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/redemptions/${id}` }, options);
  }

  /** Newest first. */
  list(params?: RedemptionListParams, options?: RequestOptions): Promise<Page<Redemption>> {
    return list(this.#transport, '/loyalty/redemptions', params, options);
  }

  /** Gives the points back: a payment that carried it is of its original amount again. */
  cancel(id: string, options?: RequestOptions): Promise<Redemption> {
    return this.#transport.send({ method: 'POST', path: path`/loyalty/redemptions/${id}/cancel` }, options);
  }
}
