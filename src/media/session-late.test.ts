import { afterEach, describe, expect, it } from 'vitest';
import { DtmfDetector } from './dtmf/detector.ts';
import { decodeG711 } from './g711.ts';
import { Pacer } from './pacer.ts';
import type { KeyPath, MediaEvent } from './plane.ts';
import { sequenceDistance, timestampDistance } from './rtp.ts';
import { RtpSession } from './session.ts';
import { audioTo, closeAll, createPhone, type Heard, open, type Phone, ramp } from './session-rig.ts';
import { bindPair, type SocketPair } from './session-sockets.ts';
import { TelephoneEventReceiver } from './telephone-event-receiver.ts';
import { Clip } from './worker-clip.ts';

afterEach(closeAll);

async function bindSomewhere(): Promise<SocketPair> {
  for (let port = 41_700; ; port += 2) {
    try {
      return await bindPair('127.0.0.1', port);
    } catch (error) {
      if (port > 41_900) throw error;
    }
  }
}

/** A session with a pacer of its own on real sockets; its worker wakes when the test says so. */
async function createSession(phone: Phone, way: KeyPath) {
  const events: MediaEvent[] = [];
  const counted = { sent: 0, skipped: 0 };
  const clock = { now: 5_000 };
  const sockets = await bindSomewhere();
  const session = new RtpSession(
    1,
    sockets,
    {
      host: '127.0.0.1',
      now: () => clock.now,
      wall: () => clock.now,
      emit: (_session, event) => void events.push(event),
      beforeTelling: (run) => run(),
      failed(_session, error) {
        throw error;
      },
      sent: () => void counted.sent++,
      skipped: () => void counted.skipped++,
    },
    way,
  );
  open.push(session);
  session.configure(audioTo(phone));
  const pacer = new Pacer(clock.now);
  pacer.add(session, clock.now);
  return {
    session,
    events,
    counted,
    /** Wakes once, `ms` later. */
    wake(ms: number) {
      clock.now += ms;
      pacer.advance(clock.now);
    },
    /** Wakes whenever it should. */
    pass(ms: number) {
      for (let i = 0; i < ms; i++) this.wake(1);
    },
    /** All packets, once they have arrived. */
    async packets(): Promise<readonly Heard[]> {
      const { items } = phone.heard;
      while (items.length < counted.sent) await phone.heard.next(() => true);
      return items;
    },
  };
}

/** What a receiver hears that takes packets as they come and leaps of time for silence. */
function listen(packets: readonly Heard[]) {
  const told: { digit: string; fromMs: number; durationMs: number }[] = [];
  const detector = new DtmfDetector(8000, {
    pressed: (digit, fromSample) => told.push({ digit, fromMs: fromSample / 8, durationMs: -1 }),
    released: (_digit, samples) => {
      told.at(-1)!.durationMs = samples / 8;
    },
  });
  const samples = new Int16Array(160);
  packets.forEach((packet, i) => {
    const before = packets[i - 1];
    if (before !== undefined) {
      expect(sequenceDistance(packet.sequence, before.sequence)).toBe(1);
      const leap = timestampDistance(packet.timestamp, before.timestamp) - 160;
      expect(leap).toBeGreaterThanOrEqual(0);
      detector.hear(new Int16Array(leap), 0, leap);
    }
    decodeG711('PCMU', packet.payload, 0, 160, samples, 0);
    detector.hear(samples, 0, 160);
  });
  return told;
}

const stalls = [70, 100, 150, 200, 400, 900, 1000, 1500, 30_000];

