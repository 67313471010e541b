import type { RequestOptions } from '../options.js';
import { path, type Transport } from '../transport.js';
import type { PaymentMethod } from '../types.js';

/** Saved methods, whosesoever they are; `customers.listMethods` has those of one customer. */
export class PaymentMethods {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  retrieve(id: string, options?: RequestOptions): Promise<PaymentMethod> {
    return this.#transport.send({ method: 'GET', path: path`/payment-methods/${id}` }, options);
  }
}
