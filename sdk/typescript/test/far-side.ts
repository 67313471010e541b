// The far side of a connection: a server that answers as a test says and keeps what it was asked, and a merchant's
// receiver of webhooks.
import { createServer, type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** The connection is closed instead of an answer, or in the middle of it. */
  breaks?: 'before' | 'within';
  /** Nothing is answered. */
  silent?: boolean;
}

async function listen(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

/** A server that gives these answers in their order, the last one for ever. */
export async function answering(...answers: Answer[]) {
  const asked: Asked[] = [];
  const { server, url } = await listen(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8'), at: Date.now() });
    const answer = answers[Math.min(asked.length, answers.length) - 1] ?? {};
    if (answer.silent) return;
    if (answer.breaks === 'before') {
      request.socket.destroy();
      return;
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    if (answer.breaks === 'within') {
      response.write(text.slice(0, 1), () => request.socket.destroy());
      return;
    }
    response.end(text);
  });
  return { url, asked, end: () => close(server) };
}

export interface Delivered {
  payload: string;
  bytes: Uint8Array;
  headers: Headers;
  signature: string | null;
}

/** A merchant's server. `next()` resolves with its deliveries in their order. */
export async function receiver() {
  const got: Delivered[] = [];
  const waiting: ((delivered: Delivered) => void)[] = [];
  const { server, url } = await listen(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = new Uint8Array(Buffer.concat(chunks));
    const headers = new Headers(Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]));
    const delivered = { payload: Buffer.from(bytes).toString('utf8'), bytes, headers, signature: headers.get('x-vinr-signature') };
    response.writeHead(204).end();
    const waiter = waiting.shift();
    if (waiter) waiter(delivered);
    else got.push(delivered);
  });
  const next = (): Promise<Delivered> => {
    const first = got.shift();
    return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
  };
  return { url: `${url}/hooks`, next, end: () => close(server) };
}
