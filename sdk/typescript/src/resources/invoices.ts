import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Invoice, InvoiceCreateParams, InvoiceLineExplanation, InvoiceListParams, InvoicePayParams } from '../types.js';

/** What customers owe, of subscriptions and of what is sold once. */
export class Invoices {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Drafts an invoice for what is sold once. What waits for the customer's next invoice is on it too. */
  create(params: InvoiceCreateParams, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'POST', path: '/invoices', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'GET', path: path`/invoices/${id}` }, options);
  }

  /** Gives a draft its number. Afterwards it never changes. */
  finalize(id: string, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'POST', path: path`/invoices/${id}/finalize` }, options);
  }

  /** Charges a saved method now; the default one unless another is named. */
  pay(id: string, params?: InvoicePayParams, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'POST', path: path`/invoices/${id}/pay`, body: params }, options);
  }

  /** As if it had not been. Its number stays taken. */
  void(id: string, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'POST', path: path`/invoices/${id}/void` }, options);
  }

  /** Writes it off: nobody expects that it will be paid. */
  markUncollectible(id: string, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'POST', path: path`/invoices/${id}/mark-uncollectible` }, options);
  }

  /** How a line came about, in sentences and as a formula. */
  explainLine(id: string, lineId: string, options?: RequestOptions): Promise<InvoiceLineExplanation> {
    return this.#transport.send({ method: 'GET', path: path`/invoices/${id}/lines/${lineId}/explanation` }, options);
  }

  /** Newest first. */
  list(params?: InvoiceListParams, options?: RequestOptions): Promise<Page<Invoice>> {
    return list(this.#transport, '/invoices', params, options);
  }
}
