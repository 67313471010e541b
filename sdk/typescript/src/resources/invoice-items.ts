import type { RequestOptions } from '../options.js';
import type { Transport } from '../transport.js';
import type { InvoiceItem, InvoiceItemCreateParams } from '../types.js';

/** What waits for an invoice, or goes onto a draft. */
export class InvoiceItems {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Without `invoiceId` it waits for the customer's next invoice. A negative `unitAmount` takes off. */
  create(params: InvoiceItemCreateParams, options?: RequestOptions): Promise<InvoiceItem> {
    return this.#transport.send({ method: 'POST', path: '/invoice-items', body: params }, options);
  }
}
