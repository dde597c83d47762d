// Keys on the wire: told once however they come, and named by every way they came; sent the way the peer wants them.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/event.ts';
import { dial, flow, gather, hangup, pause, play, prompt, sendDigits } from '../../src/flow/build.ts';
import type { Flow, Sound } from '../../src/flow/node.ts';
import { ulawSample } from '../../src/media/g711.ts';
import { amplitude } from '../../src/media/session-rig.ts';
import type { Config } from '../../src/server/config.ts';
import type { Phone } from '../../src/testkit/index.ts';
import { type HandPacket, type HandPhone, openHandPhone } from './hand-phone.ts';
import { closeAll, startPhone, startServer, type TestServer } from './rig.ts';
import { ToneLine } from './tone-line.ts';

afterEach(closeAll);

const relay = 'Content-Type: application/dtmf-relay';
const tone: Sound = { kind: 'tone', frequenciesHz: [440], onMs: 100, offMs: 0, durationMs: 60_000, volumeDb: -10 };
const listening = (maxDigits: number): Flow => flow([gather({ maxDigits, firstDigitMs: 60_000 }), hangup()]);
const isEvent = ({ payloadType }: HandPacket) => payloadType === 101;
const info = (phone: HandPhone, digit: string) => phone.request('INFO', [relay], `Signal=${digit}\r\nDuration=100\r\n`);

async function callTo(what: Flow, config?: (config: Config) => Partial<Config>) {
  const at = await startServer({ apps: { '1': what }, ...(config === undefined ? {} : { config }) });
  return { at, phone: await openHandPhone(at.sip, '1') };
}

/** Whoever calls from this machine is this trunk. */
const trunk = (digits?: 'rfc4733' | 'inband' | 'info') => () => ({
  trunks: [{ name: 'carrier', host: '127.0.0.1', allow: ['127.0.0.1'], ...(digits === undefined ? {} : { digits }) }],
});

function linesOf<Type extends CallEvent['type']>(at: TestServer, type: Type) {
  return at
    .tape('1')
    .flatMap(({ event }) => (event.type === type ? [event as Extract<CallEvent, { type: Type }>] : []));
}

