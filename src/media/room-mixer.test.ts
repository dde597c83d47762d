import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { ulawCode, ulawSample } from './g711.ts';
import type { MediaPlane, RoomEvent, RoomSeat } from './plane.ts';
import {
  amplitude,
  audioTo,
  closeAll,
  createPhone,
  createPlane,
  Inbox,
  type Opened,
  openSession,
  type Phone,
  sine,
} from './session-rig.ts';

afterEach(closeAll);

const tones = [500, 700, 1100, 1500] as const;
const names = ['a', 'b', 'c', 'd'] as const;
const seat = (name: string, changes: Partial<RoomSeat> = {}): RoomSeat => ({
  ...{ name, mute: false, hold: false, coach: null },
  ...changes,
});

interface Member {
  readonly phone: Phone;
  readonly opened: Opened;
  readonly hz: number;
}

/** As many callers as there are tones, each of whom only knows its own. */
async function callers(plane: MediaPlane, count: number): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (let i = 0; i < count; i++) {
    const phone = await createPhone();
    const opened = await openSession(plane);
    opened.session.configure(audioTo(phone, { ptimeMs: i === 2 ? 30 : 20 }));
    members.push({ phone, opened, hz: tones[i]! });
  }
  return members;
}

/** All talk for this long, in step with what each hears; the tones each has heard in its last 200 ms. */
async function conversation(members: readonly Member[], ms = 700): Promise<readonly string[]> {
  const said = await Promise.all(
    members.map(async ({ phone, opened, hz }) => {
      const samples = sine(hz, ms * 8, 4000);
      const from = phone.heard.items.length;
      for (let at = 0; at < samples.length; ) {
        const heard = phone.heard.items.length;
        const size = phone.heard.items.at(-1)?.payload.length ?? 160;
        const frame = samples.subarray(at, at + size);
        phone.send(opened.session, 0, Uint8Array.from(frame, ulawCode));
        phone.timestamp += frame.length;
        at += size;
        if (phone.heard.items.length === heard) await phone.heard.next(() => true);
      }
      return phone.heard.items.slice(from).flatMap(({ payload }) => Array.from(payload, ulawSample));
    }),
  );
  return said.map((samples) => {
    const last = samples.slice(-1600);
    return tones.filter((hz) => amplitude(last, hz) > 1500).join(' ');
  });
}

