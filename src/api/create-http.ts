// Owns: the HTTP listener: who is answered, how long a client may take, and one form for every error. Fastify underneath.
// It listens for this machine only unless told otherwise, refuses the Host of other sites (host-check.ts), sends no CORS
// headers, and changes nothing for a page of another site (other-sites.ts).
// Does not: know keys (access.ts), nor what an address answers (routes.ts, faces.ts).
import { METHODS, STATUS_CODES } from 'node:http';
import { isIPv6, type Socket } from 'node:net';
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CommandFace, RestFace, Voice } from '../dialects/rest.ts';
import type { CallFacts } from '../flow/report.ts';
import type { Store } from '../store/store.ts';
import { type Access, createAccess, type Keys } from './access.ts';
import { createFaces, type Faces } from './faces.ts';
import { clientFault, sendFault } from './fault.ts';
import { createHostCheck } from './host-check.ts';
import type { OutboxFace } from './outbox.ts';
import { addRoutes } from './routes.ts';

export interface HttpOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Log;
  readonly store: Pick<Store, 'calls' | 'call' | 'tape' | 'recordings'>;
  /** The files of recordings are below it. */
  readonly dataDir: string;
  readonly live: () => readonly CallFacts[];
  /** Whose what is; without it everything is shown to everybody who is answered. */
  readonly accounts?: AccountsFace;
  /** Whether requests without credentials are answered, of this machine; `local`. */
  readonly anonymous?: 'local' | 'never' | undefined;
  /** What clients call this server. */
  readonly advertisedUrl?: string | undefined;
  /** Events for applications; without it there are none. */
  readonly outbox?: OutboxFace;
  /** Figures are shown to everybody who reaches the port. */
  readonly health: () => {
    readonly status: 'ok' | 'recovering' | 'draining' | 'overloaded';
    readonly [figure: string]: unknown;
  };
  readonly limits?: Partial<HttpLimits>;
}

export interface AccountsFace {
  readonly keys: Keys;
  /** What is asked for over the REST interfaces of dialects. */
  readonly voiceOf: (account: string) => Voice;
  readonly faces: { readonly rest: readonly RestFace[]; readonly command: readonly CommandFace[] };
  /** Names of all apps that are or were its own. */
  readonly everyAppOf: (account: string) => readonly string[];
  readonly accountOf: (app: string) => string;
}

export interface HttpLimits {
  /** How long a request may take to arrive, body and all, although no route wants one. */
  readonly requestMs: number;
  /** How long a connection may be silent while it is waited for. */
  readonly silentMs: number;
  /** How long a connection is kept for the next request. */
  readonly keepAliveMs: number;
  /** How long the store may take to answer. */
  readonly handlerMs: number;
  /** How long close() waits for answers on their way. */
  readonly closeMs: number;
  readonly connections: number;
}

export interface HttpFace {
  readonly app: FastifyInstance;
  /** Resolves with what was bound; rejects with `http-listen-failed`. */
  start(): Promise<{ host: string; port: number }>;
  /** Takes no more connections, ends idle ones, and after `closeMs` all. */
  close(): Promise<void>;
}

const defaultLimits: HttpLimits = {
  requestMs: 10_000,
  silentMs: 30_000,
  keepAliveMs: 10_000,
  handlerMs: 10_000,
  closeMs: 2000,
  connections: 256,
};

const lingerMs = 500;

