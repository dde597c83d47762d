// Credentials that a document names for a webhook: sent in answer to a challenge, and to nobody else.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createBandwidth } from '../dialects/bandwidth/index.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import { defaultPolicy } from './address-policy.ts';
import { trustOfUrls } from './app-trust.ts';
import { createApplication } from './application.ts';
import { createHttpClient } from './http-client.ts';

const opened: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const call: CallFacts = {
  ...{ id: 'c1', app: 'menu', direction: 'inbound', from: '100', to: '200', state: 'live', answeredAt: null },
  startedAt: '2030-01-02T03:04:05.006Z',
} as const;
const basic = 'Basic bWU6aHVudGVyMg==';
const document = '<Response><Hangup/></Response>';

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      seen.push(`${request.method} ${request.url?.split('?')[0]} ${request.headers.authorization ?? 'nothing'}`);
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

function ask(origins: readonly string[], text: string) {
  const dialect = createBandwidth();
  const http = createHttpClient({ policy: defaultPolicy, log: silentLog });
  opened.push(() => http.close());
  const made = createApplication({
    dialects: () => dialect,
    http,
    log: silentLog,
    trustOf: () => trustOfUrls(origins),
  });
  const { flow } = dialect.compile(`<Response>${text}</Response>`, `${origins[0]}/start`);
  const node = flow!.body[0]!;
  const destination = node.kind === 'ask' ? node.destination : null;
  const report: Report = { kind: 'ask', destination: destination!, history: [] };
  return made.ask(report, call, 'bandwidth');
}

const redirect = '<Redirect redirectUrl="/next" username="me" password="hunter2"/>';
const locked = ({ headers }: IncomingMessage, response: ServerResponse): void => {
  if (headers.authorization === basic) response.end(document);
  else response.writeHead(401, { 'www-authenticate': 'Basic realm="app"' }).end();
};

describe('credentials of a document', () => {
  it('are sent once the application asks for them', async () => {
    const { origin, seen } = await serve(locked);
    expect(await ask([origin], redirect)).toMatchObject({ ok: true });
    expect(seen).toEqual(['POST /next nothing', `POST /next ${basic}`]);
  });

  it('that stood in the URL are taken out of it and sent in the same way', async () => {
    const { origin, seen } = await serve(locked);
    const inUrl = origin.replace('http://', 'http://me:hunter2@');
    expect(await ask([origin], `<Redirect redirectUrl="${inUrl}/next"/>`)).toMatchObject({ ok: true });
    expect(seen).toEqual(['POST /next nothing', `POST /next ${basic}`]);
  });

  it('are not sent to an application that takes the request without them', async () => {
    const { origin, seen } = await serve((_, response) => response.end(document));
    expect(await ask([origin], redirect)).toMatchObject({ ok: true });
    expect(seen).toEqual(['POST /next nothing']);
  });

  it.each([{}, { 'www-authenticate': 'Digest realm="app"' }])(
    'are not sent without a Basic challenge: %j',
    async (headers) => {
      const { origin, seen } = await serve((_, response) => response.writeHead(401, headers).end());
      expect(await ask([origin], redirect)).toMatchObject({ ok: false, code: 'document-http-status' });
      expect(seen).toEqual(['POST /next nothing']);
    },
  );

  it('are tried once, and are not in what is told of the failure', async () => {
    const { origin, seen } = await serve((_, response) =>
      response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
    );
    const answer = await ask([origin], redirect);
    expect(answer).toMatchObject({ ok: false, code: 'document-http-status' });
    expect(JSON.stringify(answer)).not.toContain('hunter2');
    expect(seen).toHaveLength(2);
  });

  it('are not given to whom a redirect leads', async () => {
    const other = await serve(locked);
    const { origin } = await serve((_, response) =>
      response.writeHead(307, { location: `${other.origin}/elsewhere` }).end(),
    );
    expect(await ask([origin, other.origin], redirect)).toMatchObject({ ok: false });
    expect(other.seen).toEqual(['POST /elsewhere nothing']);
  });

  it('are those of the fallback for the fallback, by its own method', async () => {
    const { origin, seen } = await serve((request, response) => {
      if (request.url?.startsWith('/next') === true) response.writeHead(500).end();
      else locked(request, response);
    });
    const text =
      '<Redirect redirectUrl="/next" username="you" password="secret" redirectFallbackUrl="/other" redirectFallbackMethod="GET" fallbackUsername="me" fallbackPassword="hunter2"/>';
    expect(await ask([origin], text)).toMatchObject({ ok: true });
    expect(seen).toEqual(['POST /next nothing', 'GET /other nothing', `GET /other ${basic}`]);
  });
});
