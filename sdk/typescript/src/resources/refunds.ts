import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Refund, RefundCreateParams, RefundListParams } from '../types.js';

/** Money on its way back to buyers. */
export class Refunds {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Gives a captured payment back: all that is left of it, or `amount`. */
  create(params: RefundCreateParams, options?: RequestOptions): Promise<Refund> {
    return this.#transport.send({ method: 'POST', path: '/refunds', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Refund> {
    return this.#transport.send({ method: 'GET', path: path`/refunds/${id}` }, options);
  }

  /** Newest first. */
  list(params?: RefundListParams, options?: RequestOptions): Promise<Page<Refund>> {
    return list(this.#transport, '/refunds', params, options);
  }
}
