import { describe, expect, it } from 'vitest';
import { CodedError } from '../base/errors.ts';
import type { ClipShelf } from './clip-shelf.ts';
import { createPromptQueue, type PromptQueue } from './prompt-queue.ts';
import type { Loaded } from './sound-source.ts';

interface Loading {
  readonly signal: AbortSignal;
  readonly sound: PromiseWithResolvers<Loaded>;
}

function open() {
  const told: string[] = [];
  const faults: unknown[] = [];
  const taken = new Set<string>();
  const loading = new Map<string, Loading>();
  const shelf: ClipShelf = {
    take({ key }) {
      taken.add(key);
      return () => void taken.delete(key);
    },
    heldBytes: 0,
  };
  const queue: PromptQueue = createPromptQueue({
    session: {
      play: (id, { clip, times, stopKeys, startMs = 0 }) =>
        told.push(`play ${id} ${clip} x${times} [${stopKeys}]${startMs > 0 ? ` from ${startMs}` : ''}`),
      stop: (id) => told.push(`stop ${id}`),
    },
    shelf,
    put(event) {
      if (event.type === 'prompt.started') told.push(`${event.prompt} started`);
      if (event.type === 'prompt.finished') told.push(`${event.prompt} ${event.why} ${event.playedMs}`);
      if (event.type === 'prompt.failed') told.push(`${event.prompt} failed ${event.code}`);
    },
    onFault: (error) => faults.push(error),
  });
  return {
    told,
    faults,
    taken,
    queue,
    loading,
    start(prompt: string, times: number | null = 1, stopKeys = '', playedMs?: number) {
      queue.start({
        prompt,
        times,
        stopKeys,
        ...(playedMs === undefined ? {} : { playedMs }),
        load(signal) {
          const sound = Promise.withResolvers<Loaded>();
          loading.set(prompt, { signal, sound });
          return sound.promise;
        },
      });
    },
    async load(prompt: string, samples = 800, times = 1) {
      loading.get(prompt)!.sound.resolve({ clip: { key: `clip-${prompt}`, samples: new Int16Array(samples) }, times });
      await settled();
    },
    async break(prompt: string, error: unknown) {
      loading.get(prompt)!.sound.reject(error);
      await settled();
    },
  };
}

/** All that follows from a promise that was just settled has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the prompts of a leg', () => {
  it('are loaded all at once and played in their order, whichever was loaded first', async () => {
    const { start, load, told, loading } = open();
    start('a');
    start('b');
    expect([...loading.keys()]).toEqual(['a', 'b']);
    await load('b');
    expect(told).toEqual([]);
    await load('a');
    expect(told).toEqual(['play a clip-a x1 []', 'play b clip-b x1 []']);
  });

  it('repeat as often as asked, times what one playing is made of', async () => {
    const { start, load, told } = open();
    start('a', 3, '#');
    start('b', null);
    await load('a', 800, 10);
    await load('b', 800, 10);
    expect(told).toEqual(['play a clip-a x30 [#]', 'play b clip-b xnull []']);
  });

  it('begin and end as the session says, and give their clip back then', async () => {
    const { start, load, told, taken, queue } = open();
    start('a');
    await load('a');
    queue.onEvent({ type: 'play-started', id: 'a' });
    expect([...taken]).toEqual(['clip-a']);
    queue.onEvent({ type: 'play-finished', id: 'a', why: 'key', playedMs: 320 });
    expect(told.slice(1)).toEqual(['a started', 'a key 320']);
    expect(taken.size).toBe(0);
    queue.onEvent({ type: 'play-finished', id: 'a', why: 'end', playedMs: 320 });
    expect(told).toHaveLength(3);
  });

  it('that are stopped while they load end at once, stop loading, and never play', async () => {
    const { start, load, told, queue, loading } = open();
    start('a');
    queue.stop('a');
    expect(told).toEqual(['a stopped 0']);
    expect(loading.get('a')!.signal.aborted).toBe(true);
    await load('a');
    queue.stop('a');
    expect(told).toEqual(['a stopped 0']);
  });

  it('that are stopped while they play end when the session has stopped', async () => {
    const { start, load, told, queue } = open();
    start('a');
    await load('a');
    queue.stop('a');
    expect(told.at(-1)).toBe('stop a');
    queue.onEvent({ type: 'play-finished', id: 'a', why: 'stopped', playedMs: 40 });
    expect(told.at(-1)).toBe('a stopped 40');
  });

  it('that cannot be had fail by code in their turn, and those behind them play', async () => {
    const { start, load, told, faults, ...rest } = open();
    start('a');
    start('b');
    start('c');
    await load('c');
    await rest.break('b', new CodedError('media-http-status', 'no'));
    expect(told).toEqual([]);
    await load('a');
    expect(told).toEqual(['play a clip-a x1 []', 'b failed media-http-status', 'play c clip-c x1 []']);
    expect(faults).toEqual([]);
  });

  it('that were stopped are not told to have failed because loading was given up', async () => {
    const { start, told, queue, faults, ...rest } = open();
    start('a');
    queue.stop('a');
    await rest.break('a', new CodedError('fetch-aborted', 'given up'));
    expect([told, faults]).toEqual([['a stopped 0'], []]);
  });

  it('that break for a reason of ours are a fault', async () => {
    const { start, told, faults, ...rest } = open();
    start('a');
    await rest.break('a', new TypeError('oops'));
    expect(told).toEqual([]);
    expect(faults).toMatchObject([{ message: 'oops' }]);
  });

  it('without a sample are one packet of silence, so that they begin and end', async () => {
    const { start, load, told } = open();
    start('a');
    await load('a', 0);
    expect(told).toEqual(['play a nothing x1 []']);
  });

  it('are given up when the leg is closed', async () => {
    const { start, load, told, taken, queue, loading } = open();
    start('a');
    start('b');
    await load('a');
    queue.close();
    expect(taken.size).toBe(0);
    expect(loading.get('b')!.signal.aborted).toBe(true);
    await load('b');
    start('c');
    expect(loading.has('c')).toBe(false);
    expect(told).toEqual(['play a clip-a x1 []']);
  });

  it('of before a restart go on where they were, are not told to begin again, and tell all that was heard', async () => {
    const { queue, load, told, start } = open();
    // A clip of a second.
    start('once', 1, '', 300);
    start('thrice', 3, '', 1400);
    start('for ever', null, '', 5200);
    start('over', 1, '', 1300);
    for (const prompt of ['once', 'thrice', 'for ever', 'over']) await load(prompt, 8000);
    expect(told).toEqual([
      'play once clip-once x1 [] from 300',
      'play thrice clip-thrice x2 [] from 400',
      'play for ever clip-for ever xnull [] from 200',
      'play over clip-over x1 [] from 980',
    ]);
    queue.onEvent({ type: 'play-started', id: 'once' });
    queue.onEvent({ type: 'play-finished', id: 'once', why: 'end', playedMs: 700 });
    expect(told.slice(4)).toEqual(['once end 1000']);
  });
});
