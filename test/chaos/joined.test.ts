// Two live calls that a document joined (`bridge`) hear each other again after a kill, and the end of the bridge is told to
// the one that stays.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { beep } from '../../src/media/tone.ts';
import type { PhoneCall } from '../../src/testkit/index.ts';
import { openRig, type Rig } from './rig.ts';
import { watchTone } from './tone-watch.ts';

let rig: Rig;

beforeAll(async () => {
  rig = await openRig({ numbers: { asks: 'bandwidth', waits: 'bandwidth' } });
});
afterAll(() => rig.close());

/** What a caller is silent for when his server is killed, with room for a machine that is busy. */
const bearableGapMs = 5000;
const lowHz = 500;
const highHz = 1000;
const longMs = 60_000;
/** Half a second. */
const frames = 25;

async function joined(): Promise<{ readonly asker: PhoneCall; readonly other: PhoneCall }> {
  rig.documents.set(
    '/start/waits',
    `<Response><Gather gatherUrl="${rig.base}/keys" maxDigits="2" firstDigitTimeout="60" interDigitTimeout="60"/></Response>`,
  );
  rig.documents.set('/left', rig.documents.get('/start/waits')!);
  rig.documents.set('/keys', '<Response><Hangup/></Response>');
  const other = await rig.place('waits');
  await rig.when(other, 'verb.started');
  const started = rig.asked.findLast(({ path }) => path === '/start/waits');
  const { callId } = JSON.parse(started?.body ?? '{}') as { callId: string };
  rig.documents.set(
    '/start/asks',
    `<Response><Bridge bridgeCompleteUrl="${rig.base}/complete" bridgeTargetCompleteUrl="${rig.base}/left">${callId}</Bridge></Response>`,
  );
  rig.documents.set('/complete', '<Response><Pause duration="1"/><Hangup/></Response>');
  const asker = await rig.place('asks');
  return { asker, other };
}

/** Both speak all the time; the server is killed `kills` times, and each hears the other behind it. */
async function talkThrough({ asker, other }: Awaited<ReturnType<typeof joined>>, kills: number): Promise<number> {
  void asker.play(beep(lowHz, longMs));
  void other.play(beep(highHz, longMs));
  const heard = [watchTone(asker, highHz), watchTone(other, lowHz)];
  await Promise.all(heard.map((tone) => tone.until(0, frames)));
  for (let kill = 0; kill < kills; kill += 1) {
    const { readyAt } = await rig.server.killAndRestart();
    await Promise.all(heard.map((tone) => tone.until(readyAt, frames)));
  }
  const longest = heard.map(({ at }) => Math.max(...at.slice(1).map((one, index) => one - at[index]!)));
  for (const { at, other: wrong } of heard) expect(wrong / at.length).toBeLessThan(0.25);
  return Math.max(...longest);
}

const completions = () => rig.asked.filter(({ path }) => path === '/complete');

describe('a kill under a bridge of two calls', () => {
  it('is a silence; when the other one leaves, the one that asked is told, and goes on', {
    timeout: 60_000,
  }, async () => {
    const { asker, other } = await joined();
    expect(await talkThrough({ asker, other }, 2)).toBeLessThan(bearableGapMs);
    const before = completions().length;
    other.hangUp();
    await other.ended;
    await rig.until(() => completions().length > before);
    expect(asker.state).toBe('answered');
    // Its document goes on behind the bridge: a pause, then it is hung up.
    expect(await asker.ended).toMatchObject({ by: 'peer' });
    const lines = await rig.when(asker, 'call.ended');
    expect(lines.filter(({ event }) => event.type === 'bridge.ended')).toHaveLength(1);
    expect(lines.filter(({ event }) => event.type === 'call.recovered')).toHaveLength(2);
    expect(completions().length).toBe(before + 1);
  });

  it('ends when the one that asked leaves; the other has waited for that, is told, and goes on with an entry', {
    timeout: 60_000,
  }, async () => {
    const { asker, other } = await joined();
    expect(await talkThrough({ asker, other }, 1)).toBeLessThan(bearableGapMs);
    const before = completions().length;
    asker.hangUp();
    await rig.when(asker, 'call.ended');
    await rig.until(() => rig.asked.some(({ path }) => path === '/left'));
    await other.press('42');
    expect(await other.ended).toMatchObject({ by: 'peer' });
    const lines = await rig.when(other, 'call.ended');
    expect(lines.filter(({ event }) => event.type === 'bridge.ended')).toHaveLength(1);
    const finished = lines.map(({ event }) => event).filter((event) => event.type === 'gather.finished');
    // The first one made way for the bridge.
    expect(finished).toMatchObject([{ reason: 'cancelled' }, { digits: '42' }]);
    expect(completions().length).toBe(before);
  });
});
