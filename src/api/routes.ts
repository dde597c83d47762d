// Owns: every address of Keytone's own HTTP interface and what it answers: to an account what is its own, to who may see
// everything what is anybody's.
// Does not: know HTTP's faults and limits (create-http.ts), nor how a page is made (page.ts).
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { CodedError } from '../base/errors.ts';
import type { CallFacts } from '../flow/report.ts';
import type { Page } from '../store/rows.ts';
import type { Access, Account } from './access.ts';
import type { HttpOptions } from './create-http.ts';
import { keyRoutes } from './keys.ts';
import { isOtherSite } from './other-sites.ts';
import { noEvent, readOutbox, redeliver } from './outbox.ts';
import { parsePageQuery, readPage } from './page.ts';
import { sendRecording } from './recording-file.ts';
import { type CallView, viewCall, viewRecording } from './views.ts';

export interface Route {
  readonly url: string;
  /** Without it the address only reads. */
  readonly method?: 'POST' | 'DELETE';
  readonly about: string;
  /** Whether the answer may take as long as its reader does. */
  readonly streams?: true;
  /** For everybody who reaches the port. */
  readonly open?: true;
  answer(request: FastifyRequest, reply: FastifyReply, viewer: Account | null): unknown;
}

export function addRoutes(
  app: FastifyInstance,
  options: HttpOptions,
  access: Access | null,
  handlerTimeoutMs: number,
): void {
  const { store, accounts } = options;
  const viewers = new WeakMap<FastifyRequest, Account | null>();

  const liveCall = (id: string): CallFacts | undefined => options.live().find((call) => call.id === id);

  const ownerOf = ({ app: name, account }: { readonly app: string; readonly account?: string }): string =>
    account ?? accounts?.accountOf(name) ?? '';

  /** What is live of an account. */
  const liveOf = (viewer: Account | null) => () =>
    viewer === null ? options.live() : options.live().filter((call) => ownerOf(call) === viewer.account);

  function appsOf(viewer: Account | null): Pick<Page, 'apps'> {
    return viewer === null || accounts === undefined ? {} : { apps: accounts.everyAppOf(viewer.account) };
  }

  async function needEvent(id: string, viewer: Account | null): Promise<void> {
    const event = await options.outbox?.event(id);
    if (event == null || (viewer !== null && !appsOf(viewer).apps?.includes(event.app))) throw noEvent();
  }

  async function needCall(request: FastifyRequest, _: unknown, viewer: Account | null): Promise<CallView> {
    const { id } = request.params as { id: string };
    const row = await store.call(id);
    const call = viewCall(row, liveCall(id));
    if (call === null || (viewer !== null && ownerOf(call) !== viewer.account))
      throw new CodedError('http-not-found', 'There is no such call', { hint: 'GET /v1/calls lists calls.' });
    return call;
  }

  const routes: readonly Route[] = [
    {
      url: '/',
      about: 'This list.',
      open: true,
      answer: () => ({
        server: 'keytone',
        routes: Object.fromEntries(routes.map(({ url, method = 'GET', about }) => [`${method} ${url}`, about])),
        interfaces: Object.fromEntries(accounts?.faces.rest.map(({ prefix, dialect }) => [prefix, dialect]) ?? []),
      }),
    },
    {
      url: '/health',
      about: 'Whether calls are taken: 200, or 503 while not.',
      open: true,
      answer(_, reply) {
        const health = options.health();
        return reply.code(health.status === 'ok' ? 200 : 503).send(health);
      },
    },
    {
      url: '/v1/calls',
      about: 'Calls, newest first. ?limit=1..200 (50), ?before=CALL for the next page.',
      answer: (request, _, viewer) => readPage(parsePageQuery(request.query), store, liveOf(viewer), viewer?.account),
    },
    { url: '/v1/calls/:id', about: 'One call.', answer: needCall },
    {
      url: '/v1/calls/:id/tape',
      about: 'Everything that happened to the call, in order.',
      async answer(request, reply, viewer) {
        const { id } = await needCall(request, reply, viewer);
        return { call: id, lines: await store.tape(id) };
      },
    },
    {
      url: '/v1/calls/:id/recordings',
      about: 'Recordings of the call.',
      async answer(request, reply, viewer) {
        const { id } = await needCall(request, reply, viewer);
        return { call: id, recordings: (await store.recordings(id)).map(viewRecording) };
      },
    },
    {
      url: '/v1/calls/:id/recordings/:recording',
      about: 'The sound of a recording, as WAV.',
      streams: true,
      async answer(request, reply, viewer) {
        const { recording } = request.params as { recording: string };
        const { id } = await needCall(request, reply, viewer);
        const row = (await store.recordings(id)).find((one) => one.id === recording);
        if (row === undefined)
          throw new CodedError('http-not-found', 'There is no such recording of this call', {
            hint: 'GET /v1/calls/CALL/recordings lists them.',
          });
        return sendRecording(request, reply, row, options.dataDir, options.log);
      },
    },
    {
      url: '/v1/outbox',
      about: 'Events that applications were not told of yet. ?state=waiting (dead), ?limit=1..200 (50), ?before=EVENT.',
      answer: (request, _, viewer) => readOutbox(request.query, options.outbox, appsOf(viewer)),
    },
    {
      url: '/v1/outbox/:id/redeliver',
      method: 'POST',
      about: 'Sends an event again that was given up.',
      async answer(request, reply, viewer) {
        const { id } = request.params as { id: string };
        await needEvent(id, viewer);
        await redeliver(id, options.outbox);
        return reply.code(202).send({ id, state: 'waiting' });
      },
    },
    ...(accounts === undefined ? [] : keyRoutes(accounts.keys)),
  ];

  for (const url of new Set(routes.map((route) => route.url))) {
    const here = routes.filter((route) => route.url === url);
    const methods = here.flatMap(methodsOf);
    const wrongMethods = (app.supportedMethods as HTTPMethods[]).filter((one) => !methods.includes(one));
    for (const { streams, open, answer, ...route } of here)
      app.route({
        method: [...methodsOf(route)],
        url,
        // Before a body is read.
        onRequest: async (request) => {
          if (route.method !== undefined) refuseOtherSites(request);
          viewers.set(request, open === true || access === null ? null : await access.viewerOf(request.raw));
        },
        ...(streams !== true && { handlerTimeout: handlerTimeoutMs }),
        handler: async (request, reply) => answer(request, reply, viewers.get(request) ?? null),
      });
    const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', methods.join(', '));
      throw new CodedError('http-method-not-allowed', `${request.method} is not possible here`);
    };
    // Refused before a body is read.
    app.route({ method: wrongMethods, url, onRequest: refuse, handler: refuse });
  }
}

function methodsOf({ method }: Pick<Route, 'method'>): readonly HTTPMethods[] {
  return method === undefined ? ['GET', 'HEAD'] : [method];
}

function refuseOtherSites({ raw }: FastifyRequest): void {
  if (isOtherSite(raw)) throw new CodedError('http-cross-site', 'A page of another site may change nothing here');
}