describe('a key by SIP INFO', () => {
  it('counts once when its request is repeated, and the repetition gets the same answer', async () => {
    const { at, phone } = await callTo(listening(3));
    await phone.invite();
    expect((await info(phone, '1')).status).toBe(200);
    phone.repeat();
    phone.repeat();
    // Each is told before the next request is answered: UDP on one machine keeps its order.
    expect((await info(phone, '1')).status).toBe(200);
    phone.repeat();
    expect((await info(phone, '2')).status).toBe(200);
    const { event } = await at.until('1', 'gather.finished');
    expect(event.digits).toBe('112');
    await phone.bye;
  });

  it('is taken in a burst of 20, in order', async () => {
    const keys = '12345678901122334455';
    const { at, phone } = await callTo(listening(keys.length));
    await phone.invite();
    await at.until('1', 'verb.started');
    const answers = await Promise.all([...keys].map((key) => info(phone, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await at.until('1', 'gather.finished')).event.digits).toBe(keys);
    await phone.bye;
  });

  it('is taken in every form that phones send, and refused with what is taken otherwise', async () => {
    const { at, phone } = await callTo(listening(7));
    const invited = await phone.invite({ headers: ['Recv-Info: foo'] });
    // RFC 6086 5.2.3: a peer that names its packages is told that we have none.
    expect(invited.headers.get('recv-info')).toBe('');
    for (const [type, body] of [
      ['application/dtmf-relay', 'Signal=5\nDuration=160'],
      ['application/dtmf-relay', ' signal = 10 \r\n'],
      ['application/dtmf', '7'],
      ['application/dtmf', '11'],
      ['audio/telephone-event', 'd=9'],
      ['Application/DTMF-Relay; charset=utf-8', 'SIGNAL=a\r\nDURATION=90\r\n'],
    ])
      expect((await phone.request('INFO', [`Content-Type: ${type}`], body)).status).toBe(200);
    const unknown = await phone.request('INFO', ['Content-Type: application/x-key'], '5');
    expect([unknown.status, unknown.headers.get('accept')]).toEqual([
      415,
      'application/dtmf-relay, application/dtmf, audio/telephone-event',
    ]);
    expect((await phone.request('INFO', [relay], 'Signal=?')).status).toBe(400);
    const packaged = await phone.request('INFO', ['Info-Package: foo', relay], 'Signal=5');
    expect([packaged.status, packaged.headers.get('recv-info')]).toEqual([469, '']);
    await info(phone, '0');
    expect((await at.until('1', 'gather.finished')).event.digits).toBe('5*7#9A0');
    await phone.bye;
  });

  it('as hf is a flash and no key', async () => {
    const { at, phone } = await callTo(listening(1));
    await phone.invite();
    expect((await info(phone, 'hf')).status).toBe(200);
    await at.until('1', 'flash');
    expect((await info(phone, '3')).status).toBe(200);
    await at.until('1', 'gather.finished');
    expect(linesOf(at, 'digit')).toHaveLength(1);
    await phone.bye;
  });

  it('stops a prompt as one heard in the media does', async () => {
    const { at, phone } = await callTo(flow([play(tone, { stopKeys: '4' }), hangup()]));
    await phone.invite();
    await at.until('1', 'prompt.started');
    await info(phone, '4');
    expect((await at.until('1', 'prompt.finished')).event.why).toBe('key');
    await phone.bye;
  });
});

describe('telephone-events', () => {
  const wide = { interDigitMs: 60_000, firstDigitMs: 60_000 };
  const offered = (phone: HandPhone, ...events: readonly string[]): string => {
    const [head = ''] = phone.sdp({ payloads: [0] }).split('a=rtpmap');
    const types = events.map((one) => one.split('=')[0]);
    return [
      `${head.trimEnd()} ${types.join(' ')}`,
      ...events.map((one) => `a=rtpmap:${one.replace('=', ' telephone-event/')}`),
      'a=sendrecv',
      '',
    ].join('\r\n');
  };

  it.each([
    ['8000', '8 kHz', 8],
    ['8000', '48 kHz', 48],
    ['48000', '48 kHz', 48],
    ['48000', '8 kHz', 8],
  ])('agreed on at %s Hz and counted at %s have the length that they had', async (hz, _counted, unitsPerMs) => {
    const { at, phone } = await callTo(flow([gather({ maxDigits: 3, ...wide }), hangup()]));
    const answer = await phone.invite({ sdp: offered(phone, `101=${hz}`) });
    expect(answer.body).toContain(`a=rtpmap:101 telephone-event/${hz}\r\n`);
    const line = new ToneLine(phone);
    await line.event('1', 200, 0, unitsPerMs);
    await line.silence(40);
    await line.event('1', 200, 0, unitsPerMs);
    await line.silenceUntil(at.until('1', 'digit.released', ({ press }) => press === 2));
    for (const { durationMs } of linesOf(at, 'digit.released')) expect(durationMs).toBe(200);
    await phone.request('BYE');
    expect(linesOf(at, 'digit').map(({ digit }) => digit)).toEqual(['1', '1']);
  });

  it('are heard at either number where two were offered, whichever was agreed on', async () => {
    const { at, phone } = await callTo(flow([gather({ maxDigits: 3, ...wide }), hangup()]));
    const answer = await phone.invite({ sdp: offered(phone, '110=48000', '101=8000') });
    expect(answer.body).toMatch(/^m=audio \d+ RTP\/AVP 0 101\r$/m);
    const line = new ToneLine(phone);
    await line.event('1', 100);
    await line.event('2', 100, 0, 48, 110);
    await line.event('3', 100);
    await line.silenceUntil(at.until('1', 'gather.finished'));
    expect(linesOf(at, 'gather.finished')).toMatchObject([{ digits: '123' }]);
    await phone.bye;
  });

  it.each([
    ['9 s at 8 kHz', 9000, 8],
    ['3 s at 48 kHz, in three segments', 3000, 48],
  ])('of %s are one press', async (_name, durationMs, unitsPerMs) => {
    const { at, phone } = await callTo(flow([gather({ maxDigits: 2, ...wide }), hangup()]));
    await phone.invite({ sdp: offered(phone, `101=${unitsPerMs * 1000}`) });
    const line = new ToneLine(phone);
    await line.event('8', durationMs, 0, unitsPerMs);
    await line.silenceUntil(at.until('1', 'digit.released'));
    const [released] = linesOf(at, 'digit.released');
    // Who hears nothing of a key for 200 ms takes it for let go.
    if (line.longestStepMs < 100) expect(released?.durationMs).toBe(durationMs);
    else expect(released?.durationMs).toBeLessThanOrEqual(durationMs);
    await line.event('9', 100, 0, unitsPerMs);
    await line.silenceUntil(at.until('1', 'gather.finished'));
    expect(linesOf(at, 'gather.finished')).toMatchObject([{ digits: '89' }]);
    await phone.bye;
  });

  it('of the hook are a flash and no key', async () => {
    const { at, phone } = await callTo(flow([gather({ maxDigits: 1, ...wide }), hangup()]));
    await phone.invite();
    const start = phone.timestamp;
    for (const [i, end] of [0, 0x80, 0x80].entries())
      phone.sendPacket(101, Uint8Array.of(16, end, 0, 160), { at: start, marker: i === 0, samples: 160 });
    await at.until('1', 'flash');
    phone.sendEvent('4');
    expect((await at.until('1', 'gather.finished')).event.digits).toBe('4');
    expect(linesOf(at, 'flash')).toHaveLength(1);
    await phone.bye;
  });
});

describe('one press that comes both ways', () => {
  it('is one digit, and its end names both', async () => {
    const { at, phone } = await callTo(listening(2));
    await phone.invite();
    phone.sendEvent('5');
    const { event: digit } = await at.until('1', 'digit');
    expect(digit.heard).toEqual([{ via: 'rfc4733', at: expect.any(Number), level: -10 }]);
    await info(phone, '5');
    const { event: released } = await at.until('1', 'digit.released');
    expect(released).toMatchObject({
      press: digit.press,
      durationMs: 100,
      heard: [
        { via: 'rfc4733', level: -10, durationMs: 100, lost: 0 },
        { via: 'info', durationMs: 100 },
      ],
    });
    expect(linesOf(at, 'digit')).toHaveLength(1);
    await info(phone, '6');
    expect((await at.until('1', 'gather.finished')).event.digits).toBe('56');
    await phone.bye;
  });

  it('is one while it is held, whenever the INFO comes', async () => {
    const { at, phone } = await callTo(listening(2));
    await phone.invite();
    const held = phone.holdEvent('5');
    await at.until('1', 'digit');
    await info(phone, '5');
    held.end(160);
    await at.until('1', 'digit.released', ({ heard }) => heard.length === 2);
    await info(phone, '6');
    expect((await at.until('1', 'gather.finished')).event.digits).toBe('56');
    await phone.bye;
  });

  it('stops the prompt that it was pressed at and not the next one, when INFO is first', async () => {
    const twice = flow([
      gather({ prompts: [prompt(tone)], maxDigits: 1 }),
      gather({ prompts: [prompt(tone)], maxDigits: 1 }),
      hangup(),
    ]);
    const { at, phone } = await callTo(twice);
    await phone.invite();
    await at.until('1', 'prompt.started');
    await info(phone, '1');
    await at.until('1', 'prompt.started', (event) => event.prompt === 'prompt-2');
    phone.sendEvent('1');
    await at.until('1', 'digit.released', ({ heard }) => heard.length === 2);
    expect(linesOf(at, 'digit')).toHaveLength(1);
    expect(linesOf(at, 'prompt.finished')).toHaveLength(1);
    phone.sendEvent('2');
    await at.until('1', 'gather.finished', ({ digits }) => digits === '2');
    await phone.bye;
  });
});

describe('keys that are sent', () => {
  const sends = (keys: string): Flow => flow([sendDigits(keys, { toneMs: 60, gapMs: 60 }), hangup()]);

  it('go as telephone-events in step with the audio, three ends each', async () => {
    const { at, phone } = await callTo(sends('1,2'));
    await phone.invite();
    await at.until('1', 'digits.sent');
    await phone.bye;
    const events = phone.packets.filter(isEvent);
    expect(events.filter(({ payload }) => payload[1]! >= 0x80).map(({ payload }) => payload[0])).toEqual([
      1, 1, 1, 2, 2, 2,
    ]);
    expect(phone.packets.some(({ payload, payloadType }) => payloadType === 0 && new Set(payload).size > 4)).toBe(
      false,
    );
  });

  it('go as tones where the trunk says so, although events were agreed on', async () => {
    const { at, phone } = await callTo(sends('5'), trunk('inband'));
    await phone.invite();
    await at.until('1', 'digits.sent');
    await phone.bye;
    expect(phone.packets.filter(isEvent)).toEqual([]);
    const samples = phone.packets.flatMap(({ payload }) => Array.from(payload, ulawSample));
    const first = samples.findIndex((sample) => Math.abs(sample) > 500);
    const sounding = samples.slice(first, first + 400);
    expect(amplitude(sounding, 770)).toBeGreaterThan(1500);
    expect(amplitude(sounding, 1336)).toBeGreaterThan(1500);
  });

  it('go by INFO where the trunk says so, one after the other', async () => {
    const { at, phone } = await callTo(sends('1w#'), trunk('info'));
    await phone.invite();
    await at.until('1', 'digits.sent');
    await phone.bye;
    const told = phone.requests.filter(({ method }) => method === 'INFO');
    expect(told.map(({ type, body }) => [type, body])).toEqual([
      ['application/dtmf-relay', 'Signal=1\r\nDuration=60\r\n'],
      ['application/dtmf-relay', 'Signal=#\r\nDuration=60\r\n'],
    ]);
    expect(phone.packets.filter(isEvent)).toEqual([]);
  });

  it('are told as failed, with a code, when they cannot go', async () => {
    const { at, phone } = await callTo(sends('1'), trunk('info'));
    phone.answer = (method) => ({ status: method === 'INFO' ? 415 : 200 });
    await phone.invite();
    expect((await at.until('1', 'digits.failed')).event.code).toBe('digits-refused');
    await phone.bye;

    const second = await callTo(sends('1'), trunk('rfc4733'));
    await second.phone.invite({ sdp: second.phone.sdp({ payloads: [0] }) });
    expect((await second.at.until('1', 'digits.failed')).event.code).toBe('digits-not-negotiated');
    await second.phone.bye;

    const third = await callTo(flow([sendDigits('1', { to: 'callee' }), hangup()]));
    await third.phone.invite();
    expect((await third.at.until('1', 'digits.failed')).event.code).toBe('digits-nobody');
    await third.phone.bye;
  });

  it.each([undefined, 'info'] as const)('are given up when a command replaces the document (way: %s)', async (way) => {
    const { at, phone } = await callTo(sends('1WWWWWWWWWW2'), trunk(way));
    await phone.invite();
    if (way === 'info') await phone.asked('INFO', 1);
    else await phone.nextPacket((packet) => isEvent(packet) && packet.payload[1]! >= 0x80);
    const [facts] = at.server.calls.list();
    at.server.calls.get(facts!.id)!.command({ kind: 'run', flow: flow([pause(200), hangup()]) });
    expect((await at.until('1', 'digits.failed')).event.code).toBe('digits-cancelled');
    await phone.bye;
    expect(phone.packets.filter(isEvent).every(({ payload }) => payload[0] === 1)).toBe(true);
    expect(phone.requests.filter(({ method }) => method === 'INFO').length).toBe(way === 'info' ? 1 : 0);
  });
});

describe('two legs', () => {
  const addressOf = (phone: Phone) => phone.uri.slice('sip:'.length);

  /** A caller by hand and a callee of the test kit, talking. */
  async function bridged() {
    const callee = await startPhone();
    const call = new Promise<Parameters<Parameters<Phone['onIncoming']>[0]>[0]>((resolve) =>
      callee.onIncoming(resolve),
    );
    const target = { kind: 'sip', address: addressOf(callee) } as const;
    const { at, phone } = await callTo(flow([dial([target]), hangup()]));
    await phone.invite();
    const bob = await call;
    expect(await bob.answer()).toBe(true);
    await at.until('1', 'leg.answered', ({ leg }) => leg === 'callee-1');
    phone.sendAudio();
    return { at, phone, bob };
  }

  it('pass a key on that came by INFO, as they do with one heard in the media', async () => {
    const { at, phone, bob } = await bridged();
    await phone.nextPacket(() => true);
    await info(phone, '7');
    await bob.until('digit', ({ digit }) => digit === '7');
    phone.sendEvent('8');
    await at.until('1', 'digit', ({ digit }) => digit === '8');
    // The echo of a key is passed on no more than it is told.
    await info(phone, '8');
    await bob.until('digit', ({ digit }) => digit === '8');
    await info(phone, '9');
    await bob.until('digit', ({ digit }) => digit === '9');
    expect(bob.events.flatMap((event) => (event.type === 'digit' ? [event.digit] : [])).join('')).toBe('789');
    await phone.request('BYE');
    await at.until('1', 'call.ended');
  });
});
