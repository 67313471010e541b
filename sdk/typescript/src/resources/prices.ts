import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Price, PriceCreateParams, PriceListParams, PriceUpdateParams } from '../types.js';

/** What products cost. */
export class Prices {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a price for a product; its `id` may be of your own choice, in live too. */
  create(params: PriceCreateParams, options?: RequestOptions): Promise<Price> {
    return this.#transport.send({ method: 'POST', path: '/prices', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Price> {
    return this.#transport.send({ method: 'GET', path: path`/prices/${id}` }, options);
  }

  /** Changes its nickname, notes, or whether it can be bought. What it costs never changes: create another price. */
  update(id: string, params: PriceUpdateParams, options?: RequestOptions): Promise<Price> {
    return this.#transport.send({ method: 'POST', path: path`/prices/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: PriceListParams, options?: RequestOptions): Promise<Page<Price>> {
    return list(this.#transport, '/prices', params, options);
  }
}
