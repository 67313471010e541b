import type { VinrEvent } from '../events.js';
import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import type { Verifier } from '../signature.js';
import { path, type Transport } from '../transport.js';
import type {
  DeletedWebhookEndpoint,
  WebhookCreateParams,
  WebhookDelivery,
  WebhookDeliveryListParams,
  WebhookDeliveryWithLog,
  WebhookEndpoint,
  WebhookEndpointWithSecret,
  WebhookListParams,
  WebhookRotateSecretParams,
  WebhookUpdateParams,
} from '../types.js';

/** Where events are sent, and whether what arrives there is genuine. */
export class Webhooks {
  readonly #transport: Transport;
  readonly #verifier: Verifier;

  constructor(transport: Transport, verifier: Verifier) {
    this.#transport = transport;
    this.#verifier = verifier;
  }

  /**
   * The event of a delivery, if it is genuine and not older than five minutes.
   *
   * @param payload the body as it arrived, before anything parsed it
   * @param signature the header `x-vinr-signature`
   * @throws VinrSignatureError
   */
  verify(payload: string | Uint8Array, signature: string | null | undefined): VinrEvent {
    return this.#verifier.verify(payload, signature);
  }

  /** Registers an endpoint. Its `secret` is shown in this answer only. */
  create(params: WebhookCreateParams, options?: RequestOptions): Promise<WebhookEndpointWithSecret> {
    return this.#transport.send({ method: 'POST', path: '/webhooks', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<WebhookEndpoint> {
    return this.#transport.send({ method: 'GET', path: path`/webhooks/${id}` }, options);
  }

  /** Changes what is named. */
  update(id: string, params: WebhookUpdateParams, options?: RequestOptions): Promise<WebhookEndpoint> {
    return this.#transport.send({ method: 'POST', path: path`/webhooks/${id}`, body: params }, options);
  }

  delete(id: string, options?: RequestOptions): Promise<DeletedWebhookEndpoint> {
    return this.#transport.send({ method: 'DELETE', path: path`/webhooks/${id}` }, options);
  }

  /** Newest first. */
  list(params?: WebhookListParams, options?: RequestOptions): Promise<Page<WebhookEndpoint>> {
    return list(this.#transport, '/webhooks', params, options);
  }

  /** Gives the endpoint a new secret, shown in this answer only. The old one signs beside it for a while. */
  rotateSecret(id: string, params?: WebhookRotateSecretParams, options?: RequestOptions): Promise<WebhookEndpointWithSecret> {
    return this.#transport.send({ method: 'POST', path: path`/webhooks/${id}/rotate-secret`, body: params }, options);
  }

  /** Sends the endpoint an event of the type `webhook.test`. */
  test(id: string, options?: RequestOptions): Promise<WebhookEndpoint> {
    return this.#transport.send({ method: 'POST', path: path`/webhooks/${id}/test` }, options);
  }

  /** What was sent to an endpoint, newest first. */
  deliveries(id: string, params?: WebhookDeliveryListParams, options?: RequestOptions): Promise<Page<WebhookDelivery>> {
    return list(this.#transport, path`/webhooks/${id}/deliveries`, params, options);
  }

  /** One delivery with the log of its attempts. */
  retrieveDelivery(deliveryId: string, options?: RequestOptions): Promise<WebhookDeliveryWithLog> {
    return this.#transport.send({ method: 'GET', path: path`/webhook-deliveries/${deliveryId}` }, options);
  }

  /** Sends a delivery once more. */
  redeliver(deliveryId: string, options?: RequestOptions): Promise<WebhookDelivery> {
    return this.#transport.send({ method: 'POST', path: path`/webhook-deliveries/${deliveryId}/redeliver` }, options);
  }
}
