// Owns: the dialects' REST interfaces on this listener: which one a request is for, whether it may, its body, how long an
// answer may take, and that everything that goes wrong is told in the interface's own words.
// Does not: know a vendor's word, nor read a body.
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CommandFace, RestFace, RestFault, RestReply, RestRequest, RestRoute, Voice } from '../dialects/rest.ts';
import { type Access, type Keys, sourceOf } from './access.ts';
import { isOtherSite } from './other-sites.ts';
import { readBody } from './request-body.ts';
import { answerToken, tokenPath } from './token.ts';

export interface FacesOptions {
  readonly rest: readonly RestFace[];
  readonly command: readonly CommandFace[];
  readonly keys: Keys;
  readonly access: Access;
  readonly voiceOf: (account: string) => Voice;
  /** What clients call this server; null: as each request does. */
  readonly advertisedUrl: string | null;
  readonly answerMs: number;
  readonly log: Log;
}

export interface Faces {
  /** Whether the request was for one of them, and has been answered. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<boolean>;
}

const usualBodyBytes = 64 * 1024;
const retryAfterSeconds = '3';
const challenge = 'Basic realm="keytone", charset="UTF-8"';

interface Target {
  readonly path: string;
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

type Found =
  | { readonly kind: 'route'; readonly route: RestRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'fault'; readonly fault: RestFault; readonly allow?: string };

export function createFaces(options: FacesOptions): Faces {
  const { keys, access, voiceOf, log, answerMs } = options;
  const rest = options.rest.toSorted((a, b) => b.prefix.length - a.prefix.length);

  function requestOf(raw: IncomingMessage, { path, query }: Target, body: Buffer): RestRequest {
    const headers = Object.fromEntries(
      Object.entries(raw.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    // Nobody behind this door has to know them.
    delete headers['authorization'];
    delete headers['proxy-authorization'];
    const { localAddress, localPort } = raw.socket;
    const here = options.advertisedUrl ?? `http://${headers['host'] ?? `${localAddress}:${localPort}`}`;
    return { method: raw.method ?? 'GET', path, params: {}, query, headers, body, remoteAddress: sourceOf(raw), here };
  }

  async function answerRest(face: RestFace, raw: IncomingMessage, target: Target): Promise<RestReply> {
    let request = requestOf(raw, target, Buffer.alloc(0));
    const refuse = (
      kind: RestFault['kind'],
      words: string,
      headers: Readonly<Record<string, string>> = {},
    ): RestReply => {
      const reply = face.fault({ kind, words }, request);
      return { ...reply, headers: { ...headers, ...reply.headers } };
    };
    try {
      const who = await access.accountOf(raw);
      if (who === null)
        return refuse('unauthenticated', 'The credentials are missing or not valid', { 'www-authenticate': challenge });
      if (raw.method !== 'GET' && raw.method !== 'HEAD' && isOtherSite(raw))
        return refuse('not-yours', 'A page of another site may change nothing here');
      const found = find(face, raw.method ?? 'GET', target);
      if (found.kind === 'fault')
        return refuse(found.fault.kind, found.fault.words, found.allow === undefined ? {} : { allow: found.allow });
      const { route } = found;
      const params = { ...found.params };
      const { account } = params;
      if (account !== undefined && account !== who.account && account !== `u-${who.account}`)
        return refuse('not-yours', 'This account is not yours');
      if (account !== undefined) params['account'] = who.account;
      request = { ...request, params };
      const body = await readBody(raw, route.bodyLimit ?? usualBodyBytes);
      if (body === null) return refuse('too-large', 'The body is too long', { connection: 'close' });
      request = { ...request, body };
      return await inTime(route.answer(request, voiceOf(who.account)));
    } catch (error) {
      if (isGone(raw)) return { status: 400 };
      const [kind, words] = judge(error, request);
      return refuse(kind, words, kind === 'unavailable' ? { 'retry-after': retryAfterSeconds } : {});
    }
  }

  function judge(error: unknown, { method, path }: RestRequest): readonly [kind: RestFault['kind'], words: string] {
    if (error instanceof CodedError) {
      if (error.code === 'auth-too-many') return ['unavailable', error.message];
      if (error.code === 'store-unusable') {
        log.warn({ err: error, method, path }, 'An HTTP request could not be answered');
        return ['unavailable', 'The database cannot be read at the moment'];
      }
      if (error.code === 'call-queue-full') return ['unavailable', error.message];
      log.warn({ code: error.code, method, path }, error.message);
      return ['fault', error.message];
    }
    log.error({ err: error, method, path }, 'An HTTP request failed');
    return ['fault', 'The server failed to answer this request'];
  }

  function inTime<Value>(answer: Value | Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new CodedError('store-unusable', 'The database did not answer in time')),
        answerMs,
      );
      Promise.resolve(answer)
        .then(resolve, reject)
        .finally(() => clearTimeout(late));
    });
  }

  /** null: it is for none of them. */
  async function answerCommand(raw: IncomingMessage, target: Target, nobodys: boolean): Promise<RestReply | null> {
    let request = requestOf(raw, target, Buffer.alloc(0));
    let face = options.command.find((one) => one.takes(request));
    if (raw.method === 'POST' && (face !== undefined || (nobodys && options.command.length > 0))) {
      const body = await readBody(raw, usualBodyBytes).catch(() => Buffer.alloc(0));
      if (isGone(raw)) return { status: 400 };
      if (body === null) return face === undefined ? null : { status: 413, headers: { connection: 'close' } };
      request = { ...request, body };
      face ??= options.command.find((one) => one.takes(request));
    }
    if (face === undefined) return null;
    try {
      return await inTime(
        face.answer(request, async (username, password) => {
          const who = await keys.signIn(username, password, sourceOf(raw));
          return who === null ? null : voiceOf(who.account);
        }),
      );
    } catch (error) {
      const [kind, words] = judge(error, request);
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      return { status: kind === 'unavailable' ? 503 : 500, headers, body: words };
    }
  }

