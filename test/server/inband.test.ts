// Keys as tones in the audio, over real RTP: told once whatever else tells them, however they are typed, and whatever
// the line does to them.
import { afterEach, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/call/event.ts';
import { dial, flow, gather, hangup, play, prompt, sendDigits } from '../../src/flow/build.ts';
import type { Flow, Sound } from '../../src/flow/node.ts';
import type { Config } from '../../src/server/config.ts';
import type { Phone } from '../../src/testkit/index.ts';
import { type HandPhone, openHandPhone } from './hand-phone.ts';
import { closeAll, startPhone, startServer, type TestServer } from './rig.ts';
import { type LineOptions, ToneLine, tones } from './tone-line.ts';

afterEach(closeAll);

const chord: Sound = {
  kind: 'tone',
  frequenciesHz: [440, 554, 659],
  onMs: 300,
  offMs: 20,
  durationMs: 60_000,
  volumeDb: -10,
};
const listening = (maxDigits: number): Flow =>
  flow([gather({ maxDigits, firstDigitMs: 60_000, interDigitMs: 60_000 }), hangup()]);
const relay = 'Content-Type: application/dtmf-relay';
const info = (phone: HandPhone, digit: string, ms = 100) =>
  phone.request('INFO', [relay], `Signal=${digit}\r\nDuration=${ms}\r\n`);
const allKeys = '1234567890*#ABCD';

interface CallOptions extends LineOptions {
  readonly events?: boolean;
  readonly config?: (config: Config) => Partial<Config>;
}

/** A call that is answered, of a phone that knows no telephone-events unless it says so. */
async function callTo(what: Flow, { events = false, config, ...line }: CallOptions = {}) {
  const at = await startServer({ apps: { '1': what }, ...(config === undefined ? {} : { config }) });
  const phone = await openHandPhone(at.sip, '1');
  const audio = line.codec === 'PCMA' ? 8 : 0;
  await phone.invite({ sdp: phone.sdp({ payloads: events ? [audio, 101] : [audio] }) });
  const toneLine = new ToneLine(phone, line);
  await toneLine.silence(40);
  return { at, phone, line: toneLine };
}

function linesOf<Type extends CallEvent['type']>(at: TestServer, type: Type) {
  return at
    .tape('1')
    .flatMap(({ event }) => (event.type === type ? [event as Extract<CallEvent, { type: Type }>] : []));
}

const waysOf = (event: { readonly heard: readonly { readonly via: string }[] }) => event.heard.map(({ via }) => via);

describe('a key as a tone', () => {
  it.each(['PCMU', 'PCMA'] as const)('is one digit, with its length and level, in %s', async (codec) => {
    const { at, phone, line } = await callTo(listening(allKeys.length), { codec });
    await line.press(allKeys);
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe(allKeys);
    await phone.bye;
    const released = linesOf(at, 'digit.released');
    // The last ones are not over when the call is.
    expect(released.length).toBeGreaterThanOrEqual(allKeys.length - 3);
    for (const { heard, durationMs } of released) {
      expect(heard).toMatchObject([{ via: 'inband' }]);
      expect(Math.abs(durationMs - 100)).toBeLessThanOrEqual(10);
      expect(Math.abs(heard[0]!.level! + 10)).toBeLessThanOrEqual(1);
    }
  });

  it('counts also where telephone-events were agreed on and none comes', async () => {
    const { at, phone, line } = await callTo(listening(4), { events: true });
    await line.press('2580');
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('2580');
    expect(new Set(linesOf(at, 'digit').flatMap(waysOf))).toEqual(new Set(['inband']));
    await phone.bye;
  });

  it('is neither lost nor told twice where every fifth packet is lost', async () => {
    const { at, phone, line } = await callTo(listening(20), { loses: (packet) => packet % 5 === 2 });
    await line.press('11223344556677889900');
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('11223344556677889900');
    await phone.bye;
  });

  it('may be 40 ms long with 40 ms behind it', async () => {
    const { at, phone, line } = await callTo(listening(16));
    await line.press(allKeys, 40, 40);
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe(allKeys);
    await phone.bye;
  });

  it('may be held for 8 s', async () => {
    const { at, phone, line } = await callTo(listening(2));
    await line.press('7', 8000, 300);
    const { event } = await at.until('1', 'digit.released');
    expect(Math.abs(event.durationMs - 8000)).toBeLessThanOrEqual(10);
    await line.press('8');
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('78');
    await phone.bye;
  });

  it('stops the prompt, which a line that echoes it does not', async () => {
    const { at, phone, line } = await callTo(flow([play(chord, { stopKeys: '4' }), hangup()]), { echo: 0.1 });
    await line.silence(400);
    expect(linesOf(at, 'prompt.finished')).toEqual([]);
    await line.press('4');
    expect((await at.until('1', 'prompt.finished')).event.why).toBe('key');
    expect(linesOf(at, 'digit').map(({ digit }) => digit)).toEqual(['4']);
    await phone.bye;
  });

  it('is heard on behind a re-INVITE, in the law that is new', async () => {
    const { at, phone, line } = await callTo(listening(2));
    await line.press('9');
    const answer = await phone.request('INVITE', [], phone.sdp({ payloads: [8] }));
    expect(answer.body).toMatch(/^m=audio \d+ RTP\/AVP 8\r$/m);
    const changed = new ToneLine(phone, { codec: 'PCMA' });
    await changed.press('4');
    await changed.silenceUntil(at.until('1', 'gather.finished'));
    expect(linesOf(at, 'gather.finished')).toMatchObject([{ digits: '94' }]);
    await phone.bye;
  });
});

describe('a press that is told twice', () => {
  it.each([30, 60])('is one digit when %i ms of its tone stand before its event', async (leakMs) => {
    const { at, phone, line } = await callTo(listening(6), { events: true });
    for (const key of '155') {
      await line.say(tones(key, leakMs, 0));
      await line.event(key, 140, leakMs);
      await line.silence(60);
    }
    expect(linesOf(at, 'digit').map(({ digit }) => digit)).toEqual(['1', '5', '5']);
    for (const digit of linesOf(at, 'digit')) expect(waysOf(digit)).toContain('rfc4733');
    // Whoever sends events is not listened to for tones.
    await line.press('9');
    await line.event('3', 100);
    await line.event('3', 100);
    await line.event('2', 100);
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('155332');
    await phone.bye;
  });

  it('is one digit when the tone lasts as long as its event, which is late', async () => {
    const { at, phone, line } = await callTo(listening(2), { events: true });
    await line.say(tones('6', 160, 0));
    await line.event('6', 260, 160);
    await line.silence(200);
    expect(linesOf(at, 'digit').map(({ digit }) => digit)).toEqual(['6']);
    expect(waysOf((await at.until('1', 'digit.released')).event)).toEqual(['inband', 'rfc4733']);
    await line.event('7', 100);
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('67');
    await phone.bye;
  });

  it.each(['before', 'behind'] as const)('is one digit when INFO comes %s its tone', async (order) => {
    const { at, phone, line } = await callTo(listening(3));
    for (const key of '44') {
      if (order === 'before') await info(phone, key);
      await line.press(key, 100, 20);
      if (order === 'behind') await info(phone, key);
      await line.silence(100);
    }
    const { event } = await at.until('1', 'digit.released', ({ press }) => press === 2);
    expect(waysOf(event)).toEqual(order === 'before' ? ['info', 'inband'] : ['inband', 'info']);
    await line.press('1');
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('441');
    await phone.bye;
  });
});

describe('a menu of four levels, typed blind at once', () => {
  const levels = flow([
    ...[1, 2, 3, 4].map(() => gather({ prompts: [prompt(chord)], maxDigits: 1, firstDigitMs: 60_000 })),
    hangup(),
  ]);
  const typed: Record<string, (phone: HandPhone, line: ToneLine) => Promise<void>> = {
    'as events': async (_phone, line) => {
      for (const key of '3141') {
        await line.event(key, 60);
        await line.silence(40);
      }
    },
    'by INFO': async (phone) => {
      await Promise.all([...'3141'].map((key) => info(phone, key)));
    },
    'as tones, as fast as tones may be': async (_phone, line) => line.press('3141', 40, 40),
  };

  it.each(Object.keys(typed))('%s', async (way) => {
    const { at, phone, line } = await callTo(levels, { events: way === 'as events' });
    await typed[way]!(phone, line);
    await line.silenceUntil(at.until('1', 'call.ended'));
    expect(linesOf(at, 'gather.finished').map(({ digits }) => digits)).toEqual(['3', '1', '4', '1']);
    const lines = at.tape('1');
    const atOf = (type: string, last: boolean) => {
      const found = lines.filter(({ event }) => event.type === type);
      return found.at(last ? -1 : 0)!.at;
    };
    expect(atOf('gather.finished', true) - atOf('digit', false)).toBeLessThan(1000);
    await phone.bye;
  });
});

describe('an echo', () => {
  const trunk = () => ({
    trunks: [{ name: 'carrier', host: '127.0.0.1', allow: ['127.0.0.1'], digits: 'inband' as const }],
  });

  it('of keys that we sent as tones is no press; another key meanwhile is one', async () => {
    const sends = flow([
      sendDigits('112', { toneMs: 100, gapMs: 100 }),
      gather({ maxDigits: 1, firstDigitMs: 60_000 }),
      hangup(),
    ]);
    const { at, phone, line } = await callTo(sends, { echo: 0.5, config: trunk });
    await line.silenceUntil(at.until('1', 'digits.sent'));
    await line.silence(100);
    expect(linesOf(at, 'digit')).toEqual([]);
    await line.press('3');
    const finished = at.until('1', 'gather.finished');
    await line.silenceUntil(finished);
    expect((await finished).event.digits).toBe('3');
    await phone.bye;
  });
});

describe('two legs', () => {
  const addressOf = (phone: Phone) => phone.uri.slice('sip:'.length);

  async function bridged(events: boolean) {
    const callee = await startPhone();
    const call = new Promise<Parameters<Parameters<Phone['onIncoming']>[0]>[0]>((resolve) =>
      callee.onIncoming(resolve),
    );
    const at = await startServer({
      apps: { '1': flow([dial([{ kind: 'sip', address: addressOf(callee) }]), hangup()]) },
    });
    const phone = await openHandPhone(at.sip, '1');
    await phone.invite({ sdp: phone.sdp({ payloads: events ? [0, 101] : [0] }) });
    const bob = await call;
    expect(await bob.answer()).toBe(true);
    await at.until('1', 'leg.answered', ({ leg }) => leg === 'callee-1');
    const line = new ToneLine(phone);
    await line.silence(100);
    return { at, phone, bob, line };
  }

  it('pass a tone on in the audio that holds it, and tell it once', async () => {
    const { at, phone, bob, line } = await bridged(false);
    await line.press('5', 200, 200);
    await line.press('9', 200, 400);
    await bob.until('digit', ({ digit }) => digit === '9');
    expect(bob.events.flatMap((event) => (event.type === 'digit' ? [[event.digit, event.via]] : []))).toEqual([
      ['5', 'inband'],
      ['9', 'inband'],
    ]);
    expect(linesOf(at, 'digit').map(({ leg, digit }) => [leg, digit])).toEqual([
      ['caller', '5'],
      ['caller', '9'],
    ]);
    await phone.request('BYE');
    await at.until('1', 'call.ended');
  });

  it('pass an event on as an event', async () => {
    const { at, phone, bob, line } = await bridged(true);
    await line.event('5', 100);
    const { via } = await bob.until('digit');
    expect(via).toBe('rfc4733');
    await phone.request('BYE');
    await at.until('1', 'call.ended');
  });
});
