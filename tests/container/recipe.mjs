// What Dockerfile, .dockerignore, compose.yaml and the README say, as values.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import dockerignore from '@balena/dockerignore';
import { DockerfileParser } from 'dockerfile-ast';
import { parse } from 'yaml';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');

const read = (path) => readFileSync(join(ROOT, path), 'utf8');
const strings = (instruction) => instruction.getJSONStrings().map((one) => one.getJSONValue());
const words = (instruction) => instruction.getArguments().map((one) => one.getValue());

/** What an instruction adds to its stage; one that is not here fails the test, which would pass it over otherwise. */
const ADD = {
  WORKDIR: (stage, one) => (stage.workdir = words(one)[0]),
  ENV: (stage, one) => one.getProperties().forEach((pair) => (stage.env[pair.getName()] = pair.getValue())),
  COPY: (stage, one) => {
    const [flag] = one.getFlags().map(String);
    const paths = words(one);
    stage.copies.push({ from: flag?.replace(/^--from=/, ''), sources: paths.slice(0, -1), target: paths.at(-1) });
  },
  RUN: (stage, one) => stage.runs.push(one.getArgumentsContent()),
  USER: (stage, one) => (stage.user = words(one)[0].split(':').map(Number)),
  VOLUME: (stage, one) => stage.volumes.push(...words(one)),
  EXPOSE: (stage, one) => stage.ports.push(...words(one).map(Number)),
  STOPSIGNAL: (stage, one) => (stage.stopSignal = words(one)[0]),
  HEALTHCHECK: (stage, one) => (stage.healthcheck = JSON.parse(one.getArgumentsContent().replace(/^CMD\s+/, ''))),
  ENTRYPOINT: (stage, one) => (stage.entrypoint = strings(one)),
  CMD: (stage, one) => (stage.command = strings(one)),
};

/** The stages of the Dockerfile, in their order. */
export function stages() {
  const found = [];
  for (const one of DockerfileParser.parse(read('Dockerfile')).getInstructions()) {
    if (one.getKeyword() === 'FROM') {
      const [image, , name] = words(one);
      found.push({ image, name, env: {}, copies: [], runs: [], volumes: [], ports: [] });
    } else {
      ADD[one.getKeyword()](found.at(-1), one);
    }
  }
  return found;
}

/** Whether .dockerignore keeps a path out of the build. */
export function ignores() {
  const filter = dockerignore().add(read('.dockerignore'));
  return (path) => filter.ignores(path);
}

/** compose.yaml with its `${NAME}` and `${NAME:-default}` filled in. */
export function compose(env) {
  const variable = (_, name, fallback) => {
    const value = env[name] ?? fallback;
    if (value === undefined) throw new Error(`compose.yaml wants ${name}, which has no default`);
    return value;
  };
  return parse(read('compose.yaml').replace(/\$\{(\w+)(?::-([^}]*))?\}/g, variable));
}

/** The version that rust-toolchain.toml pins. */
export function toolchain() {
  return /^channel = "([^"]+)"$/m.exec(read('rust-toolchain.toml'))[1];
}

/** The lines of the README's first block about containers. */
export function readmeLines() {
  const section = read('README.md').split(/^## /m).find((one) => one.startsWith('Run it in a container\n'));
  const [, block] = /^```sh\n([^]*?)^```$/m.exec(section);
  return block.trim().split('\n');
}
