// One call each that a kill finds in the middle of something else than a plain entry.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beep } from '../../src/media/tone.ts';
import { createPhone, type Phone, type PhoneCall } from '../../src/testkit/index.ts';
import { eventsOf, openRig, type Rig } from './rig.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({
    numbers: { dial: 'opentact', record: 'opentact', sensitive: 'opentact', slow: 'opentact' },
  });
});
afterAll(() => rig.close());

async function hears(speaker: PhoneCall, hearer: PhoneCall): Promise<void> {
  const sounds = (): number => hearer.events.filter(({ type }) => type === 'sound-ended').length;
  const before = sounds();
  const heard = new Promise<number>((resolve) => {
    hearer.watch((event) => {
      if (event.type === 'sound-ended' && sounds() > before) resolve(event.durationMs);
    });
  });
  await speaker.play(beep(440, 400));
  expect(await heard).toBeGreaterThan(300);
}

describe('a kill', () => {
  it('in a talk: both hear each other again, and the flow goes on when the dialled one hangs up', async () => {
    const callee = createPhone({ portRange: [43_000, 43_099] });
    await callee.start();
    const rings = new Promise<Parameters<Parameters<Phone['onIncoming']>[0]>[0]>((resolve) =>
      callee.onIncoming(resolve),
    );
    rig.documents.set('/start/dial', `<Response><Dial><Sip>${callee.uri}</Sip></Dial><Hangup/></Response>`);
    const call = await rig.place('dial');
    const taken = await rings;
    await taken.answer();
    await rig.when(call, 'leg.answered', 2);
    await hears(call, taken);
    await rig.server.killAndRestart();
    await hears(call, taken);
    await hears(taken, call);
    taken.hangUp();
    await call.ended;
    const lines = await rig.when(call, 'call.ended');
    expect(eventsOf(lines, 'leg.ended')).toMatchObject([
      { leg: 'callee-1', by: 'peer' },
      { leg: 'caller', by: 'us' },
    ]);
    await callee.close();
  });

  it('in a recording: one file holds what was said before and behind it', async () => {
    rig.documents.set('/start/record', '<Response><RecordStart tag="m"/><Pause length="60000"/></Response>');
    const call = await rig.place('record');
    await rig.when(call, 'recording.started');
    await call.play(beep());
    await sleep(1500);
    const { killedAt, readyAt } = await rig.server.killAndRestart();
    await call.play(beep());
    await sleep(1000);
    call.hangUp();
    await call.ended;
    const [finished] = eventsOf(await rig.when(call, 'call.ended'), 'recording.finished');
    if (finished?.type !== 'recording.finished') throw new Error('no recording was finished');
    expect(finished.durationMs).toBeGreaterThan(2500 + (readyAt - killedAt) * 0.5);
    const path = join(rig.folder, 'data', finished.file);
    expect(statSync(path).size).toBe(finished.bytes);
    const wav = readFileSync(path);
    expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
  });

  it('in a sensitive entry: the application is told all of it, the tape shows none of it', async () => {
    rig.documents.set(
      '/start/sensitive',
      `<Response><Gather numDigits="4" timeout="60000" sensitive="true" callback="${rig.base}/pin" method="GET"/></Response>`,
    );
    const call = await rig.place('sensitive');
    await rig.when(call, 'verb.started');
    await call.press('73');
    await rig.when(call, 'digit', 2);
    await sleep(300);
    await rig.server.killAndRestart();
    await call.press('95');
    await call.ended;
    const lines = await rig.when(call, 'call.ended');
    expect(rig.asked.filter(({ path }) => path === '/pin').map(({ query }) => query.get('code'))).toEqual(['7395']);
    expect(eventsOf(lines, 'digit').map((event) => (event.type === 'digit' ? event.digit : ''))).toEqual([...'••••']);
  });

  it('while the application thinks: it is asked once more, under the same id, and its answer is run', async () => {
    // The first answer takes longer than the process lives.
    rig.slow = ({ path, id }) => (path === '/slow' && rig.asked.filter((one) => one.id === id).length === 1 ? 3000 : 0);
    rig.documents.set(
      '/start/slow',
      `<Response><Pause length="500"/><Redirect method="GET">${rig.base}/slow</Redirect></Response>`,
    );
    rig.documents.set('/slow', '<Response><Pause length="300"/><Hangup/></Response>');
    const call = await rig.dial('slow');
    while (!rig.asked.some(({ path }) => path === '/slow')) await sleep(20);
    await rig.server.killAndRestart();
    await call.ended;
    const ids = rig.asked.filter(({ path }) => path === '/slow').map(({ id }) => id);
    expect(ids.length).toBe(2);
    expect(new Set(ids).size).toBe(1);
    const lines = await rig.when(call, 'call.ended');
    expect(eventsOf(lines, 'document.fetched').length).toBe(2);
  });
});
