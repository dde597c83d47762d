import { describe, expect, it } from 'vitest';
import { createClipShelf } from './clip-shelf.ts';

const clip = (key: string, samples = 50) => ({ key, samples: new Int16Array(samples) });

/** Room for two clips of 50 samples. */
function shelve() {
  const told: string[] = [];
  const plane = {
    addClip: (key: string) => void told.push(`+${key}`),
    dropClip: (key: string) => void told.push(`-${key}`),
  };
  return { told, shelf: createClipShelf(plane, 200) };
}

describe('the shelf of clips', () => {
  it('hands a clip to the plane once, however many play it', () => {
    const { told, shelf } = shelve();
    const [first, second] = [shelf.take(clip('a')), shelf.take(clip('a'))];
    first();
    second();
    shelf.take(clip('a'))();
    expect(told).toEqual(['+a']);
    expect(shelf.heldBytes).toBe(100);
  });

  it('lets go of the one that was not played for longest, and only when there is no room', () => {
    const { told, shelf } = shelve();
    shelf.take(clip('a'))();
    shelf.take(clip('b'))();
    shelf.take(clip('a'))();
    shelf.take(clip('c'))();
    expect(told).toEqual(['+a', '+b', '+c', '-b']);
    expect(shelf.heldBytes).toBe(200);
  });

  it('never lets go of what is playing, and makes up for it when it stops', () => {
    const { told, shelf } = shelve();
    const stops = ['a', 'b', 'c'].map((key) => shelf.take(clip(key)));
    expect(told).toEqual(['+a', '+b', '+c']);
    expect(shelf.heldBytes).toBe(300);
    stops[1]!();
    expect(told.at(-1)).toBe('-b');
    stops[0]!();
    stops[2]!();
    expect(told).toHaveLength(4);
    expect(shelf.heldBytes).toBe(200);
  });

  it('counts the end of one playing once', () => {
    const { told, shelf } = shelve();
    const stop = shelf.take(clip('a'));
    shelf.take(clip('a'));
    stop();
    stop();
    shelf.take(clip('b', 200))();
    expect(told).toEqual(['+a', '+b', '-b']);
  });

  it('plays a clip that is larger than all its room, and forgets it at once', () => {
    const { told, shelf } = shelve();
    const stop = shelf.take(clip('huge', 5000));
    expect(told).toEqual(['+huge']);
    stop();
    expect(told).toEqual(['+huge', '-huge']);
    expect(shelf.heldBytes).toBe(0);
  });
});
