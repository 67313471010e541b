// What a client is made with, checked once: a mistake in it throws where the client is made.
import { VinrAuthenticationError, VinrInvalidRequestError } from './errors.js';
import { API_VERSION } from './generated/version.js';

/** The two worlds of an account. They share nothing. */
export type Environment = 'sandbox' | 'live';

export interface VinrOptions {
  /** `sk_test_…` or `sk_live_…`, or a restricted key. Its prefix chooses the environment. */
  secretKey: string | undefined;
  /** `pk_test_…` or `pk_live_…`, for handing on to browsers as `vinr.publicKey`. */
  publicKey?: string | undefined;
  /** `whsec_…` of your webhook endpoint. Without it, webhooks are verified by the secret key. */
  webhookSecret?: string | undefined;
  /** Where the API is, with or without `/v1`, if it is not VINR's own host of the key's environment. */
  baseUrl?: string | undefined;
  /** The dated version of the API; the one that the SDK's types describe if nothing is said. */
  apiVersion?: string | undefined;
  /** Milliseconds that one attempt may take, 60,000 if nothing is said. */
  timeout?: number | undefined;
  /** How often a request is tried again, 2 if nothing is said. */
  maxRetries?: number | undefined;
  /** What sends requests, instead of the runtime's own `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
}

/** What one request may have of its own. */
export interface RequestOptions {
  /** Names a POST, so that it takes effect once. Without it the SDK makes one that holds for its own retries. */
  idempotencyKey?: string | undefined;
  /** Ends the request and its retries when it is aborted. */
  signal?: AbortSignal | undefined;
  /** Milliseconds that one attempt may take. */
  timeout?: number | undefined;
  /** How often it is tried again. */
  maxRetries?: number | undefined;
}

/** The options, read. */
export interface Settings {
  secretKey: string;
  publicKey: string | undefined;
  webhookSecret: Uint8Array | undefined;
  environment: Environment;
  baseUrl: string;
  apiVersion: string;
  timeout: number;
  maxRetries: number;
  fetch: typeof globalThis.fetch;
}

const HOSTS: Record<Environment, string> = { sandbox: 'sandbox.api.vinr.com', live: 'api.vinr.com' };
const PREFIXES: Record<Environment, string> = { sandbox: 'test', live: 'live' };
const TIMEOUT_MS = 60_000;
/** The longest that a timer of JavaScript can wait. */
const TIMEOUT_MS_MAX = 2_147_483_647;
const RETRIES = 2;
const RETRIES_MAX = 20;

const invalid = (param: string, message: string) =>
  new VinrInvalidRequestError(message, { code: 'parameter_invalid', param });

function readSecretKey(key: unknown): [string, Environment] {
  const refuse = (code: string, message: string) => new VinrAuthenticationError(message, { code, param: 'secretKey' });
  if (key === undefined || key === null || key === '') {
    throw refuse('api_key_missing', 'secretKey is missing: pass the key that begins with sk_test_ or sk_live_, and check that its environment variable is set');
  }
  if (typeof key === 'string' && key.startsWith('pk_')) {
    throw refuse('api_key_malformed', 'secretKey is a public key: pass the one that begins with sk_test_ or sk_live_');
  }
  const found = typeof key === 'string' ? /^[sr]k_(test|live)_[0-9A-Za-z_]+$/.exec(key) : null;
  if (typeof key !== 'string' || !found) {
    throw refuse('api_key_malformed', 'secretKey is malformed: it begins with sk_test_ or sk_live_ and goes on with letters and digits; check for spaces, quotes and line ends');
  }
  return [key, found[1] === 'live' ? 'live' : 'sandbox'];
}

function readPublicKey(key: unknown, environment: Environment): string | undefined {
  if (key === undefined) return undefined;
  const prefix = `pk_${PREFIXES[environment]}_`;
  if (typeof key !== 'string' || !/^pk_(test|live)_[0-9A-Za-z_]+$/.test(key)) {
    throw invalid('publicKey', `publicKey is malformed: it begins with ${prefix}`);
  }
  if (!key.startsWith(prefix)) {
    throw invalid('publicKey', `publicKey and secretKey belong to different environments: pass the one that begins with ${prefix}`);
  }
  return key;
}

/** The bytes that an endpoint's secret stands for. */
function readWebhookSecret(secret: unknown): Uint8Array | undefined {
  if (secret === undefined) return undefined;
  const found = typeof secret === 'string' ? /^whsec_([0-9A-Za-z+/]+={0,2})$/.exec(secret) : null;
  try {
    if (found?.[1]) return Uint8Array.from(atob(found[1]), (letter) => letter.charCodeAt(0));
  } catch {
    // Not base64 after all: the message below says what is expected.
  }
  throw invalid('webhookSecret', 'webhookSecret is malformed: pass the whole secret of your endpoint, which begins with whsec_');
}

function readBaseUrl(given: unknown, environment: Environment): string {
  if (given === undefined) return `https://${HOSTS[environment]}/v1`;
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    throw invalid('baseUrl', 'baseUrl is malformed: pass an absolute http or https URL such as http://127.0.0.1:8080');
  }
  const other = environment === 'live' ? 'sandbox' : 'live';
  if (url.hostname === HOSTS[other]) {
    throw invalid('baseUrl', `baseUrl is the ${other} API, but secretKey belongs to the ${environment}: leave baseUrl out, or pass the other key`);
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return `${url.origin}${path}/v1`;
}

function readApiVersion(version: unknown): string {
  if (version === undefined) return API_VERSION;
  if (typeof version === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(version)) return version;
  throw invalid('apiVersion', `apiVersion is malformed: it is a date such as ${API_VERSION}`);
}

/** Milliseconds of an attempt's patience. */
export function readTimeout(timeout: unknown): number | undefined {
  if (timeout === undefined) return undefined;
  if (typeof timeout !== 'number' || !(timeout > 0 && timeout <= TIMEOUT_MS_MAX)) {
    throw invalid('timeout', `timeout is a number of milliseconds, from 1 to ${TIMEOUT_MS_MAX}`);
  }
  return timeout;
}

/** How many retries there may be. */
export function readMaxRetries(retries: unknown): number | undefined {
  if (retries === undefined) return undefined;
  if (!Number.isInteger(retries) || (retries as number) < 0 || (retries as number) > RETRIES_MAX) {
    throw invalid('maxRetries', `maxRetries is a whole number from 0 to ${RETRIES_MAX}`);
  }
  return retries as number;
}

function readFetch(given: unknown): typeof globalThis.fetch {
  const found = given ?? globalThis.fetch;
  if (typeof found !== 'function') throw invalid('fetch', 'this runtime has no fetch: pass one as `fetch`');
  return found as typeof globalThis.fetch;
}

/** Reads the options; throws on the first that cannot be. */
export function read(options: VinrOptions): Settings {
  const [secretKey, environment] = readSecretKey((options as VinrOptions | undefined)?.secretKey);
  return {
    secretKey,
    environment,
    publicKey: readPublicKey(options.publicKey, environment),
    webhookSecret: readWebhookSecret(options.webhookSecret),
    baseUrl: readBaseUrl(options.baseUrl, environment),
    apiVersion: readApiVersion(options.apiVersion),
    timeout: readTimeout(options.timeout) ?? TIMEOUT_MS,
    maxRetries: readMaxRetries(options.maxRetries) ?? RETRIES,
    fetch: readFetch(options.fetch),
  };
}
