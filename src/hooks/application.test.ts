import { mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../base/clock.ts';
import { silentLog } from '../base/log.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { Destination } from '../flow/node.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import { defaultPolicy } from './address-policy.ts';
import { type AppTrust, noTrust, trustOfUrls, withoutCredentials } from './app-trust.ts';
import { createApplication } from './application.ts';
import { createHttpClient } from './http-client.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function serve(handler: RequestListener, port = 0) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  opened.push({ close });
  const listening = (server.address() as AddressInfo).port;
  return { origin: `http://127.0.0.1:${listening}`, port: listening, close };
}

/** Says `pause N` for N, counts its compilations, and puts the digits into the query. */
function pauses(): Dialect & { compiled: number } {
  return {
    name: 'opentact',
    compiled: 0,
    compile(text, source) {
      this.compiled += 1;
      const durationMs = Number(/^pause (\d+)$/.exec(text.trim())?.[1]);
      if (Number.isNaN(durationMs)) {
        const problem = {
          code: 'verb-unknown',
          severity: 'error',
          message: 'Not a pause.',
          hint: 'Write pause.',
        } as const;
        return { flow: null, problems: [{ ...problem, source, line: 3, column: 7 }] };
      }
      const at = { line: 1, column: 1, path: 'pause' };
      return {
        flow: { dialect: 'opentact', source, body: [{ kind: 'pause', at, durationMs, stopKeys: '' }] },
        problems: [],
      };
    },
    request(report, call) {
      const url = new URL(report.destination.url);
      if (report.kind === 'gather') url.searchParams.set('digits', report.digits);
      return { method: report.destination.method, url: url.href, headers: { 'x-call': call.id }, body: null };
    },
  };
}

const call: CallFacts = {
  id: 'c1',
  app: 'menu',
  direction: 'inbound',
  from: '100',
  to: '200',
  state: 'live',
  startedAt: '2026-11-21T00:00:00.000Z',
  answeredAt: null,
};

function destination(url: string, more: Partial<Destination> = {}): Destination {
  return { url, method: 'GET', fallbackUrl: null, timeoutMs: null, extra: {}, ...more };
}
const start = (url: string, more: Partial<Destination> = {}): Report => ({
  kind: 'call-start',
  destination: destination(url, more),
  history: [],
});
const gathered = (url: string, more: Partial<Destination> = {}): Report => ({
  kind: 'gather',
  destination: destination(url, more),
  history: [],
  digits: '4711',
  terminator: '#',
  success: true,
  reason: 'terminator',
  attempt: 1,
});

function application(trust: AppTrust, clock: Clock = systemClock) {
  const http = createHttpClient({ policy: defaultPolicy, log: silentLog });
  opened.push(http);
  const dialect = pauses();
  const made = createApplication({ dialects: () => dialect, http, log: silentLog, trustOf: () => trust, clock });
  return {
    dialect,
    ask: (report: Report, signal?: AbortSignal) =>
      made.ask(report, call, 'opentact', signal === undefined ? { id: 'c1/request-1' } : { signal }),
    notify: (report: Report) => made.notify(report, call, 'opentact'),
  };
}

