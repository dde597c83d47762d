// Owns: letting what changes the same thing happen one after the other.

export type InTurn = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export function serializeByKey(): InTurn {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    const settled = mine.catch(() => {});
    last.set(key, settled);
    try {
      return await mine;
    } finally {
      if (last.get(key) === settled) last.delete(key);
    }
  };
}
