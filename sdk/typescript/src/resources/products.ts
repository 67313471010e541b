import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type { Product, ProductCreateParams, ProductListParams, ProductUpdateParams } from '../types.js';

/** What is sold. */
export class Products {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Creates a product; its `id` may be of your own choice, in live too. */
  create(params: ProductCreateParams, options?: RequestOptions): Promise<Product> {
    return this.#transport.send({ method: 'POST', path: '/products', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Product> {
    return this.#transport.send({ method: 'GET', path: path`/products/${id}` }, options);
  }

  /** Changes what is named; `{ active: false }` offers it no more. */
  update(id: string, params: ProductUpdateParams, options?: RequestOptions): Promise<Product> {
    return this.#transport.send({ method: 'POST', path: path`/products/${id}`, body: params }, options);
  }

  /** Newest first. */
  list(params?: ProductListParams, options?: RequestOptions): Promise<Page<Product>> {
    return list(this.#transport, '/products', params, options);
  }
}
