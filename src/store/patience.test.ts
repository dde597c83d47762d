import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { createPatience } from './patience.ts';

const create = (patienceMs: number) =>
  createPatience({ patienceMs, log: silentLog, pending: () => ({ last: 5, waiting: 9 }) });

describe('patience with the disk', () => {
  it('ends when nothing is said for too long, and comes back with what there was then', async () => {
    const patience = create(1);
    await patience.wait(4);
    expect(patience).toMatchObject({ behind: true, undurable: 1 });
    await patience.wait(4);
    expect(patience).toMatchObject({ behind: true, undurable: 2 });
    patience.written(4);
    expect(patience.behind).toBe(true);
    patience.written(5);
    expect(patience.behind).toBe(false);
  });

  it('lets go of those whose batch is written, in order, and of nobody else', async () => {
    const patience = create(60_000);
    const gone: number[] = [];
    for (const batch of [1, 2, 2, 3]) void patience.wait(batch).then(() => gone.push(batch));
    patience.written(2);
    await new Promise(setImmediate);
    expect(gone).toEqual([1, 2, 2]);
    patience.close();
    await new Promise(setImmediate);
    expect(gone).toEqual([1, 2, 2, 3]);
    expect(patience).toMatchObject({ behind: false, undurable: 0 });
  });
});
