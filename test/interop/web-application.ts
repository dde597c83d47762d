// Owns: an application of a user: an HTTP server that answers with documents and keeps every request as it came.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  /** As in the request line. */
  readonly target: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Request line, headers and body as they came. */
  readonly verbatim: string;
}

export type Page = string | Uint8Array | ((request: Received) => string);

export interface WebApplication {
  readonly url: string;
  /** What `path` answers from now on. */
  serve(path: string, page: Page): void;
  /** Of `path` and what is below it, oldest first. */
  received(path: string): readonly Received[];
  close(): Promise<void>;
}

export async function startApplication(host = '127.0.0.1'): Promise<WebApplication> {
  const pages = new Map<string, Page>();
  const requests: Received[] = [];

  const server = createServer(async (message, response) => {
    const received = await receive(message);
    requests.push(received);
    const page = pages.get(received.path);
    if (page === undefined) {
      response.writeHead(404).end();
      return;
    }
    const body = typeof page === 'function' ? page(received) : page;
    response.writeHead(200, { 'content-type': typeof body === 'string' ? 'text/xml' : 'audio/wav' }).end(body);
  });
  server.listen(0, host);
  await once(server, 'listening');

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    serve: (path, page) => void pages.set(path, page),
    received: (path) => requests.filter((request) => request.path === path || request.path.startsWith(`${path}/`)),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function receive(message: IncomingMessage): Promise<Received> {
  const { method = '', url: target = '', httpVersion, headers, rawHeaders } = message;
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8');
  const fields = rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : []));
  const url = new URL(target, 'http://application.invalid');
  return {
    method,
    target,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers,
    body,
    verbatim: [`${method} ${target} HTTP/${httpVersion}`, ...fields, '', body].join('\n'),
  };
}
