// The server is killed while callers type; every call goes on, and no key that was heard is lost. This is a glance: the long
// run, a hundred kills with a hundred calls, is a phase of its own behind all tests of `npm test` (scripts/test.mjs).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runChaos } from './chaos.ts';
import { align, judge } from './judge.ts';

const folder = mkdtempSync(join(tmpdir(), 'keytone-chaos-'));
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const patienceMs = 180_000;
// Another one each time, told with what went wrong: npm run chaos -- --seed N plays it again.
const seed = Date.now() % 1_000_000;

it(`killed four times with thirty calls up (seed ${seed})`, { timeout: patienceMs }, async () => {
  const run = await runChaos({ folder, calls: 30, kills: 4, seed });
  try {
    const { faults, figures } = await judge(run);
    expect(faults, JSON.stringify(figures)).toEqual([]);
    expect(figures.callKills).toBeGreaterThan(60);
  } finally {
    await run.close();
  }
});

describe('the judge', () => {
  const press = (digit: string, isLate = false) => ({
    ...{ digit, way: 'rfc4733' as const, status: null, answeredAt: null },
    at: isLate ? 1 : 0,
  });
  const doubtful = ({ at }: { at: number }): boolean => at === 1;

  it('misses a key that was surely heard, a key that is there twice, and a wrong order', () => {
    const presses = [press('1'), press('2'), press('3')];
    expect(align(presses, ['1', '2', '3'], doubtful)).toEqual({ lost: 0 });
    expect(align(presses, ['1', '3'], doubtful)).toBeNull();
    expect(align(presses, ['1', '2', '2', '3'], doubtful)).toBeNull();
    expect(align(presses, ['1', '3', '2'], doubtful)).toBeNull();
  });

  it('counts a key that may be lost, and takes it no more than once', () => {
    const presses = [press('1'), press('2', true), press('3')];
    expect(align(presses, ['1', '3'], doubtful)).toEqual({ lost: 1 });
    expect(align(presses, ['1', '2', '3'], doubtful)).toEqual({ lost: 0 });
    expect(align(presses, ['1', '2', '2', '3'], doubtful)).toBeNull();
  });
});
