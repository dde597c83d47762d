import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ulawCode } from './g711.ts';
import {
  amplitude,
  audioTo,
  closeAll,
  createPhone,
  createPlane,
  isType,
  loudest,
  openSession,
  sine,
  talk,
} from './session-rig.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recording-'));
});
afterEach(async () => {
  await closeAll();
  await rm(folder, { recursive: true });
});

async function channels(file: string): Promise<{ left: number[]; right: number[] }> {
  const bytes = await readFile(file);
  expect(bytes.readUInt32LE(40)).toBe(bytes.length - 44);
  const left: number[] = [];
  const right: number[] = [];
  for (let at = 44; at < bytes.length; at += 4) {
    left.push(bytes.readInt16LE(at));
    right.push(bytes.readInt16LE(at + 2));
  }
  return { left, right };
}

async function started() {
  const plane = await createPlane([41400, 41499]);
  const phone = await createPhone();
  const { session, events } = await openSession(plane);
  session.configure(audioTo(phone));
  plane.addClip('high', sine(1500, 80_000));
  await phone.heard.first(() => true);
  const say = (hz: number, packets: number) =>
    talk(phone, (frame) => phone.audio(session, Uint8Array.from(frame, ulawCode)), sine(hz, 160 * packets));
  return { plane, phone, session, events, say, file: join(folder, 'a.wav') };
}

describe('a recording', () => {
  it('that is paused holds nothing of that time', async () => {
    const { session, events, say, file } = await started();
    session.record('r', { file, channels: 'one-each', maxMs: null, silenceMs: null });
    await say(500, 40);
    session.pauseRecording('r', true);
    await say(1000, 40);
    session.pauseRecording('r', false);
    await say(2000, 40);
    session.stopRecording('r');
    const recorded = await events.first(isType('recorded'));
    const { left } = await channels(file);
    expect(recorded).toMatchObject({ why: 'stopped', durationMs: left.length / 8 });
    const strongest = (hz: number) => {
      let most = 0;
      for (let at = 0; at + 800 <= left.length; at += 400)
        most = Math.max(most, amplitude(left.slice(at, at + 800), hz));
      return most;
    };
    expect(strongest(500)).toBeGreaterThan(5000);
    expect(strongest(2000)).toBeGreaterThan(5000);
    // A packet or two are on their way when the pause begins.
    expect(left.length).toBeLessThan(8 * 20 * 100);
  });

  it('has the caller left and what they were played right', async () => {
    const { session, events, say, file } = await started();
    session.record('r', { file, channels: 'one-each', maxMs: null, silenceMs: null });
    session.play('p', { clip: 'high', times: 1, stopKeys: '' });
    await say(500, 60);
    session.stopRecording('r');
    const recorded = await events.first(isType('recorded'));
    const { left, right } = await channels(file);
    expect(recorded).toMatchObject({
      id: 'r',
      why: 'stopped',
      bytes: 44 + left.length * 4,
      durationMs: left.length / 8,
    });
    expect(left.length).toBeGreaterThan(8000);
    const heard = loudest(left, 500);
    expect(heard.level).toBeGreaterThan(7800);
    expect(amplitude(heard.window, 1500)).toBeLessThan(100);
    const said = right.slice(heard.from, heard.from + 800);
    expect(amplitude(said, 1500)).toBeGreaterThan(7800);
    expect(amplitude(said, 500)).toBeLessThan(100);
  });

  it('ends by itself at its length and with the session', async () => {
    const { session, events, say, file } = await started();
    session.record('short', { file, channels: 'mixed', maxMs: 130, silenceMs: null });
    session.record('long', { file: join(folder, 'b.wav'), channels: 'mixed', maxMs: null, silenceMs: null });
    await say(500, 12);
    expect(await events.first(isType('recorded'))).toMatchObject({
      id: 'short',
      why: 'max',
      durationMs: 130,
      bytes: 44 + 2080,
    });
    await session.close();
    const last = events.items.filter(isType('recorded'));
    expect(last).toMatchObject([{ id: 'short' }, { id: 'long', why: 'ended' }]);
    expect((await readFile(join(folder, 'b.wav'))).readUInt32LE(40)).toBeGreaterThan(2080);
  });

  it('ends after silence', async () => {
    const { session, events, file } = await started();
    session.record('r', { file, channels: 'mixed', maxMs: null, silenceMs: 200 });
    expect(await events.first(isType('recorded'))).toMatchObject({ why: 'silence', durationMs: 200 });
  });

  it('holds nothing of the caller while sensitive, and the caller again afterwards', async () => {
    const { session, events, say, file, phone } = await started();
    session.record('r', { file, channels: 'one-each', maxMs: null, silenceMs: null });
    await say(500, 40);
    session.sensitive(true, 0);
    phone.press(session, 4);
    await events.first(isType('digit'));
    await say(900, 30);
    session.sensitive(false, 0);
    phone.press(session, 5);
    await events.first((event) => event.type === 'digit' && event.press === 2);
    await say(1100, 20);
    // The second in which it is not recorded yet ends somewhere in here.
    await say(1300, 60);
    await say(700, 30);
    session.stopRecording('r');
    await events.first(isType('recorded'));
    const { left } = await channels(file);
    expect(loudest(left, 500).level).toBeGreaterThan(7800);
    expect(loudest(left, 700).level).toBeGreaterThan(7800);
    expect(loudest(left, 900).level).toBeLessThan(600);
    // The last key may still sound when the gather is over.
    expect(loudest(left, 1100).level).toBeLessThan(600);
  });

  it('says why it could not be written', async () => {
    const { session, events } = await started();
    session.record('r', { file: join(folder, 'no', 'a.wav'), channels: 'mixed', maxMs: null, silenceMs: null });
    expect(await events.first(isType('recorded'))).toMatchObject({
      why: 'failed',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