for (const workers of [1, 3]) {
  describe(`a room over ${workers} worker(s)`, () => {
    async function open(count: number) {
      const plane = await createPlane([43300, 43399], workers);
      const members = await callers(plane, count);
      const events = new Inbox<RoomEvent>();
      const room = plane.openRoom((event) => events.push(event));
      const sit = (changes: readonly Partial<RoomSeat>[] = []): void =>
        members.forEach(({ opened }, i) => {
          room.seat(opened.session, seat(names[i]!, changes[i]));
        });
      return { plane, members, room, events, sit };
    }

    it('lets each hear all others and never itself, whatever the length of its packets', async () => {
      const { members, sit } = await open(4);
      sit();
      expect(await conversation(members)).toEqual(['700 1100 1500', '500 1100 1500', '500 700 1500', '500 700 1100']);
    });

    it('does not let the muted be heard, nor those on hold hear or be heard', async () => {
      const { members, room, sit } = await open(3);
      sit([{ mute: true }, {}, { hold: true }]);
      expect(await conversation(members)).toEqual(['700', '', '']);
      room.reseat(seat('a'));
      room.reseat(seat('b', { hold: true }));
      room.reseat(seat('c'));
      expect(await conversation(members)).toEqual(['1100', '', '500']);
    });

    it('lets a coach be heard by those who are coached only, while it hears all', async () => {
      const { members, room, sit } = await open(3);
      sit([{ coach: ['b', 'nobody'] }]);
      expect(await conversation(members)).toEqual(['700 1100', '500 1100', '700']);
      room.reseat(seat('a', { coach: [] }));
      expect(await conversation(members)).toEqual(['700 1100', '1100', '700']);
    });

    it('is left by one without a gap for the others', async () => {
      const { members, sit } = await open(3);
      sit();
      await conversation(members, 300);
      members[0]!.opened.session.unbridge();
      expect(await conversation(members)).toEqual(['', '1100', '700']);
      await members[1]!.opened.session.close();
      expect((await conversation([members[0]!, members[2]!])).join()).toBe(',');
    });

    it('plays to all but those on hold, and to one on top', async () => {
      const { plane, members, room, events, sit } = await open(3);
      sit([{ mute: true }, {}, { hold: true }]);
      plane.addClip('room', sine(1500, 160, 4000));
      plane.addClip('mine', sine(1100, 160, 4000));
      room.play('r', { clip: 'room', times: null, stopKeys: '' });
      members[1]!.opened.session.play('m', { clip: 'mine', times: null, stopKeys: '' });
      expect(await conversation(members)).toEqual(['700 1500', '1100 1500', '']);
      room.stop('r');
      const end = await events.first(({ type }) => type === 'play-finished');
      expect(end).toMatchObject({ id: 'r', why: 'stopped' });
      expect(await conversation(members)).toEqual(['700', '1100', '']);
    });

    it('records what all hear as one channel, and no whisper', async () => {
      const { members, room, events, sit } = await open(3);
      sit([{ coach: ['b'] }]);
      const file = join(await mkdtemp(join(tmpdir(), 'room-')), 'room.wav');
      room.record('rec', { file, channels: 'mixed', maxMs: null, silenceMs: null });
      await conversation(members);
      room.stopRecording('rec');
      const end = await events.first(({ type }) => type === 'recorded');
      expect(end).toMatchObject({ id: 'rec', why: 'stopped' });
      const wav = await readFile(file);
      expect(wav.readUInt16LE(22)).toBe(1);
      const samples = Array.from({ length: (wav.length - 44) >> 1 }, (_, i) => wav.readInt16LE(44 + 2 * i));
      const last = samples.slice(-2400, -800);
      expect(tones.filter((hz) => amplitude(last, hz) > 1500)).toEqual([700, 1100]);
    });

    it('lets its members go on when it is closed, and another take them in', async () => {
      const { plane, members, room, sit } = await open(2);
      sit();
      await conversation(members, 200);
      await room.close();
      expect(await conversation(members)).toEqual(['', '']);
      const next = plane.openRoom(() => {});
      members.forEach(({ opened }, i) => {
        next.seat(opened.session, seat(names[i]!));
      });
      expect(await conversation(members)).toEqual(['700', '500']);
    });
  });
}

it('a room whose thread is lost says so, and members of other threads go on', async () => {
  const threads: Worker[] = [];
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<typeof post>) {
    if (!threads.includes(this)) threads.push(this);
    return post.apply(this, message);
  };
  try {
    const plane = await createPlane([43400, 43499], 2);
    const events = new Inbox<RoomEvent>();
    const room = plane.openRoom((event) => events.push(event));
    const members = await callers(plane, 2);
    members.forEach(({ opened }, i) => {
      room.seat(opened.session, seat(names[i]!));
    });
    expect(await conversation(members)).toEqual(['700', '500']);
    await threads[0]!.terminate();
    expect(await events.first(({ type }) => type === 'fault')).toMatchObject({ message: 'the media worker ended' });
    await room.close();
    const [survivor] = members.filter(({ opened }) => !opened.events.items.some(({ type }) => type === 'fault'));
    expect(await conversation([survivor!])).toEqual(['']);
    const next = plane.openRoom(() => {});
    next.seat(survivor!.opened.session, seat('again'));
    const [other] = await callers(plane, 1);
    next.seat(other!.opened.session, seat('other'));
    expect((await conversation([survivor!, other!])).map((tones) => tones !== '')).toEqual([true, true]);
  } finally {
    Worker.prototype.postMessage = post;
  }
});
