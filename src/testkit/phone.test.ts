// Two phones on the loopback: real SIP, real RTP. Nothing is waited for but events.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { amplitude } from '../media/session-rig.ts';
import { beep } from '../media/tone.ts';
import { parseWav } from '../media/wav-reader.ts';
import type { Phone, PhoneCallOptions, PhoneLineOptions } from './phone.ts';
import type { PhoneCall } from './phone-call.ts';
import type { IncomingPhoneCall } from './phone-incoming.ts';
import { closePhones, hearTones, nextCall, startPhone } from './phone-rig.ts';

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));
const folder = mkdtempSync(join(tmpdir(), 'keytone-phone-'));
afterEach(closePhones);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Connected {
  readonly alice: PhoneCall;
  readonly bob: IncomingPhoneCall;
}

async function connect(
  caller: Phone,
  called: Phone,
  options: PhoneCallOptions = {},
  answer: PhoneLineOptions = {},
): Promise<Connected> {
  const incoming = nextCall(called);
  const alice = await caller.call(called.uri, options);
  const bob = await incoming;
  const answered = await Promise.all([bob.answer(answer), alice.answered]);
  expect(answered).toEqual([true, true]);
  return { alice, bob };
}

const digitsOf = (call: PhoneCall) => call.events.flatMap((event) => (event.type === 'digit' ? [event] : []));
const typesOf = (call: PhoneCall) => call.events.map(({ type }) => type);

describe('a call between two phones', () => {
  for (const transport of ['udp', 'tcp'] as const) {
    for (const host of ['127.0.0.1', '::1']) {
      // A machine without an IPv6 loopback address cannot run this half.
      const run = host === '::1' && !hasIpv6 ? it.skip : it;
      run(`rings, is answered, carries sound and ends, over ${transport} at ${host}`, async () => {
        const [caller, called] = await Promise.all([
          startPhone({ host, transport, silenceMs: 200 }),
          startPhone({ host, transport, silenceMs: 200 }),
        ]);
        const incoming = nextCall(called);
        const alice = await caller.call(called.uri, { from: 'sip:alice@example.org', displayName: 'Alice' });
        const bob = await incoming;
        expect(bob.dialled).toBe('phone');
        expect(bob.remote).toEqual({ uri: 'sip:alice@example.org', displayName: 'Alice' });
        bob.ring();
        expect(await alice.until('ringing')).toMatchObject({ status: 180 });
        await bob.answer();
        expect(await bob.play(beep(440, 300))).toBe(true);
        const heard = await alice.until('sound-ended');
        expect(heard.sound).toBe(1);
        expect(heard.durationMs).toBeGreaterThanOrEqual(200);
        expect(heard.durationMs).toBeLessThanOrEqual(600);
        alice.hangUp({ q850Cause: 16, text: 'enough' });
        expect(await alice.ended).toMatchObject({ by: 'us', answered: true, status: 0 });
        expect(await bob.ended).toMatchObject({ by: 'peer', answered: true, q850Cause: 16, reason: 'enough' });
        expect(typesOf(alice)).toEqual(['ringing', 'answered', 'sound-started', 'sound-ended', 'ended']);
        expect(typesOf(bob)).toEqual(['answered', 'ended']);
      });
    }
  }

  it('says how it was refused', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    called.onIncoming((call) => call.refuse(486));
    const alice = await caller.call(called.uri);
    expect(await alice.answered).toBe(false);
    expect(await alice.ended).toMatchObject({ by: 'peer', status: 486, answered: false, reason: 'Busy Here' });
  });

  it('is refused by a phone that nobody looks after', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    expect(await (await caller.call(called.uri)).ended).toMatchObject({ by: 'peer', status: 480 });
  });

  it('can be given up while it rings', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const incoming = nextCall(called);
    const alice = await caller.call(called.uri);
    const bob = await incoming;
    bob.ring();
    await alice.until('ringing');
    alice.hangUp();
    expect(await alice.ended).toMatchObject({ by: 'us', status: 487, answered: false });
    expect(await bob.ended).toMatchObject({ by: 'peer', status: 487, answered: false });
    expect(await bob.answer()).toBe(false);
  });

  it('ends on both sides when the called phone hangs up in the moment it answers, and is put away at once', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const incoming = nextCall(called);
    const alice = await caller.call(called.uri);
    const bob = await incoming;
    void bob.answer();
    await bob.until('answered').then(() => bob.hangUp());
    await called.close();
    expect(await alice.ended).toMatchObject({ by: 'peer', answered: true });
  });

  it('ends on both sides when either phone is put away in the middle of it', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice, bob } = await connect(caller, called);
    await caller.close();
    expect(await alice.ended).toMatchObject({ by: 'us' });
    expect(await bob.ended).toMatchObject({ by: 'peer' });
  });

  it('speaks the codec that both have, and ends with 488 when there is none', async () => {
    const [caller, called] = await Promise.all([startPhone({ silenceMs: 200 }), startPhone()]);
    const { bob, alice } = await connect(caller, called, { codecs: ['PCMA'] });
    void bob.play(beep(440, 200));
    expect(await alice.until('sound-ended')).toMatchObject({ sound: 1 });
    const incoming = nextCall(called);
    const second = await caller.call(called.uri, { codecs: ['PCMA'] });
    expect(await (await incoming).answer({ codecs: ['PCMU'] })).toBe(false);
    expect(await second.ended).toMatchObject({ by: 'peer', status: 488 });
  });

  it('fails a wait for what cannot come any more', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice, bob } = await connect(caller, called);
    const waiting = expect(alice.until('digit')).rejects.toMatchObject({ code: 'phone-call-over' });
    bob.hangUp();
    await waiting;
    await expect(alice.until('sound-started')).rejects.toMatchObject({ code: 'phone-call-over' });
    expect(await alice.until('answered')).toBeDefined();
  });
});

