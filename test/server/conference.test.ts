// Conferences over real SIP: phones that each sound a tone of their own hear the others and never themselves; who is muted, on
// hold or a coach; what is played and recorded; leaving, and the end.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { conference, flow, gather, hangup, play, record } from '../../src/flow/build.ts';
import type { Flow, Tone } from '../../src/flow/node.ts';
import { amplitude, sine } from '../../src/media/session-rig.ts';
import type { PhoneCall } from '../../src/testkit/index.ts';
import { closeAll, startPhone, startServer, type TestServer } from './rig.ts';

afterEach(closeAll);

const tones = [500, 700, 1100] as const;
const roomHz = 1500;
const goodbyeHz = 1900;
const toneOf = (hz: number, durationMs: number): Tone => ({
  ...{ kind: 'tone', frequenciesHz: [hz], onMs: durationMs, offMs: 0 },
  ...{ durationMs, volumeDb: -12 },
});
const room = (name = 'ops', fields: Parameters<typeof conference>[1] = {}): Flow =>
  flow([conference(name, fields), play(toneOf(goodbyeHz, 3_000)), hangup()]);

/** The tones in the next 200 ms that are heard once half a second went by: longer than anything is on its way. */
function heard(call: PhoneCall): Promise<string> {
  const samples: number[] = [];
  return new Promise((resolve) => {
    call.listen((packet) => {
      samples.push(...packet);
      if (samples.length < 5600) return;
      const last = samples.slice(4000, 5600);
      resolve([...tones, roomHz, goodbyeHz].filter((hz) => amplitude(last, hz) > 1000).join(' '));
    });
  });
}

const allHear = (calls: readonly PhoneCall[]): Promise<string[]> => Promise.all(calls.map(heard));

/** Each calls a number and sounds its own tone for as long as it lives. */
async function callers(at: TestServer, numbers: readonly string[]): Promise<readonly PhoneCall[]> {
  const calls: PhoneCall[] = [];
  for (const [index, number] of numbers.entries()) {
    const phone = await startPhone();
    const call = await phone.call(at.uri(number), { from: `sip:phone${index}@127.0.0.1` });
    expect(await call.answered).toBe(true);
    void call.play(sine(tones[index]!, 8000 * 60, 4000));
    await at.until(number, 'conference.joined');
    calls.push(call);
  }
  return calls;
}

const only = (at: TestServer) => at.server.conferences.list()[0]!;

