import type { RequestOptions } from '../options.js';
import { path, type Transport } from '../transport.js';
import type { PaymentMethod, PaymentMethodCreateParams } from '../types.js';

/** Saved methods, whosesoever they are; `customers.listMethods` has those of one customer. */
export class PaymentMethods {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Tokenises a card that your own program has read. The account needs a PCI SAQ D attestation on file. */
  create(params: PaymentMethodCreateParams, options?: RequestOptions): Promise<PaymentMethod> {
    return this.#transport.send({ method: 'POST', path: '/payment-methods', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<PaymentMethod> {
    return this.#transport.send({ method: 'GET', path: path`/payment-methods/${id}` }, options);
  }
}
