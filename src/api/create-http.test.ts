import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import { type Log, silentLog } from '../base/log.ts';
import { createStore } from '../store/store.ts';
import { createHttp, type HttpFace, type HttpOptions } from './create-http.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Started {
  readonly http: HttpFace;
  readonly port: number;
  readonly dataDir: string;
}

async function start(changes: Partial<HttpOptions> = {}): Promise<Started> {
  const dataDir = mkdtempSync(join(tmpdir(), 'keytone-http-'));
  closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const store = await createStore({ dataDir, log: silentLog });
  closers.push(() => store.close());
  const call = {
    id: 'c1',
    app: 'menu',
    direction: 'inbound',
    from: '+15550100',
    to: '1000',
    startedAt: 1,
    answeredAt: 1,
    endedAt: 2,
    state: 'ended',
    q850Cause: 16,
    reason: 'hung up',
    sipCallId: null,
  } as const;
  store.saveCall(call);
  const big = { id: 'big', callId: 'c1', tag: null, file: 'big.wav', durationMs: 1, bytes: 1, startedAt: 1 } as const;
  store.saveRecording({ ...big, channels: 'mixed' });
  const http = createHttp({
    host: '127.0.0.1',
    port: 0,
    log: silentLog,
    store,
    dataDir,
    live: () => [],
    health: () => ({ status: 'ok' }),
    ...changes,
  });
  closers.push(() => http.close());
  const { port } = await http.start();
  return { http, port, dataDir };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(
  port: number,
  path: string,
  method = 'GET',
  headers: Record<string, string> = {},
  body = '',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, async (answer) => {
      let text = '';
      for await (const chunk of answer) text += chunk;
      resolve({ status: answer.statusCode!, headers: answer.headers, text });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function raw(port: number): Socket {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  return socket;
}

/** All that the server sends until it ends the connection. */
async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

const codeOf = (text: string): unknown => JSON.parse(text.slice(text.indexOf('{'))).error.code;

describe('an answer', () => {
  it('is JSON that no other site may read or embed and nobody keeps', async () => {
    const { port } = await start();
    const { status, headers, text } = await ask(port, '/health', 'GET', { origin: 'https://evil.example' });
    expect([status, JSON.parse(text)]).toEqual([200, { status: 'ok' }]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });

  it('is refused with 421 when the Host is of another site, whatever the address', async () => {
    const { port } = await start();
    for (const path of ['/', '/health', '/v1/calls/c1/recordings/big', '/nothing']) {
      const { status, text } = await ask(port, path, 'GET', { host: `evil.example:${port}` });
      expect([path, status, codeOf(text)]).toEqual([path, 421, 'http-host-refused']);
    }
  });

  it('is logged at debug, without the query', async () => {
    const lines: object[] = [];
    let logged: (() => void) | undefined;
    const told = new Promise<void>((resolve) => {
      logged = resolve;
    });
    const log: Log = {
      ...silentLog,
      debug(fields) {
        lines.push(fields);
        logged?.();
      },
    };
    const { port } = await start({ log });
    await ask(port, '/v1/calls?limit=7');
    await told;
    expect(lines).toEqual([{ method: 'GET', path: '/v1/calls', status: 200, elapsedMs: expect.any(Number) }]);
  });
});

describe('a request for nothing that is here', () => {
  it('is 404 in the common form, for any method and body', async () => {
    const { port } = await start();
    for (const method of ['GET', 'POST', 'PROPFIND'])
      for (const path of ['/nothing', '/v1', '//x', '/v1/calls/c1/other']) {
        const headers = { 'content-type': 'application/json', 'content-length': '4' };
        const { status, text } = await ask(port, path, method, headers, '<a/>');
        expect([method, path, status, codeOf(text)]).toEqual([method, path, 404, 'http-not-found']);
      }
  });

  it('is 405 with Allow when only the method is wrong', async () => {
    const { port } = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND', 'M-SEARCH']) {
      const { status, headers, text } = await ask(port, '/v1/calls', method);
      expect([method, status, codeOf(text)]).toEqual([method, 405, 'http-method-not-allowed']);
      expect(headers.allow).toBe('GET, HEAD');
    }
  });
});

describe('the address of a recording', () => {
  // Here and not beside the other tests of recordings, because inject() tidies addresses before they are sent.
  it('is no path', async () => {
    const { port, dataDir } = await start();
    writeFileSync(join(dataDir, 'big.wav'), 'sound');
    expect((await ask(port, '/v1/calls/c1/recordings/big')).text).toBe('sound');
    for (const path of [
      '../big.wav',
      '..%2fbig.wav',
      '%2e%2e',
      '..',
      '.',
      '%2e/big',
      'big%00',
      '..\\big.wav',
      'big.wav',
      '',
    ]) {
      const { status, text } = await ask(port, `/v1/calls/c1/recordings/x/../${path}`);
      expect([path, status, codeOf(text)]).toEqual([path, 404, 'http-not-found']);
      const below = await ask(port, `/v1/calls/nobody/recordings/${path}`);
      expect([path, below.status, codeOf(below.text)]).toEqual([path, 404, 'http-not-found']);
      if (path === '') continue;
      const direct = await ask(port, `/v1/calls/c1/recordings/${path}`);
      expect([path, direct.status, codeOf(direct.text)]).toEqual([path, 404, 'http-not-found']);
    }
  });
});

describe('a request that is broken', () => {
  it.each([
    ['GET /v1/calls/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, 'http-bad-request'],
    [
      `GET /v1/calls/${'x'.repeat(101)}?secret HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      414,
      'http-too-large',
    ],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431, 'http-too-large'],
    ['GET / HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'http-bad-request'],
    ['GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n', 400, 'http-bad-request'],
    ['GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', 421, 'http-host-refused'],
    ['INVITE sip:1000@192.0.2.1 SIP/2.0\r\n\r\n', 400, 'http-bad-request'],
    ['\u0016\u0003\u0001\u0002\u0000', 400, 'http-bad-request'],
  ])('%# is told so in the common form', async (text, status, code) => {
    const { port } = await start();
    const socket = raw(port);
    socket.write(text);
    const answer = await untilClosed(socket);
    expect([answer.slice(0, 12), codeOf(answer)]).toEqual([`HTTP/1.1 ${status}`, code]);
    expect(answer).not.toContain('secret');
  });

  it('is told so although much of it is still to come', async () => {
    const { port } = await start();
    const socket = raw(port);
    socket.write(`GET /${'x'.repeat(5_000_000)}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(codeOf(`${answer}`)).toBe('http-too-large');
  });

  it('is taken in HTTP/1.0 without a Host, as health checks send it', async () => {
    const { port } = await start();
    const socket = raw(port);
    socket.write('GET /health HTTP/1.0\r\n\r\n');
    expect(await untilClosed(socket)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a fault', () => {
  const broken = (error: Error): Partial<HttpOptions> => ({
    health: () => {
      throw error;
    },
  });

  it('of our own is logged whole and told in one sentence', async () => {
    const logged: object[] = [];
    const log: Log = { ...silentLog, error: (fields) => logged.push(fields) };
    const fault = new Error('password 1234');
    const { port } = await start({ ...broken(fault), log });
    const { status, text } = await ask(port, '/health');
    expect([status, codeOf(text)]).toEqual([500, 'http-internal']);
    expect(text).not.toContain('1234');
    expect(logged).toEqual([{ err: fault }]);
  });

  it('of the database is 503', async () => {
    const { port } = await start(broken(new CodedError('store-unusable', 'The database could not be read')));
    const { status, text } = await ask(port, '/health');
    expect([status, codeOf(text)]).toEqual([503, 'store-unusable']);
  });

  it('of a database that never answers is 503 too', async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const store = { calls: never, call: never, tape: never, recordings: never };
    const { port } = await start({ store, limits: { handlerMs: 20 } });
    const { status, text } = await ask(port, '/v1/calls');
    expect([status, codeOf(text)]).toEqual([503, 'store-unusable']);
  });
});

describe('a slow client', () => {
  it('that does not finish its request is told and let go', async () => {
    const { port } = await start({ limits: { requestMs: 50 } });
    const socket = raw(port);
    socket.write('GET /health HTTP/1.1\r\nHost: local');
    const answer = await untilClosed(socket);
    expect([answer.slice(0, 12), codeOf(answer)]).toEqual(['HTTP/1.1 408', 'http-request-timeout']);
  });

  it('that does not finish a body which nobody wants is answered at once and let go', async () => {
    const { port } = await start({ limits: { requestMs: 50 } });
    const socket = raw(port);
    socket.write('POST /v1/calls HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n{');
    const answer = await untilClosed(socket);
    expect([answer.slice(0, 12), codeOf(answer)]).toEqual(['HTTP/1.1 405', 'http-method-not-allowed']);
  });

  it('that does not take its answer is let go', async () => {
    const { port, dataDir, http } = await start({ limits: { silentMs: 50 } });
    writeFileSync(join(dataDir, 'big.wav'), '');
    truncateSync(join(dataDir, 'big.wav'), 200_000_000);
    const ended = new Promise<void>((resolve) =>
      http.app.server.once('connection', (socket) => socket.once('close', () => resolve())),
    );
    const socket = raw(port);
    socket.write('GET /v1/calls/c1/recordings/big HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'readable');
    await ended;
  });

  it('cannot have more connections than there are', async () => {
    const { port } = await start({ limits: { connections: 1 } });
    const first = raw(port);
    first.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(first, 'readable');
    expect(await untilClosed(raw(port))).toBe('');
  });
});

describe('start', () => {
  it('says what it bound', async () => {
    const { http, port } = await start({ host: 'localhost' });
    expect(http.app.server.address()).toMatchObject({ address: '127.0.0.1', port });
    expect((await ask(port, '/health')).status).toBe(200);
  });

  it('names host and port that cannot be bound and says what to do', async () => {
    const { port } = await start();
    const why = await start({ port }).catch((error: CodedError) => error);
    expect(why).toMatchObject({
      code: 'http-listen-failed',
      message: expect.stringContaining(`127.0.0.1:${port}`),
      hint: expect.stringContaining('http.port'),
    });
    expect(await start({ host: '192.0.2.1' }).catch((error: CodedError) => error)).toMatchObject({
      code: 'http-listen-failed',
      hint: expect.stringContaining('http.host'),
    });
  });
});

describe('close', () => {
  it('ends connections that wait for another request, at once', async () => {
    // Nothing of this test lasts as long as closeMs.
    const { http, port } = await start({ limits: { closeMs: 600_000 } });
    const socket = raw(port);
    socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    const closed = untilClosed(socket);
    await http.close();
    await closed;
  });

  it('lets an answer on its way finish', async () => {
    let goOn: ((calls: never[]) => void) | undefined;
    let begun: (() => void) | undefined;
    const asked = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const slow = (): Promise<never[]> => {
      begun?.();
      return new Promise((resolve) => {
        goOn = resolve;
      });
    };
    const never = (): Promise<never> => new Promise(() => undefined);
    const { http, port } = await start({
      store: { calls: slow, call: never, tape: never, recordings: never },
      limits: { closeMs: 600_000 },
    });
    const answer = ask(port, '/v1/calls');
    await asked;
    const closed = http.close();
    goOn?.([]);
    expect((await answer).status).toBe(200);
    await closed;
  });

  it('does not wait longer than it was told to, and may be called twice', async () => {
    const { http, port } = await start({ limits: { closeMs: 20 } });
    const silent = raw(port);
    await once(silent, 'connect');
    const half = raw(port);
    half.write('GET /health HTTP/1.1\r\nHost: local');
    await once(half, 'connect');
    const ended = Promise.all([untilClosed(silent), untilClosed(half)]);
    await Promise.all([http.close(), http.close()]);
    await ended;
    await expect(ask(port, '/health')).rejects.toThrow('ECONNREFUSED');
  });

  it('is possible before start and after one that failed', async () => {
    const unstarted = createHttp({
      host: '192.0.2.1',
      port: 0,
      log: silentLog,
      store: {} as HttpOptions['store'],
      dataDir: '.',
      live: () => [],
      health: () => ({ status: 'ok' }),
    });
    await expect(unstarted.start()).rejects.toMatchObject({ code: 'http-listen-failed' });
    await unstarted.close();
  });
});