describe('three phones in a conference', () => {
  it.each([1, 2])('hear one another and not themselves, over %i media worker(s)', async (workers) => {
    const at = await startServer({
      apps: { '1': room(), '2': room(), '3': room() },
      config: ({ media }) => ({ media: { ...media, workers } }),
    });
    const calls = await callers(at, ['1', '2', '3']);
    expect(await allHear(calls)).toEqual(['700 1100', '500 1100', '500 700']);
    expect(only(at).members.map(({ from }) => from)).toEqual(['phone0', 'phone1', 'phone2']);
    expect(at.tape('').map(({ event }) => event.type)).toEqual([
      ...['conference.created', 'member.joined', 'member.joined', 'member.joined'],
    ]);
    expect(at.faults).toEqual([]);
  });

  it('are muted, held and coached, by their documents and by command', async () => {
    const at = await startServer({
      apps: { '1': room('ops', { mute: true }), '2': room(), '3': room('ops', { hold: true }) },
    });
    const calls = await callers(at, ['1', '2', '3']);
    expect(await allHear(calls)).toEqual(['700', '', '']);
    const [a, b, c] = only(at).members;
    only(at).command({ kind: 'member', call: a!.call, mute: false, coach: [b!.call] });
    only(at).command({ kind: 'member', call: c!.call, hold: false });
    expect(await allHear(calls)).toEqual(['700 1100', '500 1100', '700']);
    only(at).command({ kind: 'member', call: b!.call, hold: true });
    expect(await allHear(calls)).toEqual(['1100', '', '']);
    expect(only(at).members).toMatchObject([{ mute: false, coach: [b!.call] }, { hold: true }, { hold: false }]);
  });

  it('leave it: by hanging up, by a command of their call, by being sent out, and when it ends', async () => {
    const at = await startServer({ apps: { '1': room(), '2': room(), '3': room(), '4': room() } });
    const calls = await callers(at, ['1', '2', '3']);
    const [a, , c] = only(at).members;
    calls[0]!.hangUp();
    await at.until('', 'member.left', ({ call }) => call === a!.call);
    expect(await allHear(calls.slice(1))).toEqual(['1100', '700']);
    only(at).command({ kind: 'remove', call: c!.call });
    expect(await allHear(calls.slice(1))).toEqual(['', String(goodbyeHz)]);
    const { id } = only(at);
    only(at).command({ kind: 'end', reason: 'over' });
    expect((await at.until('2', 'conference.left')).event).toMatchObject({ conference: id, why: 'ended' });
    expect(await heard(calls[1]!)).toBe(String(goodbyeHz));
    await at.until('', 'call.ended');
    expect(at.server.conferences.size).toBe(0);
    expect(at.faults).toEqual([]);
  });

  it('lose their conference when the last has left, and its name is free at once', async () => {
    const at = await startServer({ apps: { '1': room(), '2': room() } });
    const [call] = await callers(at, ['1']);
    const { id } = only(at);
    const next = flow([play(toneOf(goodbyeHz, 60_000))]);
    at.server.calls.get(only(at).members[0]!.call)!.command({ kind: 'run', flow: next });
    const end = await at.until('', 'conference.ended');
    expect(end.event.reason).toBe('the last member left');
    expect(await heard(call!)).toBe(String(goodbyeHz));
    await callers(at, ['2']);
    expect(only(at).id).not.toBe(id);

    const get = async (path: string) => (await at.fetch(path)).json();
    const { calls } = (await get('/v1/calls')) as { calls: readonly { to: string }[] };
    expect(calls.map(({ to }) => to)).toEqual(['2', '1']);
    const { lines } = (await get(`/v1/calls/${id}/tape`)) as { lines: readonly { event: { type: string } }[] };
    expect(lines.map(({ event }) => event.type)).toEqual([
      ...['conference.created', 'member.joined', 'member.left', 'conference.ended', 'call.ended'],
    ]);
  });

  it('are played to and recorded, one document after the other', async () => {
    const at = await startServer({ apps: { '1': room(), '2': room('ops', { mute: true }), '3': room() } });
    const calls = await callers(at, ['1', '2', '3']);
    const recording = flow([record('start', { tag: 'all' }), play(toneOf(roomHz, 1_500))], { source: 'first' });
    only(at).command({ kind: 'queue', flow: recording });
    only(at).command({ kind: 'queue', flow: flow([record('stop')], { source: 'second' }) });
    await at.until('', 'prompt.started');
    expect(await allHear(calls)).toEqual(['1100 1500', '500 1100 1500', '500 1500']);
    const { event } = await at.until('', 'recording.finished');
    expect(event).toMatchObject({ tag: 'all', why: 'stopped' });
    const wav = await readFile(join(at.dataDir, event.file));
    const samples = Array.from({ length: 1600 }, (_, i) => wav.readInt16LE(44 + 2 * (4000 + i)));
    expect([...tones, roomHz].filter((hz) => amplitude(samples, hz) > 1000)).toEqual([500, 1100, 1500]);
    expect(event.durationMs).toBeGreaterThan(1_300);

    only(at).command({ kind: 'queue', flow: flow([play(toneOf(roomHz, 60_000))]) });
    expect(await heard(calls[1]!)).toBe('500 1100 1500');
    only(at).command({ kind: 'run', flow: flow([]) });
    expect(await heard(calls[1]!)).toBe('500 1100');
    only(at).command({ kind: 'run', flow: flow([play('no'), hangup()], { source: 'wrong' }) });
    const refused = await at.until('', 'flow.failed');
    expect(refused.event).toMatchObject({ code: 'conference-verb', source: 'wrong' });
    expect(at.faults).toEqual([]);
  });

  it('are heard by nobody while they key a secret, whose keys are told to their call', async () => {
    const at = await startServer({ apps: { '1': room(), '2': room() } });
    const calls = await callers(at, ['1', '2']);
    const asker = at.server.calls.get(only(at).members[0]!.call)!;
    const pin = gather({ sensitive: true, maxDigits: 2, firstDigitMs: null, interDigitMs: null });
    asker.command({ kind: 'beside', name: 'pin', body: [pin] });
    expect(await allHear(calls)).toEqual(['700', '']);
    await calls[0]!.press('42');
    expect((await at.until('1', 'gather.finished')).event).toMatchObject({ success: true, digits: '••' });
    expect(await allHear(calls)).toEqual(['700', '500']);
    expect(only(at).members[0]!.mute).toBe(false);
  });

  it('do not hear the keys of each other that are events, and their own prompts on top', async () => {
    const at = await startServer({ apps: { '1': room(), '2': room() } });
    const calls = await callers(at, ['1', '2']);
    const asker = at.server.calls.get(only(at).members[0]!.call)!;
    asker.command({ kind: 'beside', name: 'song', body: [play(toneOf(roomHz, 5_000))] });
    await at.until('1', 'prompt.started');
    expect(await allHear(calls)).toEqual([`700 ${roomHz}`, '500']);
    await calls[0]!.press('5');
    await at.until('1', 'digit', ({ digit }) => digit === '5');
    expect(calls[1]!.events.filter(({ type }) => type === 'digit')).toEqual([]);
  });

  it('are at most twenty', async () => {
    const at = await startServer({
      apps: { '1': flow([conference('ops', { onFailed: [hangup({ reason: 'full' })] })]) },
    });
    const phone = await startPhone();
    const calls = await Promise.all(Array.from({ length: 21 }, () => phone.call(at.uri('1'))));
    const ends = await Promise.race(calls.map(async (call) => (await call.ended) && call));
    expect(ends).toBeDefined();
    expect(only(at).members).toHaveLength(20);
    for (const call of calls) call.hangUp();
    await at.until('', 'call.ended');
  });
});
