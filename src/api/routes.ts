// Owns: every address of the HTTP interface and what it answers. All but the ones that are posted to only read.
// Does not: know HTTP's faults and limits (create-http.ts), nor how a page is made (page.ts).
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { CodedError } from '../base/errors.ts';
import type { CallFacts } from '../flow/report.ts';
import type { HttpOptions } from './create-http.ts';
import { readOutbox, redeliver } from './outbox.ts';
import { parsePageQuery, readPage } from './page.ts';
import { sendRecording } from './recording-file.ts';
import { type CallView, viewCall, viewRecording } from './views.ts';

interface Route {
  readonly url: string;
  /** Without it the address only reads. */
  readonly method?: 'POST';
  readonly about: string;
  /** Whether the answer may take as long as its reader does. */
  readonly streams?: true;
  answer(request: FastifyRequest, reply: FastifyReply): unknown;
}

export function addRoutes(app: FastifyInstance, options: HttpOptions, handlerTimeoutMs: number): void {
  const { store } = options;

  const liveCall = (id: string): CallFacts | undefined => options.live().find((call) => call.id === id);

  async function needCall(request: FastifyRequest): Promise<CallView> {
    const { id } = request.params as { id: string };
    const row = await store.call(id);
    const call = viewCall(row, liveCall(id));
    if (call === null)
      throw new CodedError('http-not-found', 'There is no such call', { hint: 'GET /v1/calls lists calls.' });
    return call;
  }

  const routes: readonly Route[] = [
    {
      url: '/',
      about: 'This list.',
      answer: () => ({
        server: 'keytone',
        routes: Object.fromEntries(routes.map(({ url, method = 'GET', about }) => [`${method} ${url}`, about])),
      }),
    },
    {
      url: '/health',
      about: 'Whether calls are taken: 200, or 503 while not.',
      answer(_, reply) {
        const health = options.health();
        return reply.code(health.status === 'ok' ? 200 : 503).send(health);
      },
    },
    {
      url: '/v1/calls',
      about: 'Calls, newest first. ?limit=1..200 (50), ?before=CALL for the next page.',
      answer: (request) => readPage(parsePageQuery(request.query), store, options.live),
    },
    { url: '/v1/calls/:id', about: 'One call.', answer: needCall },
    {
      url: '/v1/calls/:id/tape',
      about: 'Everything that happened to the call, in order.',
      async answer(request) {
        const { id } = await needCall(request);
        return { call: id, lines: await store.tape(id) };
      },
    },
    {
      url: '/v1/calls/:id/recordings',
      about: 'Recordings of the call.',
      async answer(request) {
        const { id } = await needCall(request);
        return { call: id, recordings: (await store.recordings(id)).map(viewRecording) };
      },
    },
    {
      url: '/v1/calls/:id/recordings/:recording',
      about: 'The sound of a recording, as WAV.',
      streams: true,
      async answer(request, reply) {
        const { id, recording } = request.params as { id: string; recording: string };
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
      answer: (request) => readOutbox(request.query, options.outbox),
    },
    {
      url: '/v1/outbox/:id/redeliver',
      method: 'POST',
      about: 'Sends an event again that was given up.',
      async answer(request, reply) {
        const { id } = request.params as { id: string };
        await redeliver(id, options.outbox);
        return reply.code(202).send({ id, state: 'waiting' });
      },
    },
  ];

  for (const { url, method, streams, answer } of routes) {
    const methods: readonly HTTPMethods[] = method === undefined ? ['GET', 'HEAD'] : [method];
    const wrongMethods = (app.supportedMethods as HTTPMethods[]).filter((one) => !methods.includes(one));
    app.route({
      method: [...methods],
      url,
      ...(method !== undefined && { onRequest: refuseOtherSites }),
      ...(streams !== true && { handlerTimeout: handlerTimeoutMs }),
      handler: async (request, reply) => answer(request, reply),
    });
    const refuse = async (request: FastifyRequest, reply: FastifyReply): Promise<never> => {
      reply.header('allow', methods.join(', '));
      throw new CodedError('http-method-not-allowed', `${request.method} is not possible here`);
    };
    // Refused before a body is read.
    app.route({ method: wrongMethods, url, onRequest: refuse, handler: refuse });
  }
}

/** A page of another site can post here without reading the answer; its browser says whose page it is. */
async function refuseOtherSites({ headers }: FastifyRequest): Promise<void> {
  const { origin, host } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host)
    throw new CodedError('http-cross-site', 'A page of another site may change nothing here');
}
