import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type {
  Customer,
  CustomerCreateParams,
  CustomerListMethodsParams,
  CustomerListParams,
  CustomerSetupMethodParams,
  CustomerUpdateParams,
  DeletedCustomer,
  PaymentMethod,
  Setup,
} from '../types.js';

/** Buyers, and the methods that they saved. */
export class Customers {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  create(params: CustomerCreateParams = {}, options?: RequestOptions): Promise<Customer> {
    return this.#transport.send({ method: 'POST', path: '/customers', body: params }, options);
  }

  retrieve(id: string, options?: RequestOptions): Promise<Customer> {
    return this.#transport.send({ method: 'GET', path: path`/customers/${id}` }, options);
  }

  /** Changes what is named; null takes a detail away. */
  update(id: string, params: CustomerUpdateParams, options?: RequestOptions): Promise<Customer> {
    return this.#transport.send({ method: 'POST', path: path`/customers/${id}`, body: params }, options);
  }

  /** Forgets what is personal. Cannot be undone. */
  delete(id: string, options?: RequestOptions): Promise<DeletedCustomer> {
    return this.#transport.send({ method: 'DELETE', path: path`/customers/${id}` }, options);
  }

  /** Newest first. */
  list(params?: CustomerListParams, options?: RequestOptions): Promise<Page<Customer>> {
    return list(this.#transport, '/customers', params, options);
  }

  /** Begins to save a method: send the buyer to `checkoutUrl`. */
  setupMethod(params: CustomerSetupMethodParams, options?: RequestOptions): Promise<Setup> {
    const { customerId, ...body } = params;
    return this.#transport.send({ method: 'POST', path: path`/customers/${customerId}/setup-method`, body }, options);
  }

  /** The methods that a customer has saved. */
  listMethods(customerId: string, params?: CustomerListMethodsParams, options?: RequestOptions): Promise<Page<PaymentMethod>> {
    return list(this.#transport, path`/customers/${customerId}/methods`, params, options);
  }

  /** Takes a saved method away. It can never be charged again. */
  detachMethod(customerId: string, methodId: string, options?: RequestOptions): Promise<PaymentMethod> {
    return this.#transport.send({ method: 'DELETE', path: path`/customers/${customerId}/methods/${methodId}` }, options);
  }
}
