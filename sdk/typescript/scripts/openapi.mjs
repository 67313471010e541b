// From the server's OpenAPI document to TypeScript: what is committed as `openapi.json` and under `src/generated/`.
//
// The document's schemas become one file for each family of endpoints, so that each can be read in one sitting. Bodies
// and queries, which the document writes in place, get names made from their operation: `PostPaymentsBody`,
// `GetPaymentsQuery`. Envelopes of lists are left out: the SDK has pages for them.
import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';
import openapiTS, { astToString } from 'openapi-typescript';

/** Families of several resources, each of which has a file. */
const DIVIDED = ['loyalty'];
/** Resources of one scope that have an address each: a file each, too. */
const OF_BILLING = ['products', 'prices', 'coupons', 'tax-rates'];
/** A resource that has a file beside its family's. */
const APART = ['payments/sessions'];
/** A second address of the same resource, with the same shapes. */
const ALIASES = ['webhook-endpoints'];
/** Lists of objects that no other answer shows. */
const OF_LISTS = ['billing.UsageSummaryList'];
const HEADER = '// Generated from openapi.json by `npm run generate`. Do not edit.\n\n';
const REFERENCE = '#/components/schemas/';

/** The document as a server's binary prints it. */
export function printed(binary) {
  return execFileSync(binary, ['openapi', '--environment', 'sandbox'], { encoding: 'utf8', maxBuffer: 1 << 26 });
}

const pascal = (name) => name.replace(/(?:^|[_-])(\w)/g, (_, letter) => letter.toUpperCase());
const isList = (schema) => schema.properties?.data?.type === 'array' && schema.properties.object?.description === 'Always `list`.';

/** A schema without what says nothing in TypeScript. */
function plain(schema) {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).filter(([key, value]) => !(['format', 'title'].includes(key) && typeof value === 'string'));
  return Object.fromEntries(entries.map(([key, value]) => [key, plain(value)]));
}

function queryOf(operation) {
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  if (parameters.length === 0) return undefined;
  return {
    type: 'object',
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, parameter.schema])),
    required: parameters.filter((parameter) => parameter.required).map((parameter) => parameter.name),
  };
}

/** What an operation takes, by name. */
function* inputs(operations) {
  for (const [method, operation] of Object.entries(operations)) {
    // The same as PATCH: `POST /v1/x/{id}` is its other spelling.
    if (method === 'post' && operations.patch) continue;
    const body = operation.requestBody?.content['application/json'].schema;
    const query = queryOf(operation);
    if (body) yield [`${pascal(operation.operationId)}Body`, body];
    if (query) yield [`${pascal(operation.operationId)}Query`, query];
  }
}

/** Whether the shapes of a path's resource are in a file of their own. */
function isDivided(path) {
  const [, , family, resource] = path.split('/');
  return DIVIDED.includes(family) || APART.includes(`${family}/${resource}`);
}

/** The file of a path's shapes: its family, or its resource where that is divided. */
function fileOf(path) {
  const [, , family, resource] = path.split('/');
  return isDivided(path) ? `${family}-${resource}` : family;
}

/** For each object of a resource that has a file of its own, the file of the first path that answers with it. */
function answeredBy(document) {
  const files = {};
  for (const [path, operations] of Object.entries(document.paths)) {
    if (!isDivided(path) && !OF_BILLING.includes(fileOf(path))) continue;
    for (const { responses } of Object.values(operations)) {
      const name = responses['200'].content?.['application/json']?.schema.$ref?.slice(REFERENCE.length);
      if (name) files[name] ??= fileOf(path);
    }
  }
  return files;
}

/** The schemas of the document, by file: a family's own objects, then what its endpoints take. */
function families(document) {
  const found = {};
  const add = (file, name, schema) => ((found[file] ??= {})[name] = plain(schema));
  const answered = answeredBy(document);
  const seen = [];
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const [family, own] = name.includes('.') ? name.split('.') : ['errors', name];
    if (OF_LISTS.includes(name)) add(family, own.slice(0, -'List'.length), schema.properties.data.items);
    if (isList(schema) || seen.some((one) => isDeepStrictEqual(one, schema))) continue;
    seen.push(schema);
    // The document's names are scopes' (`payment_links`), its paths are URLs' (`payment-links`).
    add(answered[name] ?? family.replaceAll('_', '-'), own, schema);
  }
  for (const [path, operations] of Object.entries(document.paths)) {
    if (ALIASES.includes(path.split('/')[2])) continue;
    for (const [name, schema] of inputs(operations)) add(fileOf(path), name, schema);
  }
  return found;
}

/** Schemas may point at each other by the document's names; a file has to be whole without the others. */
function whole(schemas, document) {
  const complete = { ...schemas };
  const point = (value) => {
    if (Array.isArray(value)) return value.map(point);
    if (typeof value !== 'object' || value === null) return value;
    if (typeof value.$ref !== 'string') return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, point(one)]));
    const name = value.$ref.slice(REFERENCE.length);
    const own = name.split('.').at(-1);
    complete[own] ??= point(plain(document.components.schemas[name]));
    return { $ref: REFERENCE + own };
  };
  for (const name of Object.keys(schemas)) complete[name] = point(schemas[name]);
  return complete;
}

/** Every generated file: its name under `src/generated/` and its text. */
export async function generated(text) {
  const document = JSON.parse(text);
  const files = {};
  for (const [family, schemas] of Object.entries(families(document))) {
    const part = { openapi: document.openapi, info: document.info, paths: {}, components: { schemas: whole(schemas, document) } };
    const nodes = await openapiTS(part, { defaultNonNullable: false, silent: true });
    const kept = nodes.filter((node) => node.name?.text === 'components');
    files[`${family}.ts`] = HEADER + astToString(kept);
  }
  files['version.ts'] = `${HEADER}/** The version of the API that these types describe. */\nexport const API_VERSION = '${document.info.version}';\n`;
  return files;
}