describe('asking for a document', () => {
  it('words the request, fetches and compiles the reply', async () => {
    const { origin } = await serve(
      (request, response) => void response.end(`pause ${request.headers['x-call'] === 'c1' ? 5 : 6}`),
    );
    expect(await application(trustOfUrls([origin])).ask(start(`${origin}/a?step=1`))).toMatchObject({
      ok: true,
      httpStatus: 200,
      flow: { source: `${origin}/a?step=1`, body: [{ kind: 'pause', durationMs: 5 }] },
    });
  });

  it('names the document without the digits that were sent with the request', async () => {
    let away = false;
    const { origin } = await serve((request, response) => {
      if (away && !request.url!.startsWith('/b')) {
        response.writeHead(302, { location: `/b?digits=4711&step=2` });
        return void response.end();
      }
      response.end('pause 1');
    });
    const { ask } = application(trustOfUrls([origin]));
    expect(await ask(gathered(`${origin}/a?step=1`))).toMatchObject({ flow: { source: `${origin}/a?step=1` } });
    away = true;
    expect(await ask(gathered(`${origin}/a?step=1`))).toMatchObject({ flow: { source: `${origin}/b?step=2` } });
  });

  it('takes 204 and an empty body for nothing more to run, except at the start', async () => {
    let status = 204;
    const { origin } = await serve((_request, response) => {
      response.writeHead(status);
      response.end();
    });
    const { ask } = application(trustOfUrls([origin]));
    expect(await ask(gathered(origin))).toMatchObject({ ok: true, httpStatus: 204, flow: { body: [] } });
    status = 200;
    expect(await ask(gathered(origin))).toMatchObject({ ok: true, httpStatus: 200, flow: { body: [] } });
    expect(await ask(start(origin))).toMatchObject({ ok: false, code: 'document-missing' });
  });

  it('says where in the document the mistake is, and shows no digits', async () => {
    const { origin } = await serve((_request, response) => void response.end('paus'));
    expect(await application(trustOfUrls([origin])).ask(gathered(`${origin}/a?key=secret`))).toEqual({
      ok: false,
      code: 'verb-unknown',
      message: `${origin}/a:3:7: Not a pause. Write pause.`,
    });
  });

  it('fails on a status that is no success', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(500);
      response.end('pause 1');
    });
    expect(await application(trustOfUrls([origin])).ask(gathered(`${origin}/a`))).toEqual({
      ok: false,
      code: 'document-http-status',
      message: `${origin}/a answered 500.`,
    });
  });

  it('reads the charset that the reply names', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; charset=utf-16le' });
      response.end(Buffer.from('pause 9', 'utf16le'));
    });
    expect(await application(trustOfUrls([origin])).ask(start(origin))).toMatchObject({ ok: true });
  });

  it('sends the configured credentials to their origin, and keeps them out of everything else', async () => {
    const { port } = await serve(
      (request, response) => void response.end(request.headers.authorization === 'Basic dTpw' ? 'pause 1' : ''),
    );
    const configured = `http://u:p@127.0.0.1:${port}/start`;
    const { ask } = application(trustOfUrls([configured]));
    const answer = await ask(start(withoutCredentials(configured)));
    expect(answer).toMatchObject({ ok: true, flow: { source: `http://127.0.0.1:${port}/start` } });
    expect(JSON.stringify(answer)).not.toContain('u:p');
  });

  it('refuses what the operator did not write', async () => {
    const { origin } = await serve((_request, response) => void response.end('pause 1'));
    expect(await application(noTrust).ask(start(origin))).toMatchObject({ ok: false, code: 'fetch-refused-address' });
  });

  it('gives up when the call ends', async () => {
    const controller = new AbortController();
    const { origin } = await serve(() => controller.abort());
    const report = start(`${origin}/a`, { fallbackUrl: `${origin}/b` });
    expect(await application(trustOfUrls([origin])).ask(report, controller.signal)).toMatchObject({
      ok: false,
      code: 'fetch-aborted',
    });
  });
});

/** A clock whose pauses are over at once. */
function hurried(pausesMs: number[] = []): Clock {
  return {
    ...systemClock,
    after(delayMs, fn) {
      pausesMs.push(delayMs);
      queueMicrotask(fn);
      return { cancel() {} };
    },
  };
}

describe('when the application is away', () => {
  it('tries again when the application says that it cannot just now, and not when it failed', async () => {
    const statuses = [503, 429, 502, 504, 200];
    const pausesMs: number[] = [];
    const clock = hurried(pausesMs);
    let heard = 0;
    const { origin } = await serve((_request, response) => {
      response.writeHead(statuses[heard++]!).end('pause 1');
    });
    const { ask } = application(trustOfUrls([origin]), clock);
    expect(await ask(start(origin))).toMatchObject({ ok: true, httpStatus: 200 });
    expect(pausesMs).toEqual([250, 500, 1000, 1500]);

    statuses.push(500);
    expect(await ask(start(origin))).toMatchObject({ ok: false, code: 'document-http-status' });
    expect(heard).toBe(6);
  });

  it('waits as long as it is asked to, unless no caller would', async () => {
    let retryAfter = '1';
    const pausesMs: number[] = [];
    const clock = hurried(pausesMs);
    const { origin } = await serve((_request, response) => {
      response.writeHead(503, { 'retry-after': retryAfter }).end();
    });
    const { ask } = application(trustOfUrls([origin]), clock);
    expect(await ask(start(origin))).toMatchObject({ ok: false, code: 'document-http-status' });
    expect(pausesMs).toEqual([1000, 1000, 1000, 1500]);
    retryAfter = '60';
    expect(await ask(start(origin))).toMatchObject({ ok: false, code: 'document-http-status' });
    expect(pausesMs).toHaveLength(4);
  });

  it('tries a second time when nothing was sent', async () => {
    const first = await serve(() => {});
    await first.close();
    // The pause before the second try is when the application comes back.
    const clock: Clock = {
      ...systemClock,
      after(_delayMs, fn) {
        void serve((_request, response) => void response.end('pause 1'), first.port).then(fn);
        return { cancel() {} };
      },
    };
    expect(await application(trustOfUrls([first.origin]), clock).ask(start(first.origin))).toMatchObject({ ok: true });
  });

  it('does not repeat a request that was sent', async () => {
    let heard = 0;
    const { origin } = await serve((request) => {
      heard += 1;
      request.socket.destroy();
    });
    const report = gathered(origin, { method: 'POST' });
    expect(await application(trustOfUrls([origin])).ask(report)).toMatchObject({ ok: false, code: 'fetch-failed' });
    expect(heard).toBe(1);
  });

  it('asks the fallback, and tells both failures when that fails too', async () => {
    let fallback = 200;
    const { origin } = await serve((request, response) => {
      response.writeHead(request.url?.startsWith('/fallback') ? fallback : 503);
      response.end('pause 1');
    });
    const { ask } = application(trustOfUrls([origin]), hurried());
    const report = gathered(`${origin}/main`, { fallbackUrl: `${origin}/fallback` });
    expect(await ask(report)).toMatchObject({ ok: true, flow: { source: `${origin}/fallback` } });
    fallback = 502;
    expect(await ask(report)).toEqual({
      ok: false,
      code: 'document-http-status',
      message: `${origin}/main answered 503. Then the fallback: ${origin}/fallback answered 502.`,
    });
  });

  it('says that a fault of our own was one, without its text', async () => {
    const made = application(noTrust);
    made.dialect.request = () => {
      throw new Error('4711');
    };
    const answer = await made.ask(start('http://127.0.0.1:1/a?digits=4711'));
    expect(answer).toEqual({ ok: false, code: 'fetch-failed', message: 'The request to http://127.0.0.1:1/a failed.' });
  });
});

