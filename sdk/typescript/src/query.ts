// Parameters in the query string: `created[gte]=1`, `expand[]=customer`.

type Pair = [name: string, value: string];

function* pairs(name: string, value: unknown): Generator<Pair> {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) yield* pairs(`${name}[]`, one);
  } else if (typeof value === 'object' && !(value instanceof Date)) {
    for (const [key, one] of Object.entries(value)) yield* pairs(`${name}[${key}]`, one);
  } else {
    yield [name, value instanceof Date ? value.toISOString() : String(value)];
  }
}

/** The query string with its question mark, or nothing. */
export function encodeQuery(parameters: object | undefined): string {
  const all = Object.entries(parameters ?? {}).flatMap(([name, value]) => [...pairs(name, value)]);
  return all.length === 0 ? '' : `?${new URLSearchParams(all)}`;
}
