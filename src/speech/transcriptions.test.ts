// The queue over a real store and a virtual clock: what is asked again, what is told again, what a next process finds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { destination } from '../flow/build.ts';
import type { Report } from '../flow/report.ts';
import { createStore } from '../store/store.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { createTranscriptions, type TranscriptionOrder, type TranscriptionsOptions } from './transcriptions.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const order: TranscriptionOrder = {
  call: {
    ...{ id: 'c1', app: 'menu', direction: 'inbound', from: 'a', to: 'b', state: 'live' },
    ...{ startedAt: '2026-01-01T00:00:00.000Z', answeredAt: null },
  },
  recorded: { startedAt: '2026-01-01T00:00:01.000Z', durationMs: 2000, channels: 1 },
  language: 'en',
  destination: destination('https://app.test/words'),
};
const failed = () => new CodedError('transcription-failed', 'not now');
const refused = () => new CodedError('transcription-refused', 'never');
const spoken = { language: null, parts: [{ startMs: 0, endMs: 1000, text: 'Hello.', confidence: null }] };

interface RigOptions {
  readonly dataDir?: string;
  readonly clock?: ReturnType<typeof createVirtualClock>;
  /** What comes of each request to the engine; the last one for all that follow. null: nothing, until it is given up. */
  readonly engine?: readonly (CodedError | null | typeof spoken)[] | 'none';
  readonly takes?: (count: number) => boolean;
  readonly concurrency?: number;
}

async function open({ engine = [spoken], takes = () => true, concurrency = 2, ...rest }: RigOptions = {}) {
  const dataDir = rest.dataDir ?? mkdtempSync(join(tmpdir(), 'keytone-words-'));
  if (rest.dataDir === undefined) closers.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const clock = rest.clock ?? createVirtualClock();
  const store = await createStore({ dataDir, log: silentLog });
  const asked: string[] = [];
  const told: Extract<Report, { kind: 'transcription' }>[] = [];
  const ids: string[] = [];
  let [busy, most] = [0, 0];
  let steps = 0;
  const counted = <R>(what: Promise<R>): Promise<R> => {
    steps += 1;
    return what.finally(() => {
      steps -= 1;
    });
  };
  const options: TranscriptionsOptions = {
    engine:
      engine === 'none'
        ? null
        : {
            name: 'test',
            async transcribe(_, { language }, signal) {
              asked.push(String(language));
              busy += 1;
              most = Math.max(most, busy);
              try {
                const answer = engine[Math.min(asked.length, engine.length) - 1]!;
                if (answer === null)
                  await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(failed())));
                await new Promise(setImmediate);
                if (answer instanceof CodedError) throw answer;
                return answer!;
              } finally {
                busy -= 1;
              }
            },
            async close() {},
          },
    rows: store.transcriptions,
    durable: () => counted(store.durable()),
    async openSound(_, recording) {
      if (recording === 'gone') throw new CodedError('recording-missing', 'deleted');
      return { channels: 1, frames: 16_000, read: async () => new Int16Array(16_000).fill(1000), async close() {} };
    },
    async tell(report, _call, { id }) {
      told.push(report);
      ids.push(id);
      return takes(told.length) ? { ok: true } : { ok: false, message: 'no' };
    },
    tellAgainAfter: (attempts) => (attempts > 2 ? null : attempts * 1000),
    ...{ concurrency, clock, log: silentLog },
  };
  const made = createTranscriptions(options);
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await made.close();
    await store.close();
  };
  closers.push(close);
  await made.start();
  return {
    ...{ made, store, clock, asked, told, ids, close, dataDir },
    get most() {
      return most;
    },
    /** Until nothing is under way any more but what waits for the clock. */
    async settle(ms = 0): Promise<void> {
      clock.advance(ms);
      for (let quiet = 0; quiet < 20; quiet = steps === 0 ? quiet + 1 : 0) await new Promise(setImmediate);
      await store.flush();
    },
  };
}

