import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Batch, createBatches } from './batches.ts';
import type { Write } from './rows.ts';

const line = (seq: number, type = 'digit'): Write => ({
  ...{ kind: 'line', callId: 'c1', seq, at: 1, since: 1, type, event: '{}' },
});
const part = (state: string, leg = 'caller'): Write => ({ kind: 'part', callId: 'c1', leg, part: 'media', state });
const drop: Write = { kind: 'drop', callId: 'c1' };

afterEach(() => void vi.useRealTimers());

/** Batches on virtual time, and what was posted of them. */
function create(maxWaiting = 100) {
  vi.useFakeTimers();
  const posted: Batch[] = [];
  const batches = createBatches({ post: (batch) => posted.push(batch), maxWaiting, gatherMs: 5 });
  const give = (...writes: readonly Write[]): void => {
    for (const write of writes) batches.add(write);
  };
  const later = (ms: number): void => void vi.advanceTimersByTime(ms);
  return { batches, give, later, posted, writes: () => posted.map((batch) => batch.writes) };
}

describe('batches', () => {
  it('gather what nobody waits for, as long as it may wait and no longer', () => {
    const { give, later, writes } = create();
    give(line(1));
    later(4);
    give(line(2));
    expect(writes()).toEqual([]);
    later(1);
    expect(writes()).toEqual([[line(1), line(2)]]);
    give(line(3));
    later(5);
    expect(writes()).toEqual([[line(1), line(2)], [line(3)]]);
  });

  it('leave with the turn when somebody waits, and take along what else came', () => {
    const { batches, give, later, writes } = create();
    give(line(1));
    later(2);
    give(line(2));
    batches.hasten();
    give(line(3));
    expect(writes()).toEqual([]);
    later(0);
    expect(writes()).toEqual([[line(1), line(2), line(3)]]);
    batches.hasten();
    later(20);
    expect(writes()).toHaveLength(1);
  });

  it('leave with the turn when a leg ended', () => {
    const { give, later, writes } = create();
    give(line(1, 'leg.ended'), drop);
    later(0);
    expect(writes()).toEqual([[line(1, 'leg.ended'), drop]]);
  });

  it('line up behind two on their way, and go when one of these is written', () => {
    const { batches, give, later, writes } = create();
    for (const seq of [1, 2, 3]) {
      give(line(seq));
      batches.hasten();
      later(0);
    }
    later(50);
    give(line(4));
    expect(writes()).toEqual([[line(1)], [line(2)]]);
    expect(batches.last).toBe(3);
    batches.written(1);
    expect(writes()).toEqual([[line(1)], [line(2)], [line(3), line(4)]]);
    expect(batches.counters).toEqual({ waiting: 3, written: 1, dropped: 0 });
  });

  it('do not hurry what nobody waits for when one is written', () => {
    const { batches, give, later, writes } = create();
    give(line(1));
    later(5);
    give(line(2));
    batches.written(1);
    expect(writes()).toEqual([[line(1)]]);
    later(5);
    expect(writes()).toEqual([[line(1)], [line(2)]]);
  });

  it('hold the newest state of each part only', () => {
    const { batches, give, later, writes } = create();
    give(part('1'), line(1), part('1', 'callee-1'), part('2'), part('3'));
    expect(batches.counters.waiting).toBe(3);
    later(5);
    expect(writes()).toEqual([[part('3'), line(1), part('1', 'callee-1')]]);
    give(part('4'));
    later(5);
    expect(writes()[1]).toEqual([part('4')]);
    batches.written(2);
    expect(batches.counters).toEqual({ waiting: 0, written: 4, dropped: 0 });
  });

  it('never put a state before the end of what was there', () => {
    const { give, later, writes } = create();
    give(part('1'), drop, part('2'), part('3'));
    later(5);
    expect(writes()).toEqual([[part('1'), drop, part('3')]]);
  });

  it('drop what is too much, but not the newer state of what is held', () => {
    const { batches, give, later, writes } = create(2);
    give(part('1'), line(1));
    expect(batches.add(line(2))).toBe(false);
    expect(batches.add(part('1', 'callee-1'))).toBe(false);
    expect(batches.add(part('2'))).toBe(true);
    expect(batches.counters).toEqual({ waiting: 2, written: 0, dropped: 2 });
    later(5);
    expect(writes()).toEqual([[part('2'), line(1)]]);
  });

  it('keep what is on its way for another thread, and send nothing once closed', () => {
    const { batches, give, later, posted } = create();
    give(line(1));
    batches.send();
    give(line(2));
    batches.send();
    batches.written(1);
    expect(batches.sent).toEqual([{ batch: 2, writes: [line(2)] }]);
    batches.close();
    give(line(3));
    batches.send();
    later(50);
    expect(posted).toHaveLength(2);
  });
});
