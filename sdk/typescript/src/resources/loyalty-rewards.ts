import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Reward, RewardCreateParams, RewardListParams, RewardUpdateParams } from '../types.js';

/** What members can exchange points for. */
export class Rewards {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a reward; its `id` may be of your own choice, in live too. */
  create(params: RewardCreateParams, options?: RequestOptions): Promise<Reward> {
    return this.#transport.send({ method: 'POST', path: '/loyalty/rewards', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Reward> {
    return this.#transport.send({ method: 'GET', path: path`/loyalty/rewards/${id}` }, options);
  }

  /** Changes what is named. What it is worth never changes; `{ active: false }` offers it no more. */
  update(id: string, params: RewardUpdateParams, options?: RequestOptions): Promise<Reward> {
    return this.#transport.send({ method: 'POST', path: path`/loyalty/rewards/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: RewardListParams, options?: RequestOptions): Promise<Page<Reward>> {
    return list(this.#transport, '/loyalty/rewards', params, options);
  }
}
