import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../base/clock.ts';
import { type Log, silentLog } from '../base/log.ts';
import { type AddressPolicy, defaultPolicy, type Trust } from './address-policy.ts';
import { createHttpClient, type FetchRequest, type HttpClient } from './http-client.ts';
import type { Lookup } from './resolver.ts';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await thing.close();
});

async function serve(handler: RequestListener): Promise<{ origin: string; port: number; server: Server }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push({
    close() {
      server.closeAllConnections();
      server.close();
    },
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, port, server };
}

const loopbackPolicy: AddressPolicy = { ...defaultPolicy, loopback: 'allow' };
const noTrust: Trust = { origin: 'document', trustedOrigins: [] };

function client(options: { policy?: AddressPolicy; lookup?: Lookup; clock?: Clock; log?: Log } = {}): HttpClient {
  const made = createHttpClient({ policy: loopbackPolicy, log: silentLog, ...options });
  opened.push(made);
  return made;
}

function get(url: string, more: Partial<FetchRequest> = {}): FetchRequest {
  return { method: 'GET', url, trust: noTrust, ...more };
}

async function received(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

const text = (body: Uint8Array) => Buffer.from(body).toString();
const code = (expected: string) => expect.objectContaining({ name: 'CodedError', code: expected });

/** A clock whose timers fire when the test says so. */
function handClock(): Clock & { fire(): void } {
  const timers = new Set<() => void>();
  return {
    now: () => 0,
    wall: () => 0,
    after(_delayMs, fn) {
      timers.add(fn);
      return { cancel: () => timers.delete(fn) };
    },
    fire() {
      for (const fn of [...timers]) fn();
    },
  };
}

describe('a request', () => {
  it('sends method, headers and body and gives back status, headers and body', async () => {
    const { origin } = await serve(async (request, response) => {
      const body = await received(request);
      response.writeHead(201, { 'X-Answer': 'yes' });
      response.end(`${request.method} ${request.url} ${request.headers['x-question']} ${body}`);
    });
    const reply = await client().fetch(
      get(`${origin}/a?b=c`, { method: 'post', headers: { 'X-Question': 'q' }, body: 'hello' }),
    );
    expect(reply.status).toBe(201);
    expect(reply.headers['x-answer']).toBe('yes');
    expect(text(reply.body)).toBe('POST /a?b=c q hello');
    expect(reply.url).toBe(`${origin}/a?b=c`);
  });

  it('turns credentials in the URL into a header and says them nowhere', async () => {
    const lines: string[] = [];
    const write = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
    const log: Log = { ...silentLog, debug: write, info: write, warn: write, error: write };
    const { origin, port, server } = await serve((request, response) => {
      response.end(request.headers.authorization);
    });
    const http = client({ log });
    const url = `http://user%40x:p%3Aw@127.0.0.1:${port}/a?digits=4711`;
    const reply = await http.fetch(get(url));
    expect(text(reply.body)).toBe(`Basic ${Buffer.from('user@x:p:w').toString('base64')}`);
    expect(reply.url).toBe(`${origin}/a?digits=4711`);

    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const fault = await http.fetch(get(url)).catch((error: Error) => error);
    expect(fault).toEqual(code('fetch-unreachable'));
    expect(lines).toHaveLength(2);
    expect(`${(fault as Error).message}${lines.join()}`).not.toMatch(/p%3Aw|p:w|user|4711/);
  });

  it('does not let a document set the headers of the connection', async () => {
    const { origin } = await serve((request, response) => void response.end(JSON.stringify(request.headers)));
    const reply = await client().fetch(
      get(origin, {
        method: 'POST',
        body: 'x',
        headers: { Host: 'evil', 'Content-Length': '99', 'Transfer-Encoding': 'chunked' },
      }),
    );
    const headers = JSON.parse(text(reply.body));
    expect(headers.host).toBe(origin.slice(7));
    expect(headers['content-length']).toBe('1');
    expect(headers['transfer-encoding']).toBeUndefined();
  });

  it('refuses a header that holds a line break, without quoting it', async () => {
    const { origin } = await serve((_request, response) => void response.end());
    const fault = await client()
      .fetch(get(origin, { headers: { 'x-a': 'secret\r\nx-b: 1' } }))
      .catch((error: Error) => error);
    expect(fault).toEqual(code('fetch-failed'));
    expect((fault as Error).message).not.toContain('secret');
  });

  it.each(['ftp://example.org/', 'file:///etc/passwd', 'javascript:1', 'nonsense', 'http://'])(
    'refuses %s',
    async (url) => {
      await expect(client().fetch(get(url))).rejects.toEqual(code('fetch-bad-url'));
    },
  );

  it('reuses connections', async () => {
    let connections = 0;
    const { origin, server } = await serve((_request, response) => void response.end('x'));
    server.on('connection', () => {
      connections += 1;
    });
    const http = client();
    for (let round = 0; round < 10; round += 1) await http.fetch(get(origin));
    // The second may open while the first is still being tidied up.
    expect(connections).toBeLessThan(3);
  });

  it('unpacks an answer that is packed although it should not be', async () => {
    const { origin } = await serve((request, response) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync('hello'));
    });
    expect(text((await client().fetch(get(origin))).body)).toBe('hello');
  });
});

