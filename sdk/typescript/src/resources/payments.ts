import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type {
  Payment,
  PaymentCancelParams,
  PaymentCaptureParams,
  PaymentConfirmParams,
  PaymentCreateParams,
  PaymentListParams,
  PaymentRetrieveParams,
  PaymentSession,
} from '../types.js';

/** Charges. */
export class Payments {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a payment. Without a method it waits for its buyer at `checkoutUrl`. */
  create(params: PaymentCreateParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: '/payments', body: params }, options);
  }

  /** Creates a payment for Elements: pass `clientSecret` to the browser. */
  createSession(params: PaymentCreateParams, options?: RequestOptions): Promise<PaymentSession> {
    return this.#transport.send({ method: 'POST', path: '/payments/sessions', body: params }, options);
  }

  retrieve(id: string, params?: PaymentRetrieveParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'GET', path: path`/payments/${id}`, query: params }, options);
  }

  /** Newest first. */
  list(params?: PaymentListParams, options?: RequestOptions): Promise<Page<Payment>> {
    return list(this.#transport, '/payments', params, options);
  }

  /** Charges a waiting payment. */
  confirm(id: string, params?: PaymentConfirmParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: path`/payments/${id}/confirm`, body: params }, options);
  }

  /** Takes what is held: all of it, or `amount`, and the rest is released. */
  capture(id: string, params?: PaymentCaptureParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: path`/payments/${id}/capture`, body: params }, options);
  }

  /** Ends a payment that has not taken money. */
  cancel(id: string, params?: PaymentCancelParams, options?: RequestOptions): Promise<Payment> {
    return this.#transport.send({ method: 'POST', path: path`/payments/${id}/cancel`, body: params }, options);
  }
}
