// The way to the server: one request with its retries. A POST carries the same idempotency key on every attempt, so
// that trying again after a lost answer cannot do a thing twice.
import { errorOf, VinrApiError, VinrConnectionError, VinrError, VinrInvalidRequestError } from './errors.js';
import { readMaxRetries, readTimeout } from './options.js';
import type { RequestOptions, Settings } from './options.js';
import { encodeQuery } from './query.js';
import { VERSION } from './version.js';

export interface Request {
  method: 'GET' | 'POST' | 'DELETE';
  /** Below `/v1`, with its ids encoded already: see `path`. */
  path: string;
  query?: object | undefined;
  body?: object | undefined;
  /** Milliseconds that the server may wait on purpose before it answers; added to the timeout. */
  wait?: number | undefined;
}

/** The wait before the first retry, doubled by each further one. */
const BACKOFF_MS = 500;
const BACKOFF_MS_MAX = 8_000;
/** A server that asks for more patience than this is not waited for: the caller decides. */
const RETRY_AFTER_S_MAX = 60;

/** A path below `/v1` with ids in it: path\`/payments/${id}\`. */
export function path(texts: TemplateStringsArray, ...ids: string[]): string {
  return texts.reduce((before, text, index) => before + segment(ids[index - 1]) + text);
}

/** An id as a segment of a path. Anything else would reach another endpoint than the one that was meant. */
function segment(id: unknown): string {
  if (typeof id === 'string' && /^[0-9A-Za-z_-]+$/.test(id)) return id;
  const message = `expected an id such as pay_01j2k, got ${typeof id === 'string' ? JSON.stringify(id) : String(id)}`;
  throw new VinrInvalidRequestError(message, { code: 'parameter_invalid', param: 'id' });
}

/** The key that the caller gave, or a new one. */
function idempotencyKey(given: unknown): string {
  if (given === undefined || given === null) return crypto.randomUUID();
  if (typeof given === 'string' && /^[\x21-\x7e]{1,255}$/.test(given)) return given;
  const message = 'idempotencyKey is malformed: 1 to 255 visible characters of ASCII, such as your order\'s number';
  throw new VinrInvalidRequestError(message, { code: 'parameter_invalid', param: 'idempotencyKey' });
}

/** Whether an attempt that failed so may be repeated. */
function isRetryable(error: unknown): error is VinrError {
  if (error instanceof VinrConnectionError) return true;
  if (!(error instanceof VinrError) || error.status === null) return false;
  return error.status === 429 || error.status >= 500 || error.code === 'idempotency_key_in_use';
}

/** Milliseconds to wait before another attempt, or null when the server asks for more than is waited. */
export function delayMs(error: VinrError, attempt: number, chance = Math.random()): number | null {
  if (error.retryAfter !== null) return error.retryAfter > RETRY_AFTER_S_MAX ? null : error.retryAfter * 1000;
  const full = Math.min(BACKOFF_MS * 2 ** attempt, BACKOFF_MS_MAX);
  // Half of it by chance, so that clients that failed together do not come back together.
  return full / 2 + (full / 2) * chance;
}

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

export class Transport {
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Sends a request until it has an answer, or may not be sent again. */
  async send<T>(request: Request, options: RequestOptions = {}): Promise<T> {
    const retries = readMaxRetries(options.maxRetries) ?? this.#settings.maxRetries;
    const [url, init] = this.#prepare(request, options);
    const timeout = (readTimeout(options.timeout) ?? this.#settings.timeout) + (request.wait ?? 0);
    for (let attempt = 0; ; attempt++) {
      options.signal?.throwIfAborted();
      try {
        return (await this.#attempt(url, init, timeout, options.signal)) as T;
      } catch (error) {
        if (attempt >= retries || !isRetryable(error)) throw error;
        const wait = delayMs(error, attempt);
        if (wait === null) throw error;
        await sleep(wait, options.signal);
      }
    }
  }

  #prepare(request: Request, options: RequestOptions): [string, RequestInit] {
    const { secretKey, apiVersion, baseUrl } = this.#settings;
    const headers: Record<string, string> = {
      authorization: `Bearer ${secretKey}`,
      accept: 'application/json',
      'user-agent': `vinr-sdk-typescript/${VERSION}`,
      'vinr-version': apiVersion,
    };
    const body: Record<string, unknown> = { ...request.body };
    if (request.method === 'POST') {
      // A create takes its key in the body as well, in either spelling. It travels in the header, where two cannot disagree.
      headers['idempotency-key'] = idempotencyKey(options.idempotencyKey ?? body['idempotencyKey'] ?? body['idempotency_key']);
      delete body['idempotencyKey'];
      delete body['idempotency_key'];
      headers['content-type'] = 'application/json';
    }
    const init: RequestInit = { method: request.method, headers, redirect: 'manual' };
    if (request.method === 'POST') init.body = JSON.stringify(body);
    return [baseUrl + request.path + encodeQuery(request.query), init];
  }

  /** One attempt, from the first byte to the last, within its time. */
  async #attempt(url: string, init: RequestInit, timeout: number, signal: AbortSignal | undefined): Promise<unknown> {
    const own = new AbortController();
    const abort = () => own.abort(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      own.abort();
    }, timeout);
    try {
      const { fetch } = this.#settings;
      const response = await fetch(url, { ...init, signal: own.signal });
      return answerOf(response, await response.text());
    } catch (error) {
      if (error instanceof VinrError) throw error;
      signal?.throwIfAborted();
      throw unreachable(url, error, late ? timeout : null);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }
}

function answerOf(response: Response, text: string): unknown {
  const { status, headers } = response;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (!response.ok) throw errorOf(status, headers, body);
  if (typeof body === 'object' && body !== null) return body;
  const message = `the server answered ${status} without JSON: check that baseUrl is the VINR API`;
  throw new VinrApiError(message, { code: 'unexpected_response', status, requestId: headers.get('x-vinr-request-id') });
}

function unreachable(url: string, cause: unknown, timeout: number | null): VinrConnectionError {
  const { origin } = new URL(url);
  if (timeout !== null) {
    return new VinrConnectionError(`no answer from ${origin} within ${timeout} ms: try again, or raise timeout`, { code: 'timeout', cause });
  }
  const message = `no answer from ${origin}: check baseUrl and the network`;
  return new VinrConnectionError(message, { code: 'connection_failed', cause });
}
