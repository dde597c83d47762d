// Owns: whose turn it is to start, when many want to at the same time and each makes the others late.

/** Resolves when there is room, with what is to be called to make room for the next. */
export type Turns = () => Promise<() => void>;

export function createTurns(most: number): Turns {
  let taken = 0;
  const queue: (() => void)[] = [];
  return async () => {
    if (taken >= most) await new Promise<void>((resolve) => queue.push(resolve));
    taken += 1;
    return () => {
      taken -= 1;
      queue.shift()?.();
    };
  };
}