describe('telling the application', () => {
  it('is done with any 2xx and does not read the reply as a document', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(202);
      response.end('thanks');
    });
    expect(await application(trustOfUrls([origin])).notify(gathered(origin))).toEqual({ ok: true, httpStatus: 202 });
  });
});

describe('a report that is for nobody', () => {
  const nobody: Dialect = {
    ...pauses(),
    request: () => ({ method: 'POST', url: '', headers: {}, body: null }),
  };
  const application = createApplication({
    dialects: () => nobody,
    http: {
      ...createHttpClient({ policy: defaultPolicy, log: silentLog }),
      fetch: () => Promise.reject(new Error('somebody was asked')),
    },
    log: silentLog,
    trustOf: () => noTrust,
  });
  const report: Report = { kind: 'notify', history: [], destination: destination('') };

  it('is told to nobody, and is no document either', async () => {
    expect(await application.notify(report, call, 'opentact')).toEqual({ ok: true, httpStatus: 204 });
    expect(await application.ask(report, call, 'opentact')).toMatchObject({ ok: false, code: 'document-missing' });
  });
});

describe('documents that are files', () => {
  async function folder() {
    const path = await mkdtemp(join(tmpdir(), 'keytone-'));
    opened.push({ close: () => rm(path, { recursive: true }) });
    return path;
  }

  it('reads the configured file and its neighbours, again only when it changed', async () => {
    const path = join(await folder(), 'menu.txt');
    await writeFile(path, 'pause 1');
    await utimes(path, 1, 1);
    const url = pathToFileURL(path).href;
    let passedMs = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + passedMs };
    const { ask, dialect } = application(trustOfUrls([url]), clock);
    expect(await ask(start(url))).toMatchObject({ ok: true, httpStatus: null, flow: { body: [{ durationMs: 1 }] } });
    passedMs = 1000;
    await ask(gathered(url));
    expect(dialect.compiled).toBe(1);
    await writeFile(path, 'pause 2');
    await utimes(path, 2, 2);
    passedMs = 2000;
    expect(await ask(start(url))).toMatchObject({ flow: { body: [{ durationMs: 2 }] } });
  });

  it('reads no file elsewhere, by name or by symbolic link', async () => {
    const [inside, outside] = [await folder(), await folder()];
    await writeFile(join(outside, 'secret.txt'), 'pause 1');
    await symlink(join(outside, 'secret.txt'), join(inside, 'link.txt'));
    const { ask } = application(trustOfUrls([pathToFileURL(join(inside, 'menu.txt')).href]));
    for (const path of [join(outside, 'secret.txt'), join(inside, 'link.txt'), '/etc/passwd', join(outside, 'missing')])
      expect(await ask(gathered(pathToFileURL(path).href))).toMatchObject({ ok: false, code: 'document-file-refused' });
    expect(await ask(gathered(`${pathToFileURL(inside).href}/..%2f..%2fetc/passwd`))).toMatchObject({ ok: false });
    expect(await ask(start(pathToFileURL(join(inside, 'missing')).href))).toMatchObject({
      code: 'document-file-unreadable',
    });
  });
});