describe('limits', () => {
  it('cuts an endless answer', async () => {
    let cut: () => void;
    const closed = new Promise<void>((resolve) => {
      cut = resolve;
    });
    const { origin } = await serve((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'x');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more).on('close', () => cut());
      more();
    });
    await expect(client().fetch(get(origin))).rejects.toEqual(code('fetch-too-large'));
    await closed;
  });

  it('refuses a length that is announced too large', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': String(10 * 1024 * 1024) });
      response.flushHeaders();
    });
    await expect(client().fetch(get(origin))).rejects.toEqual(code('fetch-too-large'));
  });

  it('cuts an answer that grows when unpacked', async () => {
    const { origin } = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(Buffer.alloc(5_000_000)));
    });
    await expect(client().fetch(get(origin))).rejects.toEqual(code('fetch-too-large'));
  });

  it('takes as much as asked for', async () => {
    const { origin } = await serve((_request, response) => void response.end(Buffer.alloc(1_000_000)));
    expect((await client().fetch(get(origin, { maxBytes: 1_000_000 }))).body).toHaveLength(1_000_000);
  });

  it.each([
    ['before the headers', () => {}],
    [
      'within the body',
      (response: ServerResponse) => {
        response.writeHead(200);
        response.write('begun');
      },
    ],
  ])('gives up a server that stalls %s', async (_where, begin) => {
    const clock = handClock();
    const { origin } = await serve((_request, response) => {
      begin(response);
      setImmediate(() => clock.fire());
    });
    await expect(client({ clock }).fetch(get(origin))).rejects.toEqual(code('fetch-timeout'));
  });

  it('gives up a name server that stalls', async () => {
    const clock = handClock();
    const lookup: Lookup = () => {
      setImmediate(() => clock.fire());
      return new Promise(() => {});
    };
    await expect(client({ clock, lookup }).fetch(get('http://slow.example.org/'))).rejects.toEqual(
      code('fetch-timeout'),
    );
  });

  it('stops when the caller aborts', async () => {
    const controller = new AbortController();
    const { origin } = await serve(() => controller.abort());
    await expect(client().fetch(get(origin, { signal: controller.signal }))).rejects.toEqual(code('fetch-aborted'));
    await expect(client().fetch(get(origin, { signal: controller.signal }))).rejects.toEqual(code('fetch-aborted'));
  });

  it('calls a broken exchange failed, not unreachable', async () => {
    const { origin } = await serve((request) => void request.socket.destroy());
    await expect(client().fetch(get(origin))).rejects.toEqual(code('fetch-failed'));
    const garbage = createTcpServer((socket) => void socket.end('this is not HTTP\r\n\r\n'));
    await new Promise<void>((resolve) => garbage.listen(0, '127.0.0.1', resolve));
    opened.push(garbage);
    const { port } = garbage.address() as AddressInfo;
    await expect(client().fetch(get(`http://127.0.0.1:${port}/`))).rejects.toEqual(code('fetch-failed'));
  });
});

describe('the guard', () => {
  const hosts = [
    '127.0.0.1',
    '2130706433',
    '017700000001',
    '0x7f.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    'localhost',
    'LOCALHOST.',
    '0',
    '0.0.0.0',
    '[::]',
  ];

  it.each(hosts)('refuses http://%s by default and the server hears nothing', async (host) => {
    let heard = 0;
    const { port, server } = await serve((_request, response) => void response.end());
    server.on('connection', () => {
      heard += 1;
    });
    const http = client({ policy: defaultPolicy });
    await expect(http.fetch(get(`http://${host}:${port}/`))).rejects.toEqual(code('fetch-refused-address'));
    expect(heard).toBe(0);
  });

  it('refuses a name when any one of its addresses is refused', async () => {
    const lookup: Lookup = async () => [
      { address: '93.184.215.14', family: 4 },
      { address: '10.0.0.1', family: 4 },
    ];
    await expect(client({ lookup }).fetch(get('http://two.example.org/'))).rejects.toEqual(
      code('fetch-refused-address'),
    );
  });

  it('connects to the address it checked, asking the resolver once', async () => {
    let asked = 0;
    const { port } = await serve((request, response) => void response.end(request.headers.host));
    const lookup: Lookup = async () => {
      asked += 1;
      return asked === 1 ? [{ address: '127.0.0.1', family: 4 }] : [{ address: '169.254.169.254', family: 4 }];
    };
    const reply = await client({ lookup }).fetch(get(`http://rebind.example.org:${port}/`));
    expect(text(reply.body)).toBe(`rebind.example.org:${port}`);
    expect(asked).toBe(1);
  });

  it('checks again on the next connection, whatever the name led to before', async () => {
    let address = '127.0.0.1';
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { connection: 'close' });
      response.end();
    });
    const http = client({ lookup: async () => [{ address, family: 4 }] });
    await http.fetch(get(`http://rebind.example.org:${port}/`));
    address = '169.254.169.254';
    await expect(http.fetch(get(`http://rebind.example.org:${port}/`))).rejects.toEqual(code('fetch-refused-address'));
  });

  it('lets a configured local origin be reached, and only for the app it was written for', async () => {
    const { origin } = await serve((_request, response) => void response.end('hi'));
    const http = client({ policy: defaultPolicy });
    const trusted = get(origin, { trust: { origin: 'document', trustedOrigins: [origin] } });
    expect(text((await http.fetch(trusted)).body)).toBe('hi');
    // The connection above is kept alive; it must not serve this one.
    await expect(http.fetch(get(origin))).rejects.toEqual(code('fetch-refused-address'));
    expect(text((await http.fetch(get(origin, { trust: { origin: 'configured', trustedOrigins: [] } }))).body)).toBe(
      'hi',
    );
  });

  it('follows no redirect to a metadata address, another port of this machine, or a file', async () => {
    const inner = await serve((_request, response) => void response.end('secret'));
    let location = 'http://169.254.169.254/latest/meta-data/';
    const { origin } = await serve((_request, response) => {
      response.writeHead(302, { location });
      response.end();
    });
    const http = client({ policy: defaultPolicy });
    const trust: Trust = { origin: 'configured', trustedOrigins: [] };
    await expect(http.fetch(get(origin, { trust }))).rejects.toEqual(code('fetch-refused-address'));
    location = inner.origin;
    await expect(http.fetch(get(origin, { trust }))).rejects.toEqual(code('fetch-refused-address'));
    location = 'file:///etc/passwd';
    expect((await http.fetch(get(origin, { trust }))).status).toBe(302);
  });
});

