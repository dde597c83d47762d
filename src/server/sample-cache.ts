// Owns: decoded samples by name: bounded by bytes, the least recently used go first; one decoding for any number that wait.
import type { Clip } from '../call/clip-shelf.ts';

export interface SampleCache {
  get(key: string, make: () => Promise<Int16Array>): Promise<Clip>;
}

export function createSampleCache(maxBytes: number): SampleCache {
  const kept = new Map<string, Clip>();
  const pending = new Map<string, Promise<Clip>>();
  let bytes = 0;

  function keep(clip: Clip): void {
    if (clip.samples.byteLength > maxBytes) return;
    kept.set(clip.key, clip);
    bytes += clip.samples.byteLength;
    for (const [key, old] of kept) {
      if (bytes <= maxBytes) return;
      kept.delete(key);
      bytes -= old.samples.byteLength;
    }
  }

  return {
    get(key, make) {
      const known = kept.get(key);
      if (known !== undefined) {
        kept.delete(key);
        kept.set(key, known);
        return Promise.resolve(known);
      }
      let making = pending.get(key);
      if (making === undefined) {
        making = make()
          .then((samples) => {
            const clip = { key, samples };
            keep(clip);
            return clip;
          })
          .finally(() => pending.delete(key));
        pending.set(key, making);
      }
      return making;
    },
  };
}
