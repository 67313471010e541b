import type { EventListParams, VinrEvent } from '../events.js';
import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { WebhookDelivery } from '../types.js';

/** Everything that happened, in the order of `sequence`. */
export class Events {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Newest first. With `after` (a `sequence`) oldest first, beginning behind that number, and with `wait` the server
   * holds the answer for so many seconds until there is an event.
   */
  list(params?: EventListParams, options?: RequestOptions): Promise<Page<VinrEvent>> {
    return list(this.#transport, '/events', params, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<VinrEvent> {
    return this.#transport.send({ method: 'GET', path: path`/events/${id}` }, options);
  }

  /** Sends an event once more, to each enabled endpoint that wants it. */
  async redeliver(id: string, options?: RequestOptions): Promise<WebhookDelivery[]> {
    const request = { method: 'POST', path: path`/events/${id}/redeliver` } as const;
    const { data } = await this.#transport.send<{ data: WebhookDelivery[] }>(request, options);
    return data;
  }
}
