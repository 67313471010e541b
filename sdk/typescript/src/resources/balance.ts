import type { RequestOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { Balance as Shown } from '../types.js';

/** What the account has. */
export class Balance {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(options?: RequestOptions): Promise<Shown> {
    return this.#transport.send({ method: 'GET', path: '/balance' }, options);
  }
}
