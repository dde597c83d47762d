// Owns: the canary: passwords, credentials in the URLs of apps, and keys of sensitive gathers are typed and configured,
// and everything that the server says or keeps is searched for them: log, stored tape, HTTP answers, files, errors.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { destination, flow, gather, pause, play, record } from '../../src/flow/build.ts';
import { readConfig } from '../../src/server/config.ts';
import type { Caller } from './caller.ts';
import { type Rig, startRig } from './rig.ts';

const password = 'c4n4ryPassw0rd';
const basic = Buffer.from(`webuser:${password}`).toString('base64');
const user = 'c4n4ryUserSecret';
const trunk = 'c4n4ryTrunkSecret';
const pin = '4242717139';
/** Long enough not to stand in a time or an id by chance. */
const part = pin.slice(0, 7);
const passwords = [password, basic, user, trunk];

describe('secrets', () => {
  let rig: Rig;
  let caller: Caller;
  beforeAll(async () => {
    rig = await startRig({
      apps: {
        app: { path: '/app', credentials: `webuser:${password}` },
        broken: { path: '/broken', credentials: `webuser:${password}`, fallback: '/broken' },
        gone: { path: '/gone', credentials: `webuser:${password}`, timeoutMs: 200 },
      },
      routes: {
        '/app': (_request, response) =>
          void response
            .writeHead(200, { 'content-type': 'text/xml' })
            .end('<Response><Tone hz="400" duration="3600000"/></Response>'),
        '/broken': (request, response) =>
          void response.writeHead(500).end(`you sent ${request.headers.authorization} ${request.url}`),
        '/gone': (request) => void request.socket.destroy(),
        '/pin': (_request, response) => void response.writeHead(500).end('<Response/>'),
        '/pin-redirect': (request, response) =>
          void response.writeHead(302, { location: `/not-xml?${(request.url ?? '').split('?')[1]}` }).end(),
        '/not-xml': (request, response) =>
          void response.writeHead(200).end(`<Response><Bogus>${request.url?.length}</Bogus`),
      },
      config: {
        users: [{ login: 'alice', password: user }],
        trunks: [{ name: 'carrier', host: '127.0.0.1:1', username: 'acct', password: trunk }],
      },
    });
    caller = await rig.caller();
  });
  afterAll(() => rig.close());

  /** Everything that anybody could read afterwards, by where it was found. */
  async function everything(callIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map([['log', rig.logged.join('\n')]]);
    for (const path of ['/', '/health', '/v1/calls']) found.set(path, await rig.get(path));
    for (const id of callIds)
      for (const path of ['', '/tape', '/recordings'])
        found.set(`${id}${path}`, await rig.get(`/v1/calls/${id}${path}`));
    const data = join(rig.folder, 'data');
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) found.set(entry.name, readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    for (const { text } of caller.received) found.set('sip', (found.get('sip') ?? '') + text);
    return found;
  }

  async function expectNothingOf(secrets: readonly string[], callIds: readonly string[]): Promise<void> {
    for (const [where, text] of await everything(callIds))
      for (const secret of secrets) expect(`${where}: ${text.includes(secret) ? secret : ''}`).toBe(`${where}: `);
  }

  it('credentials in the URL of an app reach the application and nobody else', async () => {
    const call = await caller.call('app').answered();
    expect(rig.requests.find(({ path }) => path === '/app')?.headers.authorization).toBe(`Basic ${basic}`);
    await call.bye();
    await rig.line(call, 'call.ended');
    const ids = [rig.idOf(call)];
    for (const number of ['broken', 'gone']) {
      const failing = await caller.call(number).answered();
      await rig.line(failing, 'document.failed');
      await failing.bye();
      await rig.line(failing, 'call.ended');
      ids.push(rig.idOf(failing));
    }
    await expectNothingOf(passwords, ids);
    // Not because nothing was said at all.
    expect(rig.logged.join('\n')).toContain('/broken answered 500');
  });

  it('passwords of users and trunks stay inside when they are used and when they are wrong', async () => {
    const call = caller.call('app');
    for (const authorization of [
      [],
      [`Authorization: Digest username="alice", realm="keytone", nonce="x", uri="sip:x", response="${'0'.repeat(32)}"`],
    ]) {
      call.cseq += 1;
      caller.sendSip(
        call
          .request('REGISTER', { headers: authorization })
          .replaceAll('sip:app@', 'sip:alice@')
          .replace(/^From: <sip:raw@/m, 'From: <sip:alice@'),
      );
      expect((await call.final(call.cseq, 'REGISTER')).status).toBeGreaterThanOrEqual(400);
    }
    const dialling = await caller.call('app').answered();
    rig.server.calls.get(rig.idOf(dialling))?.command({
      kind: 'run',
      flow: flow([
        {
          kind: 'dial',
          at: { line: 1, column: 1, path: '' },
          targets: [{ kind: 'number', address: '5551234' }],
          order: 'together',
          answers: 'at-once',
          ringMs: 500,
          timeLimitMs: null,
          callerId: null,
          report: null,
          onFailed: null,
        },
      ]),
    });
    await rig.line(dialling, 'leg.failed');
    await rig.line(dialling, 'call.ended');
    await expectNothingOf(passwords, [rig.idOf(dialling)]);
  });

  for (const [how, report] of [
    ['a report by GET that fails', 'GET'],
    ['a report by POST that fails', 'POST'],
  ] as const)
    for (const path of ['/pin', '/pin-redirect'])
      it(`keys of a sensitive gather: ${how} at ${path}`, async () => {
        const call = await caller.call('app').answered();
        const id = rig.idOf(call);
        const to = destination(`${rig.application}${path}`, { method: report });
        rig.server.calls.get(id)?.command({
          kind: 'run',
          flow: flow([
            gather({ maxDigits: pin.length, sensitive: true, report: to, interDigitMs: null, firstDigitMs: null }),
            pause(3_600_000),
          ]),
        });
        caller.press(pin);
        await rig.line(call, 'gather.finished', ({ success }) => success);
        await rig.line(call, 'document.failed');
        // What the application is told is the pin itself.
        expect(rig.requests.some(({ url, body }) => `${url}${body}`.includes(pin))).toBe(true);
        await call.bye();
        await rig.line(call, 'call.ended');
        await expectNothingOf([pin, [...pin].join('","'), part], [id]);
        const { lines } = JSON.parse(await rig.get(`/v1/calls/${id}/tape`)) as {
          lines: { event: { type: string; digit?: string } }[];
        };
        expect(lines.flatMap(({ event }) => (event.type === 'digit' ? [event.digit] : []))).toEqual(
          Array(pin.length).fill('•'),
        );
      });

  it('keys typed ahead of a sensitive gather are masked as well', async () => {
    const call = await caller.call('app').answered();
    const id = rig.idOf(call);
    await rig.line(call, 'prompt.started');
    const run = (...nodes: Parameters<typeof flow>[0]) =>
      rig.server.calls.get(id)?.command({ kind: 'run', flow: flow(nodes) });
    run(
      play({ kind: 'silence', durationMs: 200 }),
      gather({ maxDigits: 1, firstDigitMs: null }),
      play({ kind: 'silence', durationMs: 500 }),
      gather({ maxDigits: pin.length, sensitive: true, interDigitMs: null, firstDigitMs: null }),
      pause(3_600_000),
    );
    caller.press('7');
    await rig.line(call, 'gather.finished');
    caller.press(pin);
    await rig.line(call, 'gather.finished', ({ digits }) => digits.length === pin.length);
    await call.bye();
    await rig.line(call, 'call.ended');
    await expectNothingOf([pin, part], [id]);
    const { lines } = JSON.parse(await rig.get(`/v1/calls/${id}/tape`)) as {
      lines: { event: { type: string; digit?: string } }[];
    };
    expect(lines.flatMap(({ event }) => (event.type === 'digit' ? [event.digit] : []))).toEqual([
      '7',
      ...Array(pin.length).fill('•'),
    ]);
  });

  it('keys by SIP INFO during a sensitive gather, and after it inside its shadow', async () => {
    const call = await caller.call('app').answered();
    const id = rig.idOf(call);
    rig.server.calls.get(id)?.command({
      kind: 'run',
      flow: flow([
        record('start'),
        gather({ maxDigits: pin.length, sensitive: true, interDigitMs: null, firstDigitMs: null }),
        pause(3_600_000),
      ]),
    });
    for (const key of pin) {
      call.cseq += 1;
      const body = `Signal=${key}\r\nDuration=100\r\n`;
      const text = call.request('INFO', { headers: ['Content-Type: application/dtmf-relay'] });
      caller.sendSip(text.replace(/Content-Length: 0\r\n\r\n$/, `Content-Length: ${body.length}\r\n\r\n${body}`));
      expect((await call.final(call.cseq, 'INFO')).status).toBe(200);
    }
    await rig.line(call, 'gather.finished', ({ success }) => success);
    await call.bye();
    await rig.line(call, 'call.ended');
    const { lines } = JSON.parse(await rig.get(`/v1/calls/${id}/tape`)) as {
      lines: { event: { type: string; digit?: string } }[];
    };
    expect(lines.flatMap(({ event }) => (event.type === 'digit' ? [event.digit] : []))).toEqual(
      Array(pin.length).fill('•'),
    );
  });

  it('a configuration that is wrong is refused without repeating what is secret in it', () => {
    const wrong: readonly (readonly [string, string])[] = [
      ['users', JSON.stringify([{ login: 'al ice', password: user, passwort: user }])],
      ['trunks', JSON.stringify([{ name: 'x', host: 'h', username: 'a', password: [trunk] }])],
      ['apps', JSON.stringify([{ name: 'x', url: `htp://webuser:${password}@example.org` }])],
      ['apps', JSON.stringify([{ name: 'x', url: `http://webuser:${password}@exa mple.org`, method: 'PUSH' }])],
    ];
    for (const [key, value] of wrong) {
      const { config, problems } = readConfig({ file: null, environment: {}, settings: [`${key}=${value}`] });
      expect(config).toBeNull();
      const said = problems
        .map((problem) => `${problem.message} ${problem.hint} ${JSON.stringify(problem)}`)
        .join('\n');
      for (const secret of passwords) expect(said).not.toContain(secret);
    }
  });
});