  return {
    async answer({ raw, is404 }, reply) {
      const target = parseTarget(raw.url ?? '/');
      if (target === null) return false;
      const face = rest.find(({ prefix }) => isBelow(target.path, prefix));
      const answer =
        target.path === tokenPath
          ? await answerToken(raw, keys)
          : face === undefined
            ? await answerCommand(raw, target, is404)
            : await answerRest(face, raw, target);
      if (answer === null) return false;
      send(reply, answer);
      return true;
    },
  };
}

/** The client went away in the middle of its request; nobody reads what is answered. */
const isGone = (raw: IncomingMessage): boolean => raw.destroyed && !raw.complete;

function send(reply: FastifyReply, { status, headers = {}, body }: RestReply): void {
  reply.code(status).headers(headers);
  if (body === undefined) reply.send();
  else if (typeof body === 'string' || !(body instanceof Uint8Array)) reply.send(body);
  else reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
}

function find({ routes }: RestFace, method: string, { parts }: Target): Found {
  const wanted = method === 'HEAD' ? 'GET' : method;
  const allowed: string[] = [];
  for (const route of routes) {
    const params = match(route.path, parts);
    if (params === null) continue;
    if (route.method === wanted) return { kind: 'route', route, params };
    allowed.push(route.method);
  }
  if (allowed.length === 0) return { kind: 'fault', fault: { kind: 'no-route', words: 'Nothing is at this address' } };
  const fault: RestFault = { kind: 'wrong-method', words: `${method} is not possible here` };
  return { kind: 'fault', fault, allow: [...new Set(allowed)].join(', ') };
}

function match(pattern: string, parts: readonly string[]): Record<string, string> | null {
  const names = pattern.split('/').filter((part) => part !== '');
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = Object.create(null);
  for (const [index, name] of names.entries()) {
    const part = parts[index]!;
    if (name.startsWith(':')) params[name.slice(1)] = part;
    else if (name !== part) return null;
  }
  return params;
}

function isBelow(path: string, prefix: string): boolean {
  const folder = prefix.replace(/\/+$/, '');
  return path === folder || path.startsWith(`${folder}/`);
}

/** null: a part of it cannot be decoded. */
function parseTarget(url: string): Target | null {
  const whole = url.startsWith('/') ? url : (URL.parse(url)?.href.replace(/^https?:\/\/[^/]*/, '') ?? '/');
  const [path = '/', ...rest] = whole.split('?');
  try {
    const parts = path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    return { path: `/${parts.map(encodeURIComponent).join('/')}`, parts, query: new URLSearchParams(rest.join('?')) };
  } catch {
    return null;
  }
}
