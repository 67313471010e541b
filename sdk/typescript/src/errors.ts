// What can go wrong, as classes: one for each `type` of the API's errors, one for a server that was not reached, and
// one for a webhook that is not to be trusted.
import type { components } from './generated/errors.js';

type Body = components['schemas']['Error']['error'];

/** The stable code of an error of the API. */
export type ErrorCode = Body['code'];

/** One of the problems of a request; a request is told all of them at once. */
export interface ErrorDetail {
  param: string | null;
  code: ErrorCode | (string & {});
  message: string;
}

/** What an error tells beside its message. */
export interface ErrorFacts {
  code: ErrorCode | (string & {});
  param?: string | null | undefined;
  status?: number | null | undefined;
  requestId?: string | null | undefined;
  retryAfter?: number | null | undefined;
  errors?: ErrorDetail[] | undefined;
  docUrl?: string | null | undefined;
  have?: number | null | undefined;
  need?: number | null | undefined;
  cause?: unknown;
}

/** Every error that the SDK throws, except the reason of a signal that you aborted yourself. */
export class VinrError extends Error {
  override name = 'VinrError';
  /** The API's word for the kind of error; `connection_error` and `signature_error` are the SDK's own. */
  readonly type: string = 'error';
  /** Stable: what a program can decide by. */
  readonly code: ErrorCode | (string & {});
  /** The parameter it is about. */
  readonly param: string | null;
  /** The HTTP status; null if there was no answer. */
  readonly status: number | null;
  /** Name it when you ask for support. */
  readonly requestId: string | null;
  /** After how many seconds another try makes sense, if the server said so. */
  readonly retryAfter: number | null;
  /** All problems of the request. */
  readonly errors: ErrorDetail[];
  /** Where the code is explained. */
  readonly docUrl: string | null;
  /** With `insufficient_points`: the points there are, negative for a debt. */
  readonly have: number | null;
  /** With `insufficient_points`: the points it takes. */
  readonly need: number | null;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = facts.code;
    this.param = facts.param ?? null;
    this.status = facts.status ?? null;
    this.requestId = facts.requestId ?? null;
    this.retryAfter = facts.retryAfter ?? null;
    this.errors = facts.errors ?? [];
    this.docUrl = facts.docUrl ?? null;
    this.have = facts.have ?? null;
    this.need = facts.need ?? null;
  }
}

/** The request cannot be done as it is: wrong parameters, no such object, or a state that forbids it. */
export class VinrInvalidRequestError extends VinrError {
  override name = 'VinrInvalidRequestError';
  override readonly type = 'invalid_request_error';
}

/** There is no key, or the server does not take it. */
export class VinrAuthenticationError extends VinrError {
  override name = 'VinrAuthenticationError';
  override readonly type = 'authentication_error';
}

/** The key may not do this. */
export class VinrPermissionError extends VinrError {
  override name = 'VinrPermissionError';
  override readonly type = 'permission_error';
}

/** The idempotency key belongs to another request, or to one that still runs. */
export class VinrIdempotencyError extends VinrError {
  override name = 'VinrIdempotencyError';
  override readonly type = 'idempotency_error';
}

/** Too many requests; see `retryAfter`. */
export class VinrRateLimitError extends VinrError {
  override name = 'VinrRateLimitError';
  override readonly type = 'rate_limit_error';
}

/** The server failed, or answered what the SDK cannot read. */
export class VinrApiError extends VinrError {
  override name = 'VinrApiError';
  override readonly type = 'api_error';
}

/** No answer: the server was not reached, the connection broke, or the time ran out. */
export class VinrConnectionError extends VinrError {
  override name = 'VinrConnectionError';
  override readonly type = 'connection_error';
}

/** A webhook that must not be trusted, or cannot be checked as it was passed. */
export class VinrSignatureError extends VinrError {
  override name = 'VinrSignatureError';
  override readonly type = 'signature_error';
}

type ErrorClass = new (message: string, facts: ErrorFacts) => VinrError;

const BY_TYPE: Record<Body['type'], ErrorClass> = {
  invalid_request_error: VinrInvalidRequestError,
  authentication_error: VinrAuthenticationError,
  permission_error: VinrPermissionError,
  idempotency_error: VinrIdempotencyError,
  rate_limit_error: VinrRateLimitError,
  api_error: VinrApiError,
};

const BY_STATUS: Partial<Record<number, ErrorClass>> = {
  401: VinrAuthenticationError,
  403: VinrPermissionError,
  409: VinrIdempotencyError,
  429: VinrRateLimitError,
};

/** The class for a type; a type that is not known yet is judged by the status it came with. */
function classOf(type: unknown, status: number): ErrorClass {
  if (typeof type === 'string' && Object.hasOwn(BY_TYPE, type)) return BY_TYPE[type as Body['type']];
  const client = status >= 400 && status < 500;
  return BY_STATUS[status] ?? (client ? VinrInvalidRequestError : VinrApiError);
}

/** The seconds that a `Retry-After` header asks to wait: a number, or a date. */
export function retryAfterSeconds(header: string | null, now = Date.now()): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}

/** The error that an answer of the server tells. */
export function errorOf(status: number, headers: Headers, body: unknown): VinrError {
  const told = (body as { error?: Partial<Body> } | null | undefined)?.error;
  const requestId = told?.requestId ?? headers.get('x-vinr-request-id');
  const retryAfter = retryAfterSeconds(headers.get('retry-after'));
  if (typeof told?.code !== 'string' || typeof told.message !== 'string') {
    const message = `the server answered ${status} without an error that could be read: check baseUrl and what stands between`;
    return new (classOf(undefined, status))(message, { code: 'unexpected_response', status, requestId, retryAfter });
  }
  const { code, message, param, docUrl, have, need } = told;
  const errors = (told.errors ?? []) as ErrorDetail[];
  const facts = { code, param, status, requestId, retryAfter, errors, docUrl, have, need };
  return new (classOf(told.type, status))(message, facts);
}
