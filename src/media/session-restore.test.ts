import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ulawCode, ulawSilence } from './g711.ts';
import { createMortalSession, type MortalSession } from './mortal-rig.ts';
import type { MediaPlane, SavedSession } from './plane.ts';
import { sequenceDistance, timestampDistance } from './rtp.ts';
import type { NegotiatedAudio } from './sdp.ts';
import {
  audioTo,
  closeAll,
  createPhone,
  createPlane,
  isType,
  loudest,
  type Opened,
  openSession,
  ownPorts,
  type Phone,
  ramp,
  sine,
  talk,
} from './session-rig.ts';
import { dtmfTone } from './tone.ts';

let port: number;
let range: readonly [first: number, last: number];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'restore-'));
  port = await ownPorts();
  range = [port, port + 19];
});
afterEach(async () => {
  await closeAll();
  await rm(folder, { recursive: true });
});

/** A session in another process that a phone speaks with. */
async function connected(): Promise<{ mortal: MortalSession; phone: Phone }> {
  const mortal = await createMortalSession(port);
  const phone = await createPhone();
  mortal.tell('configure', audioTo(phone));
  await phone.heard.first(() => true);
  phone.audio(mortal);
  await mortal.saves.first(({ source }) => source !== null);
  return { mortal, phone };
}

async function restored(
  saved: SavedSession,
  phone: Phone,
  changes: Partial<NegotiatedAudio> = {},
): Promise<Opened & { readonly plane: MediaPlane }> {
  const plane = await createPlane(range);
  plane.reserve([saved.port]);
  const opened = await openSession(plane, saved);
  opened.session.configure(audioTo(phone, changes));
  return { ...opened, plane };
}

/** Packets of one key: `from` to `to` of five, of which the last two say that it is over. */
function keyPackets(phone: Phone, event: number, from: number, to: number, start: number): void {
  for (let i = from; i <= to; i++) {
    const duration = Math.min(i, 4) * 160;
    phone.send({ port }, 101, Uint8Array.of(event, i >= 4 ? 0x8a : 10, duration >> 8, duration & 255), i === 1, start);
  }
}

const digits = (opened: Opened) => opened.events.items.flatMap((event) => (event.type === 'digit' ? event.digit : []));

