// The SDK for VINR: payments, customers, events and webhooks.
export { Vinr } from './client.js';
export {
  VinrApiError,
  VinrAuthenticationError,
  VinrConnectionError,
  VinrError,
  VinrIdempotencyError,
  VinrInvalidRequestError,
  VinrPermissionError,
  VinrRateLimitError,
  VinrSignatureError,
} from './errors.js';
export type { ErrorCode, ErrorDetail } from './errors.js';
export type { EventData, EventListParams, EventOf, EventType, VinrEvent } from './events.js';
export type { Environment, RequestOptions, VinrOptions } from './options.js';
export { Page } from './page.js';
export type * from './types.js';
