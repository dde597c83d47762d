// Owns: applications that answer badly or never, and documents made to hurt: the tape has the coded reason and the place,
// the caller hears the apology (or the fallback), and other calls hear nothing of it.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AppUnderTest, type Handler, type Rig, startRig } from './rig.ts';

const good = '<Response><Play loop="0">TONE</Play></Response>';
const xml =
  (body: string | Buffer, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml', ...headers });
    response.end(body);
  };
const to =
  (location: string, status = 302): Handler =>
  (_request, response) =>
    void response.writeHead(status, { location }).end();

interface Story {
  readonly answer: Handler;
  /** Of document.failed. */
  readonly code: string;
  /** Part of its message. */
  readonly says: string | RegExp;
}

const laughs = `<!DOCTYPE lolz [<!ENTITY a0 "ha">${Array.from({ length: 12 }, (_, i) => `<!ENTITY a${i + 1} "&a${i};&a${i};&a${i};&a${i};">`).join('')}]><Response><Say>&a12;</Say></Response>`;
const large = Buffer.alloc(10 * 1024 * 1024, '<Say>x</Say>');

/** One app each; all of them are called at the same time. */
const stories: Readonly<Record<string, Story>> = {
  'billion-laughs': { answer: xml(laughs), code: 'xml-entity-refused', says: /:1:\d+: / },
  'external-entity': {
    answer: xml('<!DOCTYPE r [\n<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<Response><Say>&x;</Say></Response>'),
    code: 'xml-entity-refused',
    says: /external-entity:\d+:\d+: /,
  },
  'parameter-entity': {
    answer: xml('<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p;]><Response/>'),
    code: 'xml-entity-refused',
    says: /:1:\d+: /,
  },
  'cut-off': { answer: xml('<Response>\n  <Say>hello'), code: 'xml-syntax', says: 'cut-off:2:3: ' },
  deep: { answer: xml('<a>'.repeat(10_000)), code: 'document-too-deep', says: /:1:\d+: / },
  'another-root': { answer: xml('<html><body/></html>'), code: 'document-wrong-root', says: ':1:1: ' },
  'ten-megabytes': { answer: xml(large), code: 'fetch-too-large', says: '65536 bytes' },
  endless: {
    answer(_request, response) {
      response.writeHead(200, { 'content-type': 'text/xml' });
      const more = (): void => void (response.destroyed || response.write('<Say>x</Say>'.repeat(1000), more));
      more();
    },
    code: 'fetch-too-large',
    says: '65536 bytes',
  },
  'endless-headers': {
    answer(request) {
      request.socket.write('HTTP/1.1 200 OK\r\n');
      const more = (): void =>
        void (request.socket.destroyed || request.socket.write(`X-${'a'.repeat(1000)}: 1\r\n`, more));
      request.socket.on('error', () => {});
      more();
    },
    code: 'fetch-failed',
    says: 'failed',
  },
  'byte-at-a-time': {
    answer(_request, response) {
      response.writeHead(200, { 'content-type': 'text/xml' });
      const drip = setInterval(() => response.write(' '), 50);
      response.on('close', () => clearInterval(drip));
    },
    code: 'fetch-timeout',
    says: '800 ms',
  },
  never: { answer() {}, code: 'fetch-timeout', says: '800 ms' },
  'redirects-for-ever': { answer: to('/redirects-for-ever'), code: 'fetch-too-many-redirects', says: '5 times' },
  'to-metadata': {
    answer: to('http://169.254.169.254/latest/meta-data/'),
    code: 'fetch-refused-address',
    says: 'metadata',
  },
  'to-metadata-in-disguise': {
    answer: to('http://[::ffff:169.254.169.254]/'),
    code: 'fetch-refused-address',
    says: 'metadata',
  },
  'to-metadata-in-digits': { answer: to('http://2852039166/'), code: 'fetch-refused-address', says: 'metadata' },
  'to-another-port-here': { answer: to('http://127.0.0.1:1/'), code: 'fetch-refused-address', says: 'this machine' },
  'to-localhost': { answer: to('http://localhost:1/'), code: 'fetch-refused-address', says: 'this machine' },
  'to-the-lan': { answer: to('http://192.168.0.1/'), code: 'fetch-refused-address', says: 'private network' },
  'to-a-file': { answer: to('file:///etc/passwd'), code: 'document-http-status', says: '302' },
  'gzip-bomb': {
    answer: xml(gzipSync(Buffer.alloc(50 * 1024 * 1024)), { 'content-encoding': 'gzip' }),
    code: 'fetch-too-large',
    says: '65536 bytes',
  },
  'gzip-lie': { answer: xml('<Response/>', { 'content-encoding': 'gzip' }), code: 'fetch-failed', says: 'failed' },
  'gzip-twice': {
    answer: xml(gzipSync(gzipSync('<Response/>')), { 'content-encoding': 'gzip, gzip' }),
    code: 'xml-syntax',
    says: ':1:1: ',
  },
  'utf-16-lie': { answer: xml(good, { 'content-type': 'text/xml; charset=utf-16' }), code: 'xml-syntax', says: ':1:' },
  'binary-as-xml': {
    answer: xml(Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 0])),
    code: 'xml-syntax',
    says: /:\d:\d: /,
  },
  'empty-body': { answer: xml(''), code: 'document-missing', says: 'empty' },
  'five-hundred': {
    answer: (_request, response) => void response.writeHead(500).end('<Response/>'),
    code: 'document-http-status',
    says: '500',
  },
  unauthorized: {
    answer: (_request, response) => void response.writeHead(401).end(),
    code: 'document-http-status',
    says: '401',
  },
  'reset-in-the-body': {
    answer(request, response) {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('<Response>', () => request.socket.resetAndDestroy());
    },
    code: 'fetch-failed',
    says: 'failed',
  },
  'reset-at-once': { answer: (request) => void request.socket.resetAndDestroy(), code: 'fetch-failed', says: 'failed' },
  'ends-too-soon': {
    answer(request, response) {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('<Response>', () => request.socket.end());
    },
    code: 'fetch-failed',
    says: 'failed',
  },
  'no-http': {
    answer: (request) => void request.socket.end('220 smtp.example.org ready\r\n'),
    code: 'fetch-failed',
    says: 'failed',
  },
};