describe('a session whose process was killed', () => {
  it('goes on with the same ports and source, later numbers, and a talkspurt', async () => {
    const { mortal, phone } = await connected();
    await phone.heard.next(() => phone.heard.items.length > 10);
    const saved = await mortal.kill(phone);
    const last = phone.heard.items.at(-1)!;
    const before = phone.heard.items.length;
    const opened = await restored(saved, phone);
    expect(opened.session.port).toBe(port);
    await phone.heard.next(() => phone.heard.items.length > before + 3);
    const [first, second] = phone.heard.items.slice(before);
    expect(first!.ssrc).toBe(last.ssrc);
    expect(first!.marker).toBe(true);
    expect(second!.marker).toBe(false);
    const packets = sequenceDistance(first!.sequence, last.sequence);
    const units = timestampDistance(first!.timestamp, last.timestamp);
    expect(packets).toBeGreaterThan(1);
    // Few enough for the peer to take them for lost (RFC 3550 A.1), and as far ahead in time as in numbers.
    expect(packets).toBeLessThan(3000);
    expect(Math.abs(units - packets * 160)).toBeLessThan(800);
    expect((second!.sequence - first!.sequence) & 0xffff).toBe(1);
  });

  it('believes the source that it had learned, at once, and no other', async () => {
    const named = await createPhone();
    const { mortal, phone } = await connected();
    mortal.tell('configure', audioTo(named));
    await named.heard.first(() => true);
    for (let i = 0; i < 8; i++) phone.audio(mortal);
    await phone.heard.next(() => true);
    await mortal.saves.first(({ source, audio }) => source?.port === phone.port && audio?.remotePort === named.port);
    const saved = await mortal.kill(phone);
    const heard = phone.heard.items.length;
    const sentToNamed = named.heard.items.length;
    const stranger = await createPhone();
    const opened = await restored(saved, named);
    // Nothing was heard yet, and it speaks with the phone that it knew.
    await phone.heard.next(() => phone.heard.items.length > heard + 2);
    for (let i = 0; i < 20; i++) stranger.audio({ port });
    stranger.press({ port }, 9);
    phone.press({ port }, 3);
    await opened.events.first(isType('digit-released'));
    expect(digits(opened)).toEqual(['3']);
    expect(opened.events.items.filter(isType('latched'))).toEqual([]);
    expect(named.heard.items.length).toBe(sentToNamed);
    expect(stranger.heard.items).toEqual([]);
  });

  it('sends and hears before anybody took it up, and tells then what it heard', async () => {
    const { mortal, phone } = await connected();
    const saved = await mortal.kill(phone);
    const plane = await createPlane(range);
    const opened = await openSession(plane, saved);
    const before = phone.heard.items.length;
    await phone.heard.next(() => true);
    phone.press({ port }, 2);
    // By then it has heard that.
    await phone.heard.next(() => phone.heard.items.length > before + 12);
    expect(opened.events.items).toEqual([]);
    opened.session.configure(audioTo(phone));
    await opened.events.first(isType('digit-released'));
    expect(digits(opened)).toEqual(['2']);
    expect(opened.events.items.filter(isType('latched'))).toEqual([]);
  });

  it('learns a new source when the peer is another by then', async () => {
    const { mortal, phone } = await connected();
    const saved = await mortal.kill(phone);
    const other = await createPhone();
    const opened = await restored(saved, other);
    await other.heard.first(() => true);
    keyPackets(phone, 1, 1, 4, phone.timestamp);
    other.press({ port }, 2);
    await opened.events.first(isType('digit-released'));
    expect(digits(opened)).toEqual(['2']);
    expect(opened.events.items.filter(isType('latched'))).toMatchObject([{ port: other.port }]);
  });

  it('tells a key once that was held over the end of the process, and the next press of it again', async () => {
    const { mortal, phone } = await connected();
    keyPackets(phone, 5, 1, 2, phone.timestamp);
    await mortal.events.first(isType('digit'));
    await mortal.saves.first(({ event }) => event !== null);
    const saved = await mortal.kill(phone);
    const opened = await restored(saved, phone);
    await phone.heard.next(() => true);
    keyPackets(phone, 5, 3, 5, phone.timestamp);
    phone.timestamp += 800;
    phone.audio({ port });
    phone.press({ port }, 6);
    phone.timestamp += 800;
    phone.press({ port }, 5);
    await opened.events.first((event) => event.type === 'digit-released' && event.press === 3);
    expect(digits(opened)).toEqual(['6', '5']);
    // Numbers go on, so that no two presses of a call have the same.
    expect(opened.events.items.filter(isType('digit'))).toMatchObject([{ press: 2 }, { press: 3 }]);
  });

  it('tells a key of which only the end came', async () => {
    const { mortal, phone } = await connected();
    phone.press(mortal, 1);
    await mortal.events.first(isType('digit-released'));
    const saved = await mortal.kill(phone);
    const start = phone.timestamp;
    keyPackets(phone, 1, 1, 3, start);
    const opened = await restored(saved, phone);
    await phone.heard.next(() => true);
    keyPackets(phone, 1, 4, 5, start);
    await opened.events.first(isType('digit-released'));
    expect(digits(opened)).toEqual(['1']);
  });

  it('tells a tone once that sounds over the end of the process, and the next one of it again', async () => {
    const { mortal, phone } = await connected();
    mortal.tell('configure', audioTo(phone, { telephoneEvent: null }));
    await mortal.saves.first(({ audio }) => audio?.telephoneEvent === null);
    const tone = (ms: number) => dtmfTone('8', ms)!;
    const say = (samples: Int16Array) =>
      talk(phone, (frame) => phone.audio({ port }, Uint8Array.from(frame, ulawCode)), samples);
    await say(tone(160));
    await mortal.events.first(isType('digit'));
    await mortal.saves.first(({ keys }) => keys.presses.some(({ sounding }) => sounding));
    const saved = await mortal.kill(phone);
    const opened = await restored(saved, phone, { telephoneEvent: null });
    await phone.heard.next(() => true);
    for (const samples of [tone(160), new Int16Array(1600), tone(160), new Int16Array(1600)]) await say(samples);
    await opened.events.first(isType('digit-released'));
    expect(opened.events.items.filter(isType('digit'))).toMatchObject([{ press: 2, digit: '8' }]);
  });

  it('takes an INFO that comes again for the key that the media told before', async () => {
    const { mortal, phone } = await connected();
    phone.press(mortal, 4);
    await mortal.events.first(isType('digit-released'));
    const saved = await mortal.kill(phone);
    const opened = await restored(saved, phone);
    opened.session.key('4', 160);
    opened.session.key('7', 160);
    await opened.events.first(isType('digit'));
    expect(digits(opened)).toEqual(['7']);
  });

  it('says of each key that signalling told that it was taken, behind what came of it', async () => {
    const { mortal, phone } = await connected();
    phone.press(mortal, 4);
    await mortal.events.first(isType('digit-released'));
    const opened = await restored(await mortal.kill(phone), phone);
    // The first is one that was heard, so that nothing else comes of it.
    opened.session.key('4', 160);
    opened.session.key('7', 160);
    const taken = () => opened.events.items.filter(isType('key-taken')).length;
    await opened.events.first((event) => event.type === 'key-taken' && taken() === 2);
    const kinds = opened.events.items.map(({ type }) => type);
    expect(kinds.filter((type) => type === 'digit' || type === 'key-taken')).toEqual([
      'key-taken',
      'digit',
      'key-taken',
    ]);
  });

  it('plays on from where the prompt was', async () => {
    const { mortal, phone } = await connected();
    const { plane, session, events } = await restored(await mortal.kill(phone), phone);
    const clip = ramp(1600);
    plane.addClip('ramp', clip);
    session.play('p', { clip: 'ramp', times: 1, stopKeys: '', startMs: 150 });
    expect(await events.first(isType('play-finished'))).toMatchObject({ why: 'end', playedMs: 50 });
    const heard = phone.heard.items.length;
    await phone.heard.next(() => phone.heard.items.length > heard + 1);
    const bytes = Buffer.concat(phone.heard.items.map((packet) => packet.payload)).filter(
      (code) => code !== ulawSilence,
    );
    expect([...bytes]).toEqual(Array.from(clip.subarray(1200), ulawCode));
  });

  it('records on in the same file, behind the silence of its absence', async () => {
    const { mortal, phone } = await connected();
    const file = join(folder, 'a.wav');
    mortal.tell('record', 'r', { file, channels: 'mixed', maxMs: null, silenceMs: null });
    const say = (hz: number, packets: number) =>
      talk(phone, (frame) => phone.audio({ port }, Uint8Array.from(frame, ulawCode)), sine(hz, 160 * packets));
    await say(500, 80);
    const saved = await mortal.kill(phone);
    const left = await readFile(file);
    // Nobody touched it since, and a player takes it as it is.
    expect(left.readUInt32LE(40)).toBe(left.length - 44);
    expect(left.readUInt32LE(4)).toBe(left.length - 8);
    expect(left.length).toBeGreaterThanOrEqual(44 + 16_000);

    const opened = await restored(saved, phone);
    opened.session.record('r', { file, channels: 'mixed', maxMs: null, silenceMs: null, append: true, gapMs: 400 });
    await phone.heard.next(() => true);
    await say(900, 30);
    opened.session.stopRecording('r');
    const recorded = await opened.events.first(isType('recorded'));
    const bytes = await readFile(file);
    expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
    expect(recorded).toMatchObject({
      why: 'stopped',
      bytes: bytes.length,
      durationMs: Math.round((bytes.length - 44) / 16),
    });
    const samples = Array.from({ length: (bytes.length - 44) / 2 }, (_, i) => bytes.readInt16LE(44 + 2 * i));
    expect(bytes.subarray(44, left.length)).toEqual(left.subarray(44));
    const kept = (left.length - 44) / 2;
    expect(new Set(samples.slice(kept, kept + 3200))).toEqual(new Set([0]));
    expect(loudest(samples.slice(0, kept), 500).level).toBeGreaterThan(7800);
    expect(loudest(samples.slice(kept), 900).level).toBeGreaterThan(7800);
  });

  it('is refused when its port is somebody else’s, and the port is not handed out meanwhile', async () => {
    const { mortal, phone } = await connected();
    const saved = await mortal.kill(phone);
    const plane = await createPlane([port, port + 3]);
    plane.reserve([port]);
    expect((await openSession(plane)).session.port).toBe(port + 2);
    await expect(openSession(plane)).rejects.toMatchObject({ code: 'media-ports-exhausted' });
    const first = await openSession(plane, saved);
    await expect(openSession(plane, saved)).rejects.toMatchObject({ code: 'media-port-taken' });
    const another = await createPlane([port, port + 3]);
    await expect(openSession(another, saved)).rejects.toMatchObject({ code: 'media-port-taken' });
    await first.session.close();
    expect((await openSession(plane)).session.port).toBe(port);
  });

  it('begins anew on the same ports when another version saved it', async () => {
    const { mortal, phone } = await connected();
    const saved = { ...(await mortal.kill(phone)), version: 2 } as unknown as SavedSession;
    const opened = await restored(saved, phone);
    expect(opened.session.port).toBe(port);
    const first = await phone.heard.next(() => true);
    expect(first.ssrc).not.toBe(saved.ssrc);
    phone.press({ port }, 1);
    expect(await opened.events.first(isType('latched'))).toMatchObject({ port: phone.port });
  });

  it('stays silent on hold', async () => {
    const { mortal, phone } = await connected();
    mortal.tell('hold', true);
    await mortal.saves.first(({ sending, source }) => !sending && source !== null);
    const saved = await mortal.kill(phone);
    const last = phone.heard.items.at(-1)!;
    const plane = await createPlane(range);
    const opened = await openSession(plane, saved);
    opened.session.hold(true);
    opened.session.configure(audioTo(phone));
    phone.press({ port }, 8);
    await opened.events.first(isType('digit'));
    expect(phone.heard.items.at(-1)).toBe(last);
    opened.session.hold(false);
    const next = await phone.heard.next(() => true);
    expect(next.payload[0]).toBe(ulawSilence);
    // Nothing was sent, so nothing is to be missed but the leap itself.
    expect(sequenceDistance(next.sequence, last.sequence)).toBeLessThan(20);
    expect(timestampDistance(next.timestamp, last.timestamp)).toBeGreaterThan(160);
  });
});
