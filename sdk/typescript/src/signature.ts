// Webhooks that can be trusted: `x-vinr-signature: t=<unix>,v1=<hex>[,v1=…]`, where each v1 is the HMAC-SHA256 of
// "<t>.<raw body>" under a secret that may vouch for it. Synchronous on every runtime, hence no Web Crypto.
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { VinrSignatureError } from './errors.js';
import type { VinrEvent } from './events.js';

const TOLERANCE_S = 300;
/** Longer than any header that the server sends: it bounds the work that a stranger can cause. */
const HEADER_LENGTH_MAX = 8192;

/** The key that a secret key stands for. */
function derived(secretKey: string): Uint8Array {
  const text = new TextEncoder();
  return hkdf(sha256, sha256(text.encode(secretKey)), undefined, text.encode('vinr webhook'), 32);
}

const refuse = (code: string, message: string, cause?: unknown) => new VinrSignatureError(message, { code, param: 'signature', cause });

interface Signature {
  time: number;
  candidates: Uint8Array[];
}

function fromHex(text: string): Uint8Array | null {
  if (!/^[0-9a-f]{64}$/i.test(text)) return null;
  return Uint8Array.from({ length: 32 }, (_, index) => Number.parseInt(text.slice(index * 2, index * 2 + 2), 16));
}

function parse(header: string): Signature {
  if (header.length > HEADER_LENGTH_MAX) throw refuse('signature_malformed', 'the signature header is too long to be genuine');
  const pairs = header.split(',').map((part): [string, string] => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()];
  });
  const values = (name: string) => pairs.filter(([key]) => key === name).map(([, value]) => value);
  const [time, ...others] = values('t');
  const candidates = values('v1').map(fromHex).filter((one) => one !== null);
  if (time === undefined || others.length > 0 || !/^\d{1,12}$/.test(time) || candidates.length === 0) {
    throw refuse('signature_malformed', 'the signature has not the form t=…,v1=…: pass the header x-vinr-signature unchanged');
  }
  return { time: Number(time), candidates };
}

/** Takes the same time wherever the first difference is. Both are 32 bytes. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = one.length ^ other.length;
  for (let index = 0; index < one.length; index++) difference |= (one[index] ?? 0) ^ (other[index] ?? 0);
  return difference === 0;
}

function signed(key: Uint8Array, time: number, payload: Uint8Array): Uint8Array {
  return hmac.create(sha256, key).update(new TextEncoder().encode(`${time}.`)).update(payload).digest();
}

function bytesOf(payload: unknown): Uint8Array {
  if (typeof payload === 'string') return new TextEncoder().encode(payload);
  if (payload instanceof Uint8Array) return payload;
  const message = 'the payload is not the raw body: pass it as text or bytes, as it arrived, before a JSON parser touches it';
  throw new VinrSignatureError(message, { code: 'payload_not_raw', param: 'payload' });
}

/** Verifies deliveries with the keys that a client knows. */
export class Verifier {
  readonly #secretKey: string;
  readonly #webhookSecret: Uint8Array | undefined;
  #keys: Uint8Array[] | undefined;

  constructor(secretKey: string, webhookSecret: Uint8Array | undefined) {
    this.#secretKey = secretKey;
    this.#webhookSecret = webhookSecret;
  }

  verify(payload: string | Uint8Array, header: string | null | undefined): VinrEvent {
    const bytes = bytesOf(payload);
    if (typeof header !== 'string' || header === '') {
      throw refuse('signature_missing', 'the request has no signature: read the header x-vinr-signature, and answer 400 if it is not there');
    }
    const { time, candidates } = parse(header);
    if (!this.#isGenuine(bytes, time, candidates)) {
      throw refuse('signature_mismatch', 'no signature matches: check that the payload is the raw body, and that secretKey or webhookSecret belongs to this endpoint and environment');
    }
    if (Math.abs(Date.now() / 1000 - time) > TOLERANCE_S) {
      throw refuse('signature_stale', 'the signature is more than five minutes away from now: check this machine\'s clock; if it is right, somebody may be replaying an old delivery');
    }
    return JSON.parse(new TextDecoder().decode(bytes)) as VinrEvent;
  }

  #isGenuine(payload: Uint8Array, time: number, candidates: Uint8Array[]): boolean {
    // Derived at the first delivery: most clients never verify one.
    this.#keys ??= [...(this.#webhookSecret ? [this.#webhookSecret] : []), derived(this.#secretKey)];
    let found = false;
    for (const key of this.#keys) {
      const expected = signed(key, time, payload);
      for (const candidate of candidates) found = isSame(expected, candidate) || found;
    }
    return found;
  }
}
