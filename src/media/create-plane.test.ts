import { createSocket } from 'node:dgram';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { createMediaPlane } from './create-plane.ts';
import { ulawCode, ulawSilence } from './g711.ts';
import {
  audioTo,
  closeAll,
  createPhone,
  createPlane,
  isType,
  open,
  openSession,
  ownPorts,
  ramp,
} from './session-rig.ts';

afterEach(closeAll);

describe('the media plane', () => {
  it('plays a clip bit-exact, in sequence, on its 20 ms of timestamps, between silence', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    const clip = ramp(1700);
    plane.addClip('ramp', clip);
    session.configure(audioTo(phone));
    session.play('p1', { clip: 'ramp', times: 1, stopKeys: '' });
    const finished = await events.first(isType('play-finished'));
    expect(finished).toEqual({ type: 'play-finished', id: 'p1', why: 'end', playedMs: 213 });
    const count = phone.heard.items.length;
    await phone.heard.next(() => phone.heard.items.length > count + 2);

    const heard = phone.heard.items;
    for (let i = 1; i < heard.length; i++) {
      expect((heard[i]!.sequence - heard[i - 1]!.sequence) & 0xffff).toBe(1);
      expect((heard[i]!.timestamp - heard[i - 1]!.timestamp) >>> 0).toBe(160);
      expect(heard[i]!.ssrc).toBe(heard[0]!.ssrc);
      expect(heard[i]!.marker).toBe(false);
    }
    expect(heard[0]!.marker).toBe(true);
    const bytes = Buffer.concat(heard.map((packet) => packet.payload));
    const expected = Buffer.from(Array.from(clip, ulawCode));
    const at = bytes.indexOf(expected);
    expect(at % 160).toBe(0);
    expect(at).toBeGreaterThanOrEqual(0);
    expect(new Set([...bytes.subarray(0, at), ...bytes.subarray(at + expected.length)])).toEqual(
      new Set([ulawSilence]),
    );
  });

  it('stops a prompt at key-down: the packet after the key is silence already', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    plane.addClip('long', ramp(80_000));
    session.configure(audioTo(phone));
    session.play('p1', { clip: 'long', times: null, stopKeys: '15' });
    session.play('p2', { clip: 'long', times: 1, stopKeys: '5' });
    await phone.heard.first((packet) => packet.payload[0] !== ulawSilence);
    phone.send(session, 101, Uint8Array.of(5, 10, 0, 160), true);
    await events.first((event) => event.type === 'play-finished' && event.id === 'p2');
    // the cause first, then what it did
    expect(events.items.map((event) => event.type).slice(-3)).toEqual(['digit', 'play-finished', 'play-finished']);
    expect(events.items.find(isType('digit'))).toMatchObject({ press: 1, digit: '5', heard: [{ via: 'rfc4733' }] });
    const why = events.items.filter(isType('play-finished'));
    expect(why).toMatchObject([
      { id: 'p1', why: 'key' },
      { id: 'p2', why: 'key', playedMs: 0 },
    ]);
    // what was on its way when the key was heard has long come; every packet from here on is silent
    const after = phone.heard.items.length;
    const quiet = await phone.heard.next(() => phone.heard.items.length > after + 1);
    expect(new Set(quiet.payload)).toEqual(new Set([ulawSilence]));
  });

  it('tells a press once, with its length, and numbers presses', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone));
    await phone.heard.first(() => true);
    phone.press(session, 1);
    phone.press(session, 11);
    await events.first((event) => event.type === 'digit-released' && event.press === 2);
    const heard = { via: 'rfc4733', at: expect.any(Number), level: -10 };
    const whole = [{ ...heard, durationMs: 80, lost: 0 }];
    expect(events.items.filter(isType('digit'))).toEqual([
      { type: 'digit', press: 1, digit: '1', heard: [heard] },
      { type: 'digit', press: 2, digit: '#', heard: [heard] },
    ]);
    expect(events.items.filter(isType('digit-released'))).toEqual([
      { type: 'digit-released', press: 1, durationMs: 80, heard: whole },
      { type: 'digit-released', press: 2, durationMs: 80, heard: whole },
    ]);
  });

  it('takes a key that signalling told first and the event behind it for one press, which stops one prompt', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    plane.addClip('long', ramp(80_000));
    session.configure(audioTo(phone));
    session.play('p1', { clip: 'long', times: null, stopKeys: '5' });
    await events.first(isType('play-started'));
    session.key('5', 160);
    // What a flow does next: the prompt after the one that the key stopped.
    session.play('p2', { clip: 'long', times: null, stopKeys: '5' });
    expect(await events.first(isType('play-finished'))).toMatchObject({ id: 'p1', why: 'key' });
    await events.first((event) => event.type === 'play-started' && event.id === 'p2');
    phone.press(session, 5);
    const released = await events.first(isType('digit-released'));
    expect(released).toMatchObject({ press: 1, durationMs: 80, heard: [{ via: 'info' }, { via: 'rfc4733' }] });
    expect(events.items.filter(isType('digit'))).toHaveLength(1);
    expect(events.items.filter(isType('play-finished'))).toHaveLength(1);
    // Another press of it is a press.
    phone.press(session, 5);
    expect(await events.next(isType('play-finished'))).toMatchObject({ id: 'p2', why: 'key' });
  });

  it('tells the flash of the hook once, and takes no other word for a key', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone));
    phone.press(session, 16);
    await events.first(isType('flash'));
    session.key('flash', 160);
    session.key('hello', 160);
    session.key('1', 160);
    await events.first(isType('digit-released'));
    expect(
      events.items.filter((event) => event.type === 'flash' || event.type === 'digit').map(({ type }) => type),
    ).toEqual(['flash', 'digit']);
  });

  it('neither believes nor answers a source that is not the peer', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const stranger = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone));
    await phone.heard.first(() => true);
    phone.audio(session);
    expect(await events.first(isType('latched'))).toMatchObject({ address: '127.0.0.1', port: phone.port });
    for (let i = 0; i < 20; i++) stranger.audio(session);
    stranger.press(session, 9);
    phone.press(session, 3);
    await events.first(isType('digit-released'));
    expect(events.items.filter(isType('digit'))).toMatchObject([{ digit: '3' }]);
    const count = phone.heard.items.length;
    await phone.heard.next(() => phone.heard.items.length > count + 3);
    expect(stranger.heard.items).toEqual([]);
  });

  it('follows a peer behind a NAT to where it really sends from', async () => {
    const plane = await createPlane();
    const named = await createPhone();
    const real = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(named));
    await named.heard.first(() => true);
    for (let i = 0; i < 6; i++) real.audio(session);
    expect(await events.first(isType('latched'))).toMatchObject({ port: real.port });
    await real.heard.first(() => true);
  });

  it('sends nothing on hold and goes on with a talkspurt', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const clock = await createPhone();
    const { session, events } = await openSession(plane);
    const { session: running } = await openSession(plane);
    plane.addClip('ramp', ramp(1600));
    session.configure(audioTo(phone));
    running.configure(audioTo(clock));
    await phone.heard.first(() => true);
    session.hold(true);
    session.play('p1', { clip: 'ramp', times: 1, stopKeys: '' });
    phone.press(session, 1);
    await events.first(isType('digit-released'));
    // from here on the hold is in force; the other session's packets tell that its packets would have been due
    const held = phone.heard.items.length;
    const passed = clock.heard.items.length;
    await clock.heard.next(() => clock.heard.items.length > passed + 4);
    expect(phone.heard.items.length).toBe(held);
    session.hold(false);
    expect(await events.first(isType('play-finished'))).toMatchObject({ why: 'end', playedMs: 200 });
    const resumed = phone.heard.items[held]!;
    const before = phone.heard.items[held - 1]!;
    expect(resumed.marker).toBe(true);
    expect((resumed.sequence - before.sequence) & 0xffff).toBe(1);
    expect((resumed.timestamp - before.timestamp) >>> 0).toBeGreaterThan(160 * 3);
  });

  it('says when no port pair is free, and uses a pair again that was closed', async () => {
    const port = await ownPorts();
    const plane = await createPlane([port, port + 3]);
    const first = await openSession(plane);
    const second = await openSession(plane);
    expect([first.session.port, second.session.port].sort()).toEqual([port, port + 2]);
    await expect(openSession(plane)).rejects.toMatchObject({ code: 'media-ports-exhausted' });
    await first.session.close();
    expect((await openSession(plane)).session.port).toBe(first.session.port);
  });

  it('passes over a pair that another process holds', async () => {
    const port = await ownPorts();
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(port + 1, '127.0.0.1', resolve));
    open.push({ close: () => new Promise<void>((resolve) => taken.close(resolve)) });
    const plane = await createPlane([port, port + 3]);
    expect((await openSession(plane)).session.port).toBe(port + 2);
    await expect(openSession(plane)).rejects.toMatchObject({ code: 'media-ports-exhausted' });
  });

  it('names an address that is not of this machine', async () => {
    const plane = await createMediaPlane({ host: '192.0.2.1', portRange: [41220, 41229], workers: 1 });
    open.push(plane);
    await expect(openSession(plane)).rejects.toMatchObject({ code: 'media-bind-failed' });
  });

  it('goes on when a clip does not exist', async () => {
    const plane = await createPlane();
    const phone = await createPhone();
    const { session, events } = await openSession(plane);
    session.configure(audioTo(phone));
    session.play('p1', { clip: 'nothing', times: 1, stopKeys: '' });
    expect(await events.first(isType('play-finished'))).toMatchObject({ id: 'p1', playedMs: 0 });
    expect(events.items[0]).toMatchObject({ type: 'fault', message: 'there is no clip nothing' });
  });

  it('replaces a thread that is lost, tells its sessions, and serves the next', async () => {
    const threads: Worker[] = [];
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...message: Parameters<typeof post>) {
      if (!threads.includes(this)) threads.push(this);
      return post.apply(this, message);
    };
    try {
      const plane = await createPlane([41240, 41249]);
      plane.addClip('ramp', ramp(800));
      const lost = await openSession(plane);
      await threads[0]!.terminate();
      expect(await lost.events.first(isType('fault'))).toMatchObject({ message: 'the media worker ended' });
      await lost.session.close();
      const phone = await createPhone();
      const next = await openSession(plane);
      next.session.configure(audioTo(phone));
      next.session.play('p1', { clip: 'ramp', times: 1, stopKeys: '' });
      expect(await next.events.first(isType('play-finished'))).toMatchObject({ why: 'end', playedMs: 100 });
      expect(plane.counters.sessions).toBe(1);
    } finally {
      Worker.prototype.postMessage = post;
    }
  });

  it('leaves no socket and no thread behind', async () => {
    const port = await ownPorts();
    const plane = await createMediaPlane({ host: '127.0.0.1', portRange: [port, port + 9], workers: 2 });
    const phone = await createPhone();
    const sessions = [await openSession(plane), await openSession(plane), await openSession(plane)];
    for (const { session } of sessions) session.configure(audioTo(phone));
    await phone.heard.first(() => true);
    const closed = sessions[0]!.session.close();
    await plane.close();
    await closed;
    await sessions[1]!.session.close();
    expect(plane.counters.sessions).toBe(0);
    await expect(openSession(plane)).rejects.toMatchObject({ code: 'media-closed' });
    expect(process.getActiveResourcesInfo().filter((name) => name === 'MessagePort' || name === 'Worker')).toEqual([]);
    for (const { session } of sessions) {
      const again = createSocket('udp4');
      await new Promise<void>((resolve, reject) => {
        again.once('error', reject);
        again.bind({ port: session.port, address: '127.0.0.1', exclusive: true }, resolve);
      });
      await new Promise<void>((resolve) => again.close(resolve));
    }
  });
});
