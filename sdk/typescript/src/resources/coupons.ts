import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Coupon, CouponCreateParams, CouponListParams, CouponUpdateParams } from '../types.js';

/** Money off what is sold. */
export class Coupons {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a coupon: `percentOff`, or `amountOff` with `currency`. */
  create(params: CouponCreateParams, options?: RequestOptions): Promise<Coupon> {
    return this.#transport.send({ method: 'POST', path: '/coupons', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Coupon> {
    return this.#transport.send({ method: 'GET', path: path`/coupons/${id}` }, options);
  }

  /** Changes what is named. What it takes off never changes; `{ active: false }` lets nobody redeem it any more. */
  update(id: string, params: CouponUpdateParams, options?: RequestOptions): Promise<Coupon> {
    return this.#transport.send({ method: 'POST', path: path`/coupons/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: CouponListParams, options?: RequestOptions): Promise<Page<Coupon>> {
    return list(this.#transport, '/coupons', params, options);
  }
}
