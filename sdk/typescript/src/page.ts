// A page of a list is an array with a way to the rest.
import type { RequestOptions } from './options.js';
import type { Transport } from './transport.js';

/** A list as the API sends it. */
interface Envelope<T> {
  data: T[];
  page?: { hasMore: boolean; nextCursor?: string | null };
}

interface Cursors {
  startingAfter?: unknown;
  endingBefore?: unknown;
  after?: unknown;
  wait?: unknown;
}

/** Loads the page that follows. */
type Next<T> = () => Promise<Page<T>>;

/**
 * A page of a list: an array of its objects. `hasMore` tells whether the list goes on, `nextPage()` loads what follows,
 * and `for await` goes through everything. `map`, `filter` and their like give plain arrays.
 */
export class Page<T> extends Array<T> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  readonly #next: Next<T> | null;

  constructor(entries: readonly T[], next: Next<T> | null) {
    super();
    for (const entry of entries) this.push(entry);
    this.#next = next;
  }

  /** Whether there is more of the list in the direction that was asked for. */
  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** The page after this one, or null after the last. */
  async nextPage(): Promise<Page<T> | null> {
    return this.#next === null ? null : this.#next();
  }

  /** Every object of this page and of all that follow. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let page: Page<T> | null = this; page !== null; page = await page.nextPage()) yield* page.values();
  }
}

/**
 * What to ask for after a page: further in the direction in which the list was read. A page that had to look for its
 * objects may be short or empty and the list go on; its cursor says where the look ended.
 */
function following(query: Cursors, first: { id: string } | undefined, cursor: string): Cursors {
  // By their numbers events are read oldest first. The wait was for the first of them only.
  if (typeof query.after === 'number') return { ...query, after: Number(cursor), wait: undefined };
  if (typeof query.endingBefore === 'string') return { ...query, endingBefore: first?.id ?? cursor };
  return { ...query, startingAfter: cursor };
}

/** Asks for a page of a list. */
export async function list<T extends { id: string }>(
  transport: Transport,
  path: string,
  query: object | undefined,
  options: RequestOptions | undefined,
): Promise<Page<T>> {
  const cursors = (query ?? {}) as Cursors;
  const wait = typeof cursors.wait === 'number' ? cursors.wait * 1000 : 0;
  const { data, page } = await transport.send<Envelope<T>>({ method: 'GET', path, query, wait }, options);
  if (!page?.hasMore || typeof page.nextCursor !== 'string') return new Page(data, null);
  const next = following(cursors, data[0], page.nextCursor);
  return new Page(data, () => list<T>(transport, path, next, options));
}
