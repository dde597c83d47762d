import { afterEach, describe, expect, it } from 'vitest';
import { alawCode, alawSample, ulawCode, ulawSample, ulawSilence } from './g711.ts';
import type { MediaPlane } from './plane.ts';
import {
  amplitude,
  audioTo,
  closeAll,
  createPhone,
  createPlane,
  isType,
  loudest,
  openSession,
  ramp,
  sine,
  talk,
} from './session-rig.ts';

afterEach(closeAll);

async function callers(plane: MediaPlane) {
  const [a, b] = [await createPhone(), await createPhone()];
  const [left, right] = [await openSession(plane), await openSession(plane)];
  return { a, b, left, right };
}

for (const workers of [1, 2]) {
  describe(`two sessions bridged in ${workers} worker(s)`, () => {
    it('hear each other in their own law, and prompts on top', async () => {
      const plane = await createPlane([41300, 41399], workers);
      const { a, b, left, right } = await callers(plane);
      left.session.configure(audioTo(a));
      right.session.configure(audioTo(b, { codec: 'PCMA', payloadType: 8 }));
      plane.addClip('high', sine(1500, 80_000));
      left.session.bridge(right.session);
      await a.heard.first(() => true);
      await b.heard.first(() => true);
      right.session.play('p', { clip: 'high', times: 1, stopKeys: '' });
      const low = sine(500, 160 * 40);
      await talk(a, (frame) => a.audio(left.session, Uint8Array.from(frame, ulawCode)), low);
      const packets = b.heard.items;
      expect(new Set(packets.map((packet) => packet.payloadType))).toEqual(new Set([8]));
      const heard = loudest(
        packets.flatMap((packet) => Array.from(packet.payload, alawSample)),
        500,
      );
      expect(heard.level).toBeGreaterThan(7500);
      expect(amplitude(heard.window, 1500)).toBeGreaterThan(7500);
      expect(amplitude(heard.window, 900)).toBeLessThan(200);

      await talk(b, (frame) => b.send(right.session, 8, Uint8Array.from(frame, alawCode)), sine(700, 160));
      b.timestamp += 160;
      right.session.unbridge();
      right.session.stop('p');
      await right.events.first(isType('play-finished'));
      // with the bridge gone the one who still talks is not heard any more
      await talk(a, (frame) => a.audio(left.session, Uint8Array.from(frame, ulawCode)), sine(500, 160 * 12));
      expect(new Set(Array.from(b.heard.items.at(-1)!.payload, alawSample).map(Math.abs))).toEqual(new Set([8]));
    });

    it('pass keys on as telephone-events, once each, and tell them', async () => {
      const plane = await createPlane([41300, 41399], workers);
      const { a, b, left, right } = await callers(plane);
      left.session.configure(audioTo(a));
      right.session.configure(audioTo(b, { telephoneEvent: { payloadType: 96, clockRateHz: 8000 } }));
      left.session.bridge(right.session);
      await a.heard.first(() => true);
      await b.heard.first(() => true);
      a.press(left.session, 7);
      a.press(left.session, 10);
      const isEnd = (event: number) => (packet: { payloadType: number; payload: Buffer }) =>
        packet.payloadType === 96 && packet.payload[0] === event && packet.payload[1]! >= 0x80;
      await b.heard.first(isEnd(10));
      const packets = b.heard.items.filter((packet) => packet.payloadType === 96);
      const starts = packets.filter((packet) => packet.marker);
      expect(starts.map((packet) => packet.payload[0])).toEqual([7, 10]);
      expect(left.events.items.filter(isType('digit'))).toMatchObject([{ digit: '7' }, { digit: '*' }]);
      expect(right.events.items.filter(isType('sent'))).toEqual([]);
    });
  });
}

describe('sent keys', () => {
  it('take the place of audio as telephone-events and are told when all went out', async () => {
    const plane = await createPlane([41300, 41399]);
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone));
    plane.addClip('ramp', ramp(8000));
    session.play('p', { clip: 'ramp', times: 1, stopKeys: '' });
    session.sendDigits('d', '12', 100, 80);
    session.sendDigits('bad', '1x', 100, 80);
    expect(await events.first(isType('sent'))).toEqual({ type: 'sent', id: 'bad', ok: false });
    await events.first((event) => event.type === 'sent' && event.id === 'd' && event.ok);
    await events.first(isType('play-finished'));
    const packets = phone.heard.items;
    expect(packets.filter((p) => p.payloadType === 101 && p.marker).map((p) => p.payload[0])).toEqual([1, 2]);
    for (let i = 1; i < packets.length; i++) expect((packets[i]!.sequence - packets[i - 1]!.sequence) & 0xffff).toBe(1);
    // no sample of the prompt is lost to the keys
    const audio = Buffer.concat(packets.filter((p) => p.payloadType === 0).map((p) => p.payload));
    const spoken = audio.filter((code) => code !== ulawSilence);
    expect(Buffer.from(spoken)).toEqual(Buffer.from(Array.from(ramp(8000), ulawCode)));
  });

  it('sound as tones for a peer without telephone-event', async () => {
    const plane = await createPlane([41300, 41399]);
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone, { telephoneEvent: null }));
    session.sendDigits('d', '5', 100, 80);
    await events.first(isType('sent'));
    const samples = phone.heard.items.flatMap((packet) => Array.from(packet.payload, ulawSample));
    const first = samples.findIndex((sample) => Math.abs(sample) > 500);
    const sounding = samples.slice(first, first + 640);
    expect(amplitude(sounding, 770)).toBeGreaterThan(1500);
    expect(amplitude(sounding, 1336)).toBeGreaterThan(1500);
    expect(amplitude(sounding, 1000)).toBeLessThan(500);
    expect(samples.slice(first + 820).some((sample) => Math.abs(sample) > 100)).toBe(false);
  });
});
