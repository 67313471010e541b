import type { RequestOptions } from '../options.js';
import { path, type Transport } from '../transport.js';
import type { Setup } from '../types.js';

/** Visits to the hosted page that save a method; `customers.setupMethod` begins one. */
export class Setups {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(id: string, options?: RequestOptions): Promise<Setup> {
    return this.#transport.send({ method: 'GET', path: path`/setups/${id}` }, options);
  }
}