describe('a hostile application', () => {
  let rig: Rig;
  beforeAll(async () => {
    const apps: Record<string, AppUnderTest> = {};
    const routes: Record<string, Handler> = {
      '/tone.wav': (_request, response) => void response.writeHead(404).end(),
      '/good': (_request, response) =>
        void response
          .writeHead(200, { 'content-type': 'text/xml' })
          .end('<Response><Tone hz="440" duration="2000"/></Response>'),
      '/latin1': xml(
        Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><Response><Pause length="1"/></Response>', 'latin1'),
        {
          'content-type': 'text/xml; charset=iso-8859-1',
        },
      ),
      '/no-such-charset': xml('<Response><Pause length="1"/></Response>', {
        'content-type': 'text/xml; charset=klingon',
      }),
      '/json': xml('<Response><Pause length="1"/></Response>', { 'content-type': 'application/json' }),
    };
    for (const [name, { answer }] of Object.entries(stories)) {
      routes[`/${name}`] = answer;
      apps[name] = { path: `/${name}`, timeoutMs: 800 };
    }
    for (const name of ['never', 'gzip-bomb', 'billion-laughs', 'five-hundred'])
      apps[`${name}-with-fallback`] = { path: `/${name}`, timeoutMs: 800, fallback: '/good' };
    for (const name of ['latin1', 'no-such-charset', 'json']) apps[name] = { path: `/${name}` };
    rig = await startRig({ apps, routes, config: { speech: { engine: 'espeak' } } });
  });
  afterAll(() => rig.close());

  for (const [name, { code, says }] of Object.entries(stories)) {
    it.concurrent(`${name}: ${code}, and the caller hears the apology`, async () => {
      const caller = await rig.caller();
      const call = await caller.call(name).answered();
      await caller.loud(10);
      const failure = await rig.line(call, 'document.failed');
      expect({ name, code: failure.code }).toEqual({ name, code });
      if (typeof says === 'string') expect(failure.message).toContain(says);
      else expect(failure.message).toMatch(says);
      expect(failure.message).not.toMatch(/root:x|passwd/);
      await call.bye();
      expect((await rig.line(call, 'call.ended')).reason).not.toBe('fault');
    });
  }

  for (const name of ['never', 'gzip-bomb', 'billion-laughs', 'five-hundred'])
    it.concurrent(`${name} with a fallback: the caller hears that`, async () => {
      const caller = await rig.caller();
      const call = await caller.call(`${name}-with-fallback`).answered();
      await caller.loud(10);
      expect(rig.tape(call).some(({ event }) => event.type === 'document.failed')).toBe(false);
      // Nobody would know otherwise that the first address is down.
      const code = stories[name]!.code;
      expect(
        rig.logged.some((line) => line.startsWith('warn') && line.includes(code) && line.includes(rig.idOf(call))),
      ).toBe(true);
      await call.bye();
    });

  for (const name of ['latin1', 'no-such-charset', 'json'])
    it.concurrent(`${name}: a document that can be read is run, whatever it is called`, async () => {
      const caller = await rig.caller();
      const call = caller.call(name);
      call.send('INVITE', { sdp: caller.sdp() });
      await rig.line(call, 'document.fetched');
      call.ack(1, (await call.final()).status);
      await rig.line(call, 'call.ended');
    });
});

describe('after hostile applications', () => {
  it('calls go on', async () => {
    const apps: Record<string, AppUnderTest> = {};
    const routes: Record<string, Handler> = {};
    for (const [name, { answer }] of Object.entries(stories)) {
      routes[`/${name}`] = answer;
      apps[name] = { path: `/${name}`, timeoutMs: 800 };
    }
    // Nobody can speak here, so the caller hears the tone of congestion: never silence.
    const rig = await startRig({ apps, routes });
    const silent = await rig.caller();
    const unspoken = await silent.call('five-hundred').answered();
    await silent.loud(10);
    await unspoken.bye();
    const caller = await rig.caller();
    const calls = Object.keys(stories).map((name) => caller.call(name));
    for (const call of calls) call.send('INVITE', { sdp: caller.sdp() });
    for (const call of calls) {
      const { status } = await call.final();
      call.ack(1, status);
    }
    for (const call of calls) await rig.line(call, 'document.failed');
    await Promise.all(calls.map((call) => call.bye()));
    for (const call of calls) await rig.line(call, 'call.ended');
    await rig.undisturbed();
    expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
    await rig.close();
  });
});
