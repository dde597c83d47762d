// Owns: the canary by every way that keys come, at the places where a key is most likely to be kept: a PIN is typed as
// events, by INFO and as tones, ahead of the question and at it, while a recording runs and behind a bridge, and all that
// the process put out is searched for it. What the recordings hold is listened to with our own detector.
// Does not: look at credentials and failed reports; see secrets.test.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { destination, dial, flow, gather, pause, play, record } from '../../src/flow/build.ts';
import { DtmfDetector } from '../../src/media/dtmf/detector.ts';
import { parseWav } from '../../src/media/wav-reader.ts';
import { runProgram } from '../../src/server/commands/program.ts';
import type { PhoneCall } from '../../src/testkit/index.ts';
import { type HandPhone, openHandPhone } from '../server/hand-phone.ts';
import { closeAll, startPhone } from '../server/rig.ts';
import { ToneLine } from '../server/tone-line.ts';
import { type Rig, startRig } from './rig.ts';

/** No key of it is one of the open keys, and it is too long to stand anywhere by chance. */
const pin = '8305831850';
/** Keys that are no secret, before and behind: they show that what is looked at would hold the others. */
const open = '6';
const silence = (durationMs: number) => play({ kind: 'silence', durationMs });

type Way = 'rfc4733' | 'info' | 'inband';
const ways: readonly Way[] = ['rfc4733', 'info', 'inband'];

