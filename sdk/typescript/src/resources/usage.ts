import type { RequestOptions } from '../options.js';
import { list, type Page } from '../page.js';
import { path, type Transport } from '../transport.js';
import type {
  UsageBatch,
  UsageRecord,
  UsageRecordBatchParams,
  UsageRecordParams,
  UsageSummary,
  UsageSummaryListParams,
} from '../types.js';

/** What was used of metered prices. */
export class Usage {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Reports usage. With an `identifier` it counts once, however often it is reported. */
  record(params: UsageRecordParams, options?: RequestOptions): Promise<UsageRecord> {
    return this.#transport.send({ method: 'POST', path: '/usage', body: params }, options);
  }

  /** Up to 1,000 reports. Each is answered by itself, so look at every `status`: one that is refused throws nothing. */
  recordBatch(params: UsageRecordBatchParams, options?: RequestOptions): Promise<UsageBatch> {
    return this.#transport.send({ method: 'POST', path: '/usage/batch', body: params }, options);
  }

  /** What was used of a subscription's item in each period, newest first. */
  summaries(subscriptionItemId: string, params?: UsageSummaryListParams, options?: RequestOptions): Promise<Page<UsageSummary>> {
    return list(this.#transport, path`/subscription-items/${subscriptionItemId}/usage-summaries`, params, options);
  }
}