describe('redirects', () => {
  it.each([
    [301, 'GET', ''],
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', 'body'],
    [308, 'POST', 'body'],
  ])('after a POST answered %i sends %s', async (status, method, body) => {
    const { origin } = await serve(async (request, response) => {
      if (request.url === '/a') {
        response.writeHead(status, { location: 'b?x=1' });
        response.end();
      } else response.end(`${request.method} ${request.url} ${await received(request)}`);
    });
    const reply = await client().fetch(get(`${origin}/a`, { method: 'POST', body: 'body' }));
    expect(text(reply.body)).toBe(`${method} /b?x=1 ${body}`);
    expect(reply.url).toBe(`${origin}/b?x=1`);
  });

  it('keeps secrets within the origin', async () => {
    const other = await serve((request, response) => void response.end(JSON.stringify(request.headers)));
    const { origin } = await serve((request, response) => {
      if (request.url === '/same') return void response.end(JSON.stringify(request.headers));
      response.writeHead(307, { location: request.url === '/away' ? `${other.origin}/` : '/same' });
      response.end();
    });
    const headers = { Authorization: 'Bearer t', Cookie: 'c=1', 'X-Api-Key': 'k', Accept: 'text/xml' };
    const same = JSON.parse(text((await client().fetch(get(`${origin}/stay`, { headers }))).body));
    expect(same).toMatchObject({ authorization: 'Bearer t', cookie: 'c=1', 'x-api-key': 'k', accept: 'text/xml' });
    const away = JSON.parse(text((await client().fetch(get(`${origin}/away`, { headers }))).body));
    expect(away.accept).toBe('text/xml');
    expect(away.authorization ?? away.cookie ?? away['x-api-key']).toBeUndefined();
  });

  it('ends after five', async () => {
    let hops = 0;
    const { origin } = await serve((_request, response) => {
      hops += 1;
      response.writeHead(302, { location: `/${hops}` });
      response.end();
    });
    await expect(client().fetch(get(origin))).rejects.toEqual(code('fetch-too-many-redirects'));
    expect(hops).toBe(6);
  });
});

describe('the resolver', () => {
  it('stands in with the last good answer while name service fails', async () => {
    const { port } = await serve((_request, response) => {
      response.writeHead(200, { connection: 'close' });
      response.end('ok');
    });
    let fails = false;
    const http = client({
      clock: systemClock,
      lookup: async () => {
        if (fails) throw Object.assign(new Error('down'), { code: 'EAI_AGAIN' });
        return [{ address: '127.0.0.1', family: 4 }];
      },
    });
    await http.fetch(get(`http://app.example.org:${port}/`));
    fails = true;
    expect(text((await http.fetch(get(`http://app.example.org:${port}/`))).body)).toBe('ok');
    await expect(http.fetch(get(`http://other.example.org:${port}/`))).rejects.toEqual(code('fetch-unreachable'));
  });

  it('never asks for more than two names at once, and answers all', async () => {
    let running = 0;
    let most = 0;
    const http = client({
      lookup: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return [{ address: '10.0.0.1', family: 4 }];
      },
    });
    const names = Array.from({ length: 20 }, (_, n) =>
      http.fetch(get(`http://n${n}.example.org/`)).catch((e) => e.code),
    );
    expect(new Set(await Promise.all(names))).toEqual(new Set(['fetch-refused-address']));
    expect(most).toBe(2);
  });
});
