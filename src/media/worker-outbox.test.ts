import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outbox } from './worker-outbox.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create() {
  const posted: (readonly string[])[] = [];
  const outbox = new Outbox<string>((messages) => posted.push(messages));
  return { outbox, posted };
}

const turn = (): Promise<void> => Promise.resolve();

describe('an outbox', () => {
  it('posts what is sent in one turn as one, in order', async () => {
    const { outbox, posted } = create();
    outbox.send('a');
    outbox.send('b');
    await turn();
    outbox.send('c');
    await turn();
    expect(posted).toEqual([['a', 'b'], ['c']]);
  });

  it('says what may wait behind all of the turn, and nothing of it twice', async () => {
    const { outbox, posted } = create();
    outbox.send('a');
    outbox.beforePost(() => outbox.send('state'));
    outbox.send('b');
    await turn();
    vi.advanceTimersByTime(1000);
    await turn();
    expect(posted).toEqual([['a', 'b', 'state']]);
  });

  it('keeps what may wait for the next turn that says something', async () => {
    const { outbox, posted } = create();
    outbox.beforePost(() => outbox.send('state'));
    vi.advanceTimersByTime(19);
    await turn();
    expect(posted).toEqual([]);
    outbox.send('a');
    await turn();
    vi.advanceTimersByTime(1000);
    expect(posted).toEqual([['a', 'state']]);
  });

  it('keeps it for 20 ms at most', async () => {
    const { outbox, posted } = create();
    outbox.beforePost(() => outbox.send('state'));
    vi.advanceTimersByTime(20);
    expect(posted).toEqual([['state']]);
    await turn();
    expect(posted).toHaveLength(1);
  });
});
