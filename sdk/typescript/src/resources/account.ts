import type { RequestOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { Account as Shown, AccountUpdateParams } from '../types.js';

/** The account that the key belongs to. */
export class Account {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(options?: RequestOptions): Promise<Shown> {
    return this.#transport.send({ method: 'GET', path: '/account' }, options);
  }

  /** Changes what is named. */
  update(params: AccountUpdateParams, options?: RequestOptions): Promise<Shown> {
    return this.#transport.send({ method: 'POST', path: '/account', body: params }, options);
  }
}