describe('keys between two phones', () => {
  for (const digits of ['rfc4733', 'info'] as const) {
    it(`arrive as they were pressed, by ${digits}`, async () => {
      const [caller, called] = await Promise.all([startPhone(), startPhone()]);
      const { alice, bob } = await connect(caller, called, { digits });
      const all = bob.until('digit', ({ digit }) => digit === 'D');
      expect(await alice.press('1w1209*#ABCD')).toEqual({ done: true });
      await all;
      expect(digitsOf(bob).map(({ digit }) => digit)).toEqual([...'11209*#ABCD']);
      expect(new Set(digitsOf(bob).map(({ via }) => via))).toEqual(new Set([digits]));
      const [first, second] = digitsOf(bob);
      expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(400);
      expect(await alice.until('pressing')).toMatchObject({ keys: '1w1209*#ABCD', via: digits });
    });
  }

  it('arrive as tones in the audio, and are heard there', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice, bob } = await connect(caller, called, { digits: 'inband' });
    const tones = hearTones(bob);
    expect(await alice.press('1w1209*#ABCD')).toEqual({ done: true });
    expect(await tones.until(11)).toBe('11209*#ABCD');
    await bob.until('digit', ({ digit }) => digit === 'D');
    expect(digitsOf(bob).map(({ digit }) => digit)).toEqual([...'11209*#ABCD']);
    expect(new Set(digitsOf(bob).map(({ via }) => via))).toEqual(new Set(['inband']));
    expect(await alice.until('pressing')).toMatchObject({ via: 'inband' });
  });

  it('go both ways', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice, bob } = await connect(caller, called, {}, { digits: 'info' });
    await Promise.all([
      bob.press('42'),
      alice.press('7'),
      alice.until('digit', ({ digit }) => digit === '2'),
      bob.until('digit'),
    ]);
    expect(digitsOf(alice)).toMatchObject([
      { digit: '4', via: 'info' },
      { digit: '2', via: 'info' },
    ]);
    expect(digitsOf(bob)).toMatchObject([{ digit: '7', via: 'rfc4733' }]);
  });

  it('go as tones to a phone that takes no telephone-events', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice, bob } = await connect(caller, called, {}, { digits: 'inband' });
    const tones = hearTones(bob);
    await alice.press('58');
    expect(await tones.until(2)).toBe('58');
    expect(await alice.until('pressing')).toMatchObject({ via: 'inband' });
  });
});