describe('transcriptions', () => {
  it('are kept, and told once', async () => {
    const rig = await open();
    await rig.made.ask('c1', 'r1', order, true);
    await rig.settle();
    expect(rig.asked).toEqual(['en']);
    expect(rig.told).toMatchObject([
      { kind: 'transcription', recordingId: 'r1', status: 'available', durationMs: 2000, channels: 1 },
    ]);
    expect(await rig.made.get('c1', 'r1')).toMatchObject({
      state: 'available',
      transcript: { channels: 1, parts: [{ text: 'Hello.', channel: 0 }] },
    });
    expect(await rig.store.transcriptions.open()).toEqual([]);
    expect(await rig.made.get('c1', 'r2')).toBeNull();
  });

  it('ask an engine that is away again, for more than half an hour, and then tell that there is none', async () => {
    const rig = await open({ engine: [failed()] });
    await rig.made.ask('c1', 'r1', order, true);
    await rig.settle();
    for (const [count, waitMs] of [5_000, 30_000, 120_000, 600_000, 1_800_000].entries()) {
      expect(rig.asked).toHaveLength(count + 1);
      expect(rig.told).toEqual([]);
      await rig.settle(waitMs - 1);
      expect(rig.asked).toHaveLength(count + 1);
      await rig.settle(1);
    }
    expect(rig.asked).toHaveLength(6);
    expect(rig.told).toMatchObject([{ status: 'error' }]);
    expect(await rig.made.get('c1', 'r1')).toEqual({ state: 'error', transcript: null });
  });

  it.each([
    ['that the engine refuses', { engine: [refused()] }, 'r1', order, 'error'],
    ['of a recording that was deleted', {}, 'gone', order, 'error'],
    ['for which the engine was taken away', { engine: 'none' }, 'r1', order, 'error'],
    [
      'of less than half a second',
      {},
      'r1',
      { ...order, recorded: { ...order.recorded, durationMs: 499 } },
      'too-short',
    ],
  ] as const)('%s are told at once', async (_, options, recording, wish, status) => {
    const rig = await open(options);
    await rig.made.ask('c1', recording, wish, true);
    await rig.settle();
    expect(rig.told.map((report) => report.status)).toEqual([status]);
    expect(await rig.made.get('c1', recording)).toEqual({ state: status, transcript: null });
  });

  it('are told again under the same id until somebody takes note, and not for ever', async () => {
    const rig = await open({ takes: (count) => count === 2 });
    await rig.made.ask('c1', 'r1', order, true);
    await rig.settle();
    await rig.settle(1000);
    await rig.settle(100_000);
    expect(rig.told).toHaveLength(2);
    expect(new Set(rig.ids).size).toBe(1);
    expect(rig.asked).toHaveLength(1);

    const deaf = await open({ takes: () => false });
    await deaf.made.ask('c1', 'r1', order, true);
    for (let n = 0; n < 5; n++) await deaf.settle(5000);
    expect(deaf.told).toHaveLength(3);
    expect(await deaf.made.get('c1', 'r1')).toMatchObject({ state: 'available' });
  });

  it('go on in the next process where they were', async () => {
    const first = await open({ engine: [null], concurrency: 1 });
    await first.made.ask('c1', 'r1', order, true);
    await first.made.ask('c1', 'r2', { ...order, language: null }, true);
    await first.settle();
    expect(first.asked).toEqual(['en']);
    await first.close();
    expect(first.told).toEqual([]);

    const second = await open({ dataDir: first.dataDir, clock: first.clock, takes: () => false });
    await second.settle();
    expect(second.asked).toEqual(['en', 'null']);
    expect(second.told.map(({ recordingId }) => recordingId).toSorted()).toEqual(['r1', 'r2']);
    await second.close();

    const third = await open({ dataDir: first.dataDir, clock: first.clock });
    await third.settle(1000);
    expect(third.asked).toEqual([]);
    expect(third.told.map(({ recordingId }) => recordingId).toSorted()).toEqual(['r1', 'r2']);
    expect(new Set([...second.ids, ...third.ids]).size).toBe(2);
    expect(await third.made.get('c1', 'r1')).toMatchObject({ transcript: { parts: [{ text: 'Hello.' }] } });
  });

  it('are with the engine no more at a time than it is asked to bear', async () => {
    const rig = await open({ concurrency: 3 });
    await Promise.all(Array.from({ length: 10 }, (_, n) => rig.made.ask('c1', `r${n}`, order, true)));
    while (rig.told.length < 10) await rig.settle();
    expect(rig.most).toBe(3);
  });

  it('that are dropped or asked for anew leave nothing of what was under way', async () => {
    const rig = await open({ engine: [null, null, spoken] });
    await rig.made.ask('c1', 'r1', order, true);
    await rig.settle();
    expect(await rig.made.drop('c1', 'r1')).toBe(true);
    expect(await rig.made.drop('c1', 'r1')).toBe(false);
    await rig.settle(10_000_000);
    expect(await rig.made.get('c1', 'r1')).toBeNull();

    await rig.made.ask('c1', 'r1', order, true);
    await rig.settle();
    // A document's order that is given twice is one.
    await rig.made.ask('c1', 'r1', order, false);
    await rig.settle();
    expect(rig.asked).toHaveLength(2);
    await rig.made.ask('c1', 'r1', { ...order, language: 'fr' }, true);
    await rig.settle();
    expect(rig.asked).toEqual(['en', 'en', 'fr']);
    expect(rig.told).toHaveLength(1);
  });
});
