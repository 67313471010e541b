import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { PaymentLink, PaymentLinkCreateParams, PaymentLinkListParams, PaymentLinkUpdateParams } from '../types.js';

/** Addresses that make payments, to be sent in a message or printed as a code. */
export class PaymentLinks {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a link: `url` goes to the buyer, `qrCodeUrl` is the same as an image. It is paid once, unless it is `reusable`. */
  create(params: PaymentLinkCreateParams, options?: RequestOptions): Promise<PaymentLink> {
    return this.#transport.send({ method: 'POST', path: '/payment-links', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<PaymentLink> {
    return this.#transport.send({ method: 'GET', path: path`/payment-links/${id}` }, options);
  }

  /** Changes what is named; null takes a detail away. `{ active: false }` switches the link off. */
  update(id: string, params: PaymentLinkUpdateParams, options?: RequestOptions): Promise<PaymentLink> {
    return this.#transport.send({ method: 'POST', path: path`/payment-links/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: PaymentLinkListParams, options?: RequestOptions): Promise<Page<PaymentLink>> {
    return list(this.#transport, '/payment-links', params, options);
  }
}
