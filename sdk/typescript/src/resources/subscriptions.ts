import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type {
  Invoice,
  Subscription,
  SubscriptionCancelParams,
  SubscriptionCreateParams,
  SubscriptionListParams,
  SubscriptionPreviewParams,
  SubscriptionUpdateParams,
} from '../types.js';

/** What customers pay for again and again. */
export class Subscriptions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Begins it. Its first invoice is charged at once, unless a trial comes first. */
  create(params: SubscriptionCreateParams, options?: RequestOptions): Promise<Subscription> {
    return this.#transport.send({ method: 'POST', path: '/subscriptions', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Subscription> {
    return this.#transport.send({ method: 'GET', path: path`/subscriptions/${id}` }, options);
  }

  /** Changes what it is for, how it is paid, or whether it ends with its period. */
  update(id: string, params: SubscriptionUpdateParams, options?: RequestOptions): Promise<Subscription> {
    return this.#transport.send({ method: 'POST', path: path`/subscriptions/${id}`, body: params }, options);
  }

  /** The invoice that would come of a change. Nothing is changed, and the invoice is not kept. */
  preview(id: string, params?: SubscriptionPreviewParams, options?: RequestOptions): Promise<Invoice> {
    return this.#transport.send({ method: 'POST', path: path`/subscriptions/${id}/preview`, body: params }, options);
  }

  /** Ends it now. To end it with its period, set `cancelAtPeriodEnd`. */
  cancel(id: string, params?: SubscriptionCancelParams, options?: RequestOptions): Promise<Subscription> {
    return this.#transport.send({ method: 'DELETE', path: path`/subscriptions/${id}`, query: params }, options);
  }

  /** Newest first. */
  list(params?: SubscriptionListParams, options?: RequestOptions): Promise<Page<Subscription>> {
    return list(this.#transport, '/subscriptions', params, options);
  }
}