describe('the canary', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig({
      apps: { app: { path: '/app' } },
      routes: {
        '/app': (_request, response) =>
          void response
            .writeHead(200, { 'content-type': 'text/xml' })
            .end('<Response><Tone hz="400" duration="3600000"/></Response>'),
        '/pin': (_request, response) =>
          void response
            .writeHead(200, { 'content-type': 'text/xml' })
            .end('<Response><Gather numDigits="2" timeout="60000" callback="/open"/></Response>'),
        '/open': (_request, response) =>
          void response.writeHead(200, { 'content-type': 'text/xml' }).end('<Response><Hangup/></Response>'),
      },
    });
  });
  afterEach(closeAll);
  afterAll(() => rig.close());

  async function call(way: Way) {
    const phone = await openHandPhone({ port: rig.sipPort }, 'app');
    await phone.invite({ sdp: phone.sdp({ payloads: way === 'rfc4733' ? [0, 101] : [0] }) });
    const line = new ToneLine(phone);
    await rig.line(phone, 'prompt.started');
    const id = rig.idOf(phone);
    const run = (...nodes: Parameters<typeof flow>[0]) =>
      rig.server.calls.get(id)!.command({ kind: 'run', flow: flow(nodes) });
    return { phone, line, id, run, press: (keys: string) => press(way, keys, phone, line) };
  }

  async function press(way: Way, keys: string, phone: HandPhone, line: ToneLine): Promise<void> {
    for (const key of keys) {
      if (way === 'inband') await line.press(key, 80, 80);
      else if (way === 'rfc4733') await line.event(key, 80);
      else {
        const body = `Signal=${key}\r\nDuration=80\r\n`;
        const { status } = await phone.request('INFO', ['Content-Type: application/dtmf-relay'], body);
        expect(status).toBe(200);
        await line.silence(60);
      }
    }
  }

  const secretGather = (fields: Parameters<typeof gather>[0] = {}) =>
    gather({
      maxDigits: pin.length,
      sensitive: true,
      firstDigitMs: null,
      interDigitMs: null,
      report: destination(`${rig.application}/pin`, { method: 'POST' }),
      ...fields,
    });

  /** Everything that anybody could read, by where it was found. */
  async function everything(id: string): Promise<ReadonlyMap<string, string>> {
    const http = `http://127.0.0.1:${rig.server.http.port}`;
    const found = new Map([['log', rig.logged.join('\n')]]);
    for (const path of [
      '/',
      '/health',
      '/v1/calls',
      '/v1/outbox',
      ...['', '/tape', '/recordings'].map((of) => `/v1/calls/${id}${of}`),
    ])
      found.set(path, await rig.get(path));
    const data = join(rig.folder, 'data');
    for (const entry of readdirSync(data, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) found.set(entry.name, readFileSync(join(entry.parentPath, entry.name)).toString('latin1'));
    found.set(
      'requests',
      rig.requests.flatMap(({ path, url, body }) => (path === '/pin' ? [] : [`${url} ${body}`])).join('\n'),
    );
    const said: string[] = [];
    const out = (text: string): void => void said.push(text);
    await runProgram(['explain', '--server', http, '--', id], { environment: {}, workingDir: '/', out, err: out });
    return found.set('explain', said.join('\n'));
  }

  async function expectNothingSaid(id: string, first: string = open): Promise<void> {
    const found = await everything(id);
    for (const [where, text] of found)
      for (const secret of [
        pin,
        [...pin].join('","'),
        [...pin].join(','),
        [...pin].join(' '),
        pin.slice(0, 6),
        pin.slice(4),
      ])
        expect(`${where}: ${text.includes(secret) ? secret : ''}`).toBe(`${where}: `);
    // What was looked at is not empty, and the application was told.
    expect(found.get('explain')).toContain('••••••••••');
    expect(found.get(`/v1/calls/${id}/tape`)).toContain('gather.finished');
    expect([...found.keys()].some((name) => name.endsWith('-wal'))).toBe(true);
    const told = rig.requests.filter(({ path }) => path === '/pin').at(-1);
    expect(`${told?.url} ${told?.body}`).toContain(pin);
    const { lines } = JSON.parse(found.get(`/v1/calls/${id}/tape`)!) as {
      lines: { event: { type: string; digit?: string; leg?: string } }[];
    };
    const keys = lines.flatMap(({ event }) => (event.type === 'digit' && event.leg === 'caller' ? [event.digit] : []));
    expect(keys).toEqual([first, ...Array(pin.length).fill('•'), open, open]);
  }

  async function expectOpenKeys(id: string, way: Way, fewest = 2): Promise<void> {
    const heard = await heardIn(id);
    expect(heard).toHaveLength(1);
    // The last one ends the call: there may be too little of it.
    if (way === 'inband') expect(heard[0]).toMatch(new RegExp(`^${open}{${fewest},3}$`));
    else expect(heard[0]).toBe('');
  }

  /** The keys that our detector hears in each of the call's recordings. */
  async function heardIn(id: string): Promise<string[]> {
    const { recordings } = JSON.parse(await rig.get(`/v1/calls/${id}/recordings`)) as { recordings: { id: string }[] };
    const heard: string[] = [];
    for (const recording of recordings) {
      const served = await fetch(`http://127.0.0.1:${rig.server.http.port}/v1/calls/${id}/recordings/${recording.id}`);
      const wav = parseWav(new Uint8Array(await served.arrayBuffer()));
      // Nothing is played meanwhile: of two channels mixed, one is silent.
      heard.push(keysIn(wav.read(0, wav.frames)));
    }
    return heard;
  }

  function keysIn(samples: Float32Array): string {
    let keys = '';
    const pressed = (digit: string): void => {
      keys += digit;
    };
    const detector = new DtmfDetector(8000, { pressed, released() {} });
    const linear = Int16Array.from(samples, (sample) =>
      Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_767))),
    );
    detector.hear(linear, 0, linear.length);
    return keys;
  }

  for (const way of ways) {
    for (const channels of ['one-each', 'mixed'] as const)
      it(`typed ahead and at the question, by ${way}, while a recording runs (${channels})`, async () => {
        const { phone, line, id, press, run } = await call(way);
        run(
          record('start', { channels }),
          gather({ maxDigits: 1, firstDigitMs: null }),
          silence(1500),
          secretGather(),
          pause(3_600_000),
        );
        await rig.line(phone, 'recording.started');
        await press(open);
        await rig.line(phone, 'gather.finished');
        // Longer than what is silenced before the first key of a secret.
        await line.silence(700);
        await press(pin.slice(0, 4));
        await line.silence(1000);
        await press(pin.slice(4));
        await line.silenceUntil(rig.line(phone, 'gather.finished', ({ digits }) => digits.length === pin.length));
        await line.silence(1500);
        await press(open + open);
        await phone.bye;
        await rig.line(phone, 'call.ended');
        await expectNothingSaid(id);
        await expectOpenKeys(id, way);
      });

    it(`by ${way} behind a bridge, whose other side hears none of it`, async () => {
      const callee = await startPhone();
      const ringing = new Promise<PhoneCall>((resolve) =>
        callee.onIncoming((incoming) => void incoming.answer().then(() => resolve(incoming))),
      );
      const { phone, line, id, press, run } = await call(way);
      run(
        record('start'),
        dial([{ kind: 'sip', address: callee.uri.slice('sip:'.length) }]),
        // Keys pressed in the conversation were for the other side.
        secretGather({ typeAhead: 'flush' }),
        pause(3_600_000),
      );
      const bob = await ringing;
      await rig.line(phone, 'leg.answered', ({ leg }) => leg !== 'caller');
      await line.silence(200);
      await press(open);
      await line.silenceUntil(bob.until('digit'));
      bob.hangUp();
      await line.silenceUntil(rig.line(phone, 'leg.ended', ({ leg }) => leg !== 'caller'));
      await line.silence(700);
      await press(pin);
      await line.silenceUntil(rig.line(phone, 'gather.finished', ({ digits }) => digits.length === pin.length));
      await line.silence(1500);
      await press(open + open);
      await phone.bye;
      await rig.line(phone, 'call.ended');
      // A key that no gather took may have been meant for the one that is a secret: it is masked and silenced with it.
      await expectNothingSaid(id, '•');
      expect(bob.events.flatMap((event) => (event.type === 'digit' ? [event.digit] : []))).toEqual([open]);
      await expectOpenKeys(id, way, 1);
    });
  }
});
