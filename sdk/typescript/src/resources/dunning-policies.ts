import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { DunningPolicy, DunningPolicyCreateParams, DunningPolicyListParams, DunningPolicyUpdateParams } from '../types.js';

/** How failed invoices are tried again. */
export class DunningPolicies {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(params: DunningPolicyCreateParams, options?: RequestOptions): Promise<DunningPolicy> {
    return this.#transport.send({ method: 'POST', path: '/dunning-policies', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<DunningPolicy> {
    return this.#transport.send({ method: 'GET', path: path`/dunning-policies/${id}` }, options);
  }

  /** Invoices that are being tried again go on by what it says then. */
  update(id: string, params: DunningPolicyUpdateParams, options?: RequestOptions): Promise<DunningPolicy> {
    return this.#transport.send({ method: 'POST', path: path`/dunning-policies/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: DunningPolicyListParams, options?: RequestOptions): Promise<Page<DunningPolicy>> {
    return list(this.#transport, '/dunning-policies', params, options);
  }
}
