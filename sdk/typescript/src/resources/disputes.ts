import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Dispute, DisputeListParams, DisputeUpdateParams } from '../types.js';

/** Charges that buyers' banks take back, and warnings that they may. */
export class Disputes {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(id: string, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'GET', path: path`/disputes/${id}` }, options);
  }

  /** Newest first. */
  list(params?: DisputeListParams, options?: RequestOptions): Promise<Page<Dispute>> {
    return list(this.#transport, '/disputes', params, options);
  }

  /** Notes evidence, piece by piece. The bank reads it when it is submitted. */
  update(id: string, params: DisputeUpdateParams, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/disputes/${id}`, body: params }, options);
  }

  /** Sends the evidence to the bank: there is one answer, and no other after it. */
  submit(id: string, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/disputes/${id}/submit` }, options);
  }

  /** Gives in: the buyer keeps the money; of a warning, it is refunded. */
  accept(id: string, options?: RequestOptions): Promise<Dispute> {
    return this.#transport.send({ method: 'POST', path: path`/disputes/${id}/accept` }, options);
  }
}
