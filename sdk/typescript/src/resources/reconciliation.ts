import type { RequestOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { Reconciliation as Shown } from '../types.js';

/** The proof that everything adds up. */
export class Reconciliation {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What must be so of money and points, and the rows that break it. */
  retrieve(options?: RequestOptions): Promise<Shown> {
    return this.#transport.send({ method: 'GET', path: '/reconciliation' }, options);
  }
}