describe('a session whose worker stands still', () => {
  for (const stallMs of stalls) {
    it(`sends a key as one tone of its length wherever ${stallMs} ms are lost`, async () => {
      const phone = await createPhone();
      const at = await createSession(phone, 'inband');
      let expected = '';
      // from before the first key to behind the last one, at each packet and between two
      for (let beforeMs = 10; beforeMs < 440; beforeMs += 30) {
        at.session.sendDigits(`s${beforeMs}`, '55', 100, 100);
        at.pass(beforeMs);
        at.wake(stallMs);
        at.pass(1000);
        // the kernel keeps only so much for the phone
        await at.packets();
        expected += '55';
      }
      const told = listen(await at.packets());
      expect(told.map(({ digit }) => digit).join('')).toBe(expected);
      for (const { durationMs } of told) expect(Math.abs(durationMs - 100)).toBeLessThanOrEqual(5);
      expect(at.events.filter(({ type }) => type === 'sent').length).toBe(expected.length / 2);
    });
  }

  it('sends a key that is held for three seconds as one, however often it stands still meanwhile', async () => {
    const phone = await createPhone();
    const at = await createSession(phone, 'inband');
    at.session.sendDigits('s', '7', 3000, 100);
    for (const stallMs of stalls) {
      at.pass(90);
      at.wake(stallMs);
      await at.packets();
    }
    at.pass(2000);
    await at.packets();
    at.pass(2000);
    const told = listen(await at.packets());
    expect(told.map(({ digit }) => digit)).toEqual(['7']);
    expect(Math.abs(told[0]!.durationMs - 3000)).toBeLessThanOrEqual(5);
  });

  it('sends no more than the key late, and is in time again behind it', async () => {
    const phone = await createPhone();
    const at = await createSession(phone, 'inband');
    at.pass(20);
    at.session.sendDigits('s', '5', 100, 100);
    at.pass(40);
    const first = (await at.packets())[0]!;
    at.wake(500);
    // of 25 packets three were of the key and three or four not too late
    expect(at.counted.skipped).toBeGreaterThanOrEqual(25 - 3 - 4);
    expect(at.counted.skipped).toBeLessThanOrEqual(25 - 3 - 3);
    at.pass(20);
    const packets = await at.packets();
    expect(packets.length).toBe(3 + 25 - at.counted.skipped + 1);
    const behind = timestampDistance(packets.at(-1)!.timestamp, first.timestamp);
    expect(behind).toBe(160 * (packets.length - 1 + at.counted.skipped));
  });

  it('keeps a pause between two keys as long as it is to be', async () => {
    const phone = await createPhone();
    const at = await createSession(phone, 'inband');
    at.pass(20);
    at.session.sendDigits('s', 'W1W2', 100, 100);
    at.pass(400);
    at.wake(400);
    at.pass(700);
    at.wake(500);
    at.pass(1000);
    expect(at.counted.skipped).toBeGreaterThan(30);
    const told = listen(await at.packets());
    expect(told.map(({ digit }) => digit)).toEqual(['1', '2']);
    const [one, two] = told.map(({ fromMs }) => fromMs);
    expect(Math.abs(one! - 1020)).toBeLessThanOrEqual(25);
    expect(Math.abs(two! - one! - 1100)).toBeLessThanOrEqual(5);
  });

  it('loses updates of an event, not its length and not the next one', async () => {
    const phone = await createPhone();
    const at = await createSession(phone, 'rfc4733');
    const told: string[] = [];
    let expected = '';
    for (let beforeMs = 10; beforeMs < 440; beforeMs += 30) {
      at.session.sendDigits(`s${beforeMs}`, '55', 100, 100);
      at.pass(beforeMs);
      at.wake(200);
      at.pass(1000);
      await at.packets();
      expected += '55';
    }
    const receiver = new TelephoneEventReceiver({
      pressed: (digit) => told.push(digit),
      released: (durationMs) => expect(durationMs).toBe(100),
      flash() {},
    });
    for (const { payloadType, sequence, timestamp, marker, ssrc, payload } of await at.packets())
      if (payloadType === 101) receiver.packet(sequence, timestamp, marker, ssrc, payload, 0, payload.length, 0);
    expect(told.join('')).toBe(expected);
  });

  it('goes on with a prompt where it was, behind a gap as long as the standstill', async () => {
    const phone = await createPhone();
    const at = await createSession(phone, 'inband');
    const clip = new Clip(ramp(8000));
    at.session.player.play({ id: 'p', clip, times: 1, stopKeys: '', startMs: 0 });
    at.pass(100);
    at.wake(300);
    at.pass(1500);
    const packets = await at.packets();
    const words = Buffer.concat(packets.slice(0, 50).map(({ payload }) => payload));
    expect(words.equals(clip.encoded('PCMU', 8000).subarray(0, 8000))).toBe(true);
    const leaps = packets.map((packet, i) =>
      timestampDistance(packet.timestamp, packets[Math.max(0, i - 1)]!.timestamp),
    );
    expect(leaps.filter((leap) => leap > 160)).toEqual([160 + 160 * at.counted.skipped]);
    expect(at.counted.skipped).toBeGreaterThan(0);
  });

  it('gives up the rest of a key when the call is put on hold, for behind the hold it would be another', async () => {
    const phone = await createPhone();
    const at = await createSession(phone, 'inband');
    at.session.sendDigits('s', '12', 100, 100);
    at.pass(60);
    at.session.hold(true);
    at.pass(1000);
    at.session.hold(false);
    at.pass(1000);
    expect(listen(await at.packets()).map(({ digit }) => digit)).toEqual(['1', '2']);
  });
});
