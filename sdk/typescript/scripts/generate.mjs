// Asks the server's binary for its OpenAPI document and writes everything that follows from it.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { generated, printed } from './openapi.mjs';

const here = (name) => new URL(name, import.meta.url).pathname;
const binary = process.env.VINR_BINARY ?? here('../../../target/debug/vinr');
const folder = here('../src/generated');

const text = printed(binary);
writeFileSync(here('../openapi.json'), text);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const [name, content] of Object.entries(await generated(text))) writeFileSync(`${folder}/${name}`, content);