export function createHttp(options: HttpOptions): HttpFace {
  const { log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const checkHost = createHostCheck(options.host, options.advertisedUrl);
  const access = createAccessOf(options);
  const faces = createFacesOf(options, access, limits);

  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: true },
    requestTimeout: limits.requestMs,
    connectionTimeout: limits.silentMs,
    keepAliveTimeout: limits.keepAliveMs,
    return503OnClosing: false,
    http: {
      headersTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.ceil(limits.requestMs / 10),
      maxHeaderSize: 16 * 1024,
      // Checked with the rest of it, so that the answer has our form.
      requireHostHeader: false,
    },
    frameworkErrors(error, _, reply) {
      begin(reply);
      sendFault(reply, error, log);
    },
    clientErrorHandler: answerNoRequest,
  });
  app.server.maxConnections = limits.connections;

  // Known methods get 405 where they are wrong; Fastify would say 404 to those that it has no words for.
  for (const method of METHODS)
    if (!app.supportedMethods.includes(method) && method !== 'CONNECT') app.addHttpMethod(method);

  app.addHook('onRequest', async (request, reply) => {
    begin(reply);
    checkHost(request.raw);
    if (faces !== null && (await faces.answer(request, reply))) return reply;
    // Here and not in the handler, which would want to understand the body first.
    if (request.is404) throw new CodedError('http-not-found', 'Nothing is at this address');
    return;
  });
  app.addHook('onResponse', async (request, reply) => {
    const path = request.raw.url?.split('?', 1)[0];
    const elapsedMs = Math.round(reply.elapsedTime);
    log.debug({ method: request.method, path, status: reply.statusCode, elapsedMs }, 'HTTP request answered');
  });
  app.setErrorHandler((error, _, reply) => sendFault(reply, error, log));
  app.setNotFoundHandler(() => {
    throw new CodedError('http-not-found', 'Nothing is at this address');
  });
  addRoutes(app, options, access, limits.handlerMs);

  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    const late = setTimeout(() => app.server.closeAllConnections(), limits.closeMs);
    try {
      await app.close();
    } finally {
      clearTimeout(late);
    }
  }

  return {
    app,
    async start() {
      try {
        // Fastify would open a second listener for the other address of localhost, without our limits.
        await app.listen({ host: options.host === 'localhost' ? '127.0.0.1' : options.host, port: options.port });
      } catch (cause) {
        throw listenFault(options, cause as NodeJS.ErrnoException);
      }
      const { address, port } = app.server.address() as { address: string; port: number };
      return { host: address, port };
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
}

function createAccessOf({ accounts, host, anonymous = 'local' }: HttpOptions): Access | null {
  return accounts === undefined ? null : createAccess({ keys: accounts.keys, boundHost: host, anonymous });
}

function createFacesOf(options: HttpOptions, access: Access | null, limits: HttpLimits): Faces | null {
  const { accounts, advertisedUrl, log } = options;
  if (accounts === undefined || access === null) return null;
  const { keys, voiceOf, faces } = accounts;
  const here = advertisedUrl?.replace(/\/+$/, '') ?? null;
  return createFaces({ ...faces, keys, access, voiceOf, advertisedUrl: here, answerMs: limits.handlerMs, log });
}

/** What holds for every answer. Other sites may neither read nor embed what is here, and nobody keeps it. */
function begin(reply: FastifyReply): void {
  reply.headers({
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
}

/** What came is no request, or not in time. */
function answerNoRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.writableEnded) return;
  // After an answer has begun, another one would only be part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const { status, body } = clientFault(error.code);
  const text = JSON.stringify(body);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
  // Closed at once, what the client still sends would be answered with a reset, which overtakes the answer.
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(linger));
}

const listenHints: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program holds this port: stop it, or set http.port to another one (0 takes a free one).',
  EACCES: 'This user may not take this port: set http.port to one from 1024 on.',
  EADDRNOTAVAIL: 'This machine has no such address: set http.host to one that it has, such as 127.0.0.1.',
  ENOTFOUND: 'This name cannot be resolved: set http.host to an address, such as 127.0.0.1.',
};

function listenFault({ host, port }: Pick<HttpOptions, 'host' | 'port'>, cause: NodeJS.ErrnoException): CodedError {
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const hint = listenHints[cause.code ?? ''];
  return new CodedError('http-listen-failed', `HTTP cannot listen on ${where}: ${cause.message}`, {
    cause,
    ...(hint !== undefined && { hint }),
  });
}
