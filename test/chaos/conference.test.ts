// A conference whose process is killed: its members hear one another again, in the same conference and the same seats, its
// recording goes on, and nothing is told twice.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { amplitude, sine } from '../../src/media/session-rig.ts';
import type { PhoneCall } from '../../src/testkit/index.ts';
import { createChance } from './random.ts';
import { openRig, type Rig } from './rig.ts';

const tones = [500, 700, 1100] as const;
const numbers = ['first', 'muted', 'third'] as const;

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ numbers: Object.fromEntries(numbers.map((number) => [number, 'bandwidth' as const])) });
});
afterAll(() => rig.close());

/** The tones in a fifth of a second, once half of one went by. */
function heard(call: PhoneCall): Promise<string> {
  const samples: number[] = [];
  return new Promise((resolve) => {
    call.listen((packet) => {
      samples.push(...packet);
      if (samples.length < 5600) return;
      const last = samples.slice(4000, 5600);
      resolve(tones.filter((hz) => amplitude(last, hz) > 1000).join(' '));
    });
  });
}

it('goes on: seats, recording and webhooks, and ends once', async () => {
  const enter = (more: string): string =>
    `<Response><Conference conferenceEventUrl="${rig.base}/room" ${more}>ops</Conference></Response>`;
  rig.documents.set('/start/first', enter(''));
  rig.documents.set('/start/muted', enter('mute="true"'));
  rig.documents.set('/start/third', enter(''));
  const told = (): { eventType: string; conferenceId: string; recordingId?: string }[] =>
    rig.asked.filter(({ path }) => path === '/room' || path === '/file').map(({ body }) => JSON.parse(body));
  const toldOf = (type: string) => told().filter(({ eventType }) => eventType === type);

  const calls: PhoneCall[] = [];
  for (const [index, number] of numbers.entries()) {
    // The first one's entry brings a document, of which a part is still to come when the kill comes.
    const begin = `<Response><StartRecording recordingAvailableUrl="${rig.base}/file"/></Response>`;
    rig.documents.set('/room', index === 0 ? begin : '<Response/>');
    const call = await rig.place(number);
    void call.play(sine(tones[index]!, 8000 * 120, 4000));
    calls.push(call);
    await rig.until(() => toldOf('conferenceMemberJoin').length === index + 1);
  }
  const before = ['1100', '500 1100', '500'];
  expect(await Promise.all(calls.map(heard))).toEqual(before);
  const { killedAt, readyAt } = await rig.server.killAndRestart();
  expect(await Promise.all(calls.map(heard))).toEqual(before);
  await rig.server.killAndRestart();
  expect(await Promise.all(calls.map(heard))).toEqual(before);

  calls[2]!.hangUp();
  await rig.until(() => toldOf('conferenceMemberExit').length === 1);
  expect(await Promise.all(calls.slice(0, 2).map(heard))).toEqual(['', '500']);
  calls[0]!.hangUp();
  calls[1]!.hangUp();
  await rig.until(() => toldOf('conferenceCompleted').length === 1);
  await rig.until(() => toldOf('conferenceRecordingAvailable').length === 1);
  await sleep(300);
  const types = told().map(({ eventType }) => eventType);
  expect(types.filter((type) => type !== 'conferenceRecordingAvailable')).toEqual([
    'conferenceCreated',
    ...Array.from({ length: 3 }, () => 'conferenceMemberJoin'),
    ...Array.from({ length: 3 }, () => 'conferenceMemberExit'),
    'conferenceCompleted',
  ]);
  expect(new Set(told().map(({ conferenceId }) => conferenceId)).size).toBe(1);

  const { calls: listed } = await rig.get<{ calls: { to: string }[] }>('/v1/calls?limit=50');
  expect(listed.map(({ to }) => to).toSorted()).toEqual(numbers.toSorted());
  const wav = readFileSync(onlyRecording());
  const samples = Array.from({ length: (wav.length - 44) >> 1 }, (_, i) => wav.readInt16LE(44 + 2 * i));
  expect(wav.readUInt32LE(40)).toBe(wav.length - 44);
  expect(samples.length / 8).toBeGreaterThan(1500 + readyAt - killedAt);
  const last = samples.slice(-8000, -4000);
  expect(amplitude(last, 500)).toBeGreaterThan(1000);
});

function onlyRecording(): string {
  const found = readdirSync(join(rig.folder, 'data'), { recursive: true, encoding: 'utf8' });
  const [file, ...others] = found.filter((name) => name.endsWith('.wav'));
  expect(others).toEqual([]);
  return join(rig.folder, 'data', file!);
}

it('killed while members come and go: each is told in and out once, and nobody is left behind', async () => {
  const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 1e6));
  const chance = createChance(seed);
  const from = rig.asked.length;
  rig.documents.set('/room', '<Response/>');
  rig.documents.set(
    '/start/third',
    `<Response><Conference conferenceEventUrl="${rig.base}/room">gate</Conference><Hangup/></Response>`,
  );
  const calls: PhoneCall[] = [];
  for (let round = 0; round < 6; round++) {
    const killing = (async () => {
      await sleep(chance.between(0, 250));
      await rig.server.killAndRestart();
    })();
    calls.push(await rig.dial('third'), await rig.dial('third'));
    await sleep(chance.between(0, 200));
    calls[round]!.hangUp();
    await killing;
  }
  for (const call of calls) call.hangUp();
  await Promise.all(calls.map(({ ended }) => ended));

  /** What may not have arrived comes again, under the same id. */
  const told = (): readonly { eventType: string; conferenceId: string; callId?: string }[] => {
    const once = new Map(rig.asked.slice(from).flatMap(({ path, id, body }) => (path === '/room' ? [[id, body]] : [])));
    return [...once.values()].map((body) => JSON.parse(body));
  };
  const count = (type: string, is: (one: ReturnType<typeof told>[number]) => boolean = () => true): number =>
    told().filter((one) => one.eventType === type && is(one)).length;
  await rig.until(async () => {
    const { calls: all } = await rig.get<{ calls: { state: string }[] }>('/v1/calls?limit=50');
    return (
      all.every(({ state }) => state === 'ended') &&
      count('conferenceMemberJoin') === count('conferenceMemberExit') &&
      count('conferenceCreated') === count('conferenceCompleted')
    );
  });
  const rooms = new Set(told().map(({ conferenceId }) => conferenceId));
  for (const room of rooms) {
    const here = (one: { conferenceId: string }): boolean => one.conferenceId === room;
    const members = new Set(told().flatMap((one) => (here(one) && one.callId !== undefined ? [one.callId] : [])));
    for (const callId of members) {
      const its = (one: { conferenceId: string; callId?: string }): boolean => here(one) && one.callId === callId;
      const inAndOut = [count('conferenceMemberJoin', its), count('conferenceMemberExit', its)];
      expect(inAndOut, `seed ${seed}`).toEqual([1, 1]);
    }
    expect([count('conferenceCreated', here), count('conferenceCompleted', here)], `seed ${seed}`).toEqual([1, 1]);
  }
  expect(rooms.size).toBeGreaterThan(0);
}, 90_000);
