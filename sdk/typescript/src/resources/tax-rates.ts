import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { TaxRate, TaxRateCreateParams, TaxRateListParams, TaxRateUpdateParams } from '../types.js';

/** Taxes, and how much they are. */
export class TaxRates {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a tax rate. */
  create(params: TaxRateCreateParams, options?: RequestOptions): Promise<TaxRate> {
    return this.#transport.send({ method: 'POST', path: '/tax-rates', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<TaxRate> {
    return this.#transport.send({ method: 'GET', path: path`/tax-rates/${id}` }, options);
  }

  /** Changes what is named. How much it is never changes: create another one, and switch this one off. */
  update(id: string, params: TaxRateUpdateParams, options?: RequestOptions): Promise<TaxRate> {
    return this.#transport.send({ method: 'POST', path: path`/tax-rates/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: TaxRateListParams, options?: RequestOptions): Promise<Page<TaxRate>> {
    return list(this.#transport, '/tax-rates', params, options);
  }
}