describe('a script on a real call', () => {
  it('waits for stretches of sound, speaks, and hangs up', async () => {
    const [caller, called] = await Promise.all([startPhone({ silenceMs: 200 }), startPhone({ silenceMs: 200 })]);
    const { alice, bob } = await connect(caller, called);
    const script = alice.press('after prompt 1 press 1\nduring prompt 2 press 2; after prompt 2 speak 300 ms');
    await bob.play(beep(440, 200));
    expect(digitsOf(bob)).toEqual([]);
    await bob.until('digit');
    const second = bob.play(beep(440, 1500));
    await bob.until('digit', ({ digit }) => digit === '2');
    expect(alice.events.some((event) => event.type === 'sound-ended' && event.sound === 2)).toBe(false);
    await second;
    const spoken = await bob.until('sound-ended');
    expect(spoken.durationMs).toBeGreaterThanOrEqual(200);
    expect(await script).toEqual({ done: true });
    expect(await alice.press('hang up')).toEqual({ done: true });
    expect(await bob.ended).toMatchObject({ by: 'peer' });
  });

  it('says what was left when the call ends before it', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice, bob } = await connect(caller, called);
    expect(await alice.press('1')).toEqual({ done: true });
    const script = alice.press('after prompt 9 press 2; hang up');
    bob.hangUp();
    expect(await script).toEqual({
      done: false,
      why: 'ended',
      left: [{ until: 'prompt-ended', prompt: 9 }, { press: '2' }, { hangUp: true }],
    });
  });

  it('does not begin before the answer, and not at all without one', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const incoming = nextCall(called);
    const alice = await caller.call(called.uri);
    const script = alice.press('1');
    (await incoming).refuse(603);
    expect(await script).toEqual({ done: false, why: 'ended', left: [{ press: '1' }] });
    await alice.ended;
    expect(typesOf(alice)).toEqual(['ended']);
  });

  it('refuses steps that a phone cannot see, and what is no step', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice } = await connect(caller, called);
    await expect(alice.press('after prompt "your code" press 1')).rejects.toMatchObject({ code: 'script-not-live' });
    await expect(alice.press('after request 2 press 1')).rejects.toMatchObject({ code: 'script-not-live' });
    await expect(alice.press('1\ndance')).rejects.toMatchObject({ code: 'script-invalid', place: { line: 2 } });
    expect(typesOf(alice)).toEqual(['answered']);
  });
});

describe('a recording of a phone', () => {
  it('holds what was heard and nothing that was said', async () => {
    const file = join(folder, 'heard.wav');
    const [caller, called] = await Promise.all([startPhone({ silenceMs: 200 }), startPhone({ silenceMs: 200 })]);
    const { alice, bob } = await connect(caller, called, { record: file, digits: 'inband' });
    const tones = hearTones(bob);
    await alice.press('5');
    await tones.until(1);
    await bob.play(beep(1000, 500));
    await alice.until('sound-ended');
    alice.hangUp();
    await alice.ended;
    expect(await alice.until('recorded')).toMatchObject({ file, problem: null });
    const wav = parseWav(readFileSync(file));
    expect(wav).toMatchObject({ rateHz: 8000, channels: 1 });
    const samples = [...wav.read(0, wav.frames)];
    const windows = Array.from({ length: Math.floor(samples.length / 800) }, (_, i) =>
      samples.slice(i * 800, (i + 1) * 800),
    );
    expect(Math.max(...windows.map((window) => amplitude(window, 1000)))).toBeGreaterThan(0.1);
    expect(Math.max(...windows.map((window) => amplitude(window, 770)))).toBeLessThan(0.01);
  });

  it('is told when it cannot be written', async () => {
    const [caller, called] = await Promise.all([startPhone(), startPhone()]);
    const { alice } = await connect(caller, called, { record: join(folder, 'no', 'such', 'folder', 'x.wav') });
    alice.hangUp();
    await alice.ended;
    expect(await alice.until('recorded')).toMatchObject({ problem: expect.stringContaining('ENOENT') });
  });
});
