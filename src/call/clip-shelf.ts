// Owns: which clips the media plane holds: one for each sound whatever the number of calls that play it, kept a while after
// the last, let go in the order of their last use. Does not: make or decode sounds.
import type { MediaPlane } from '../media/plane.ts';

/** A sound as samples, with the name that it is shared under. */
export interface Clip {
  /** The same for the same samples. */
  readonly key: string;
  /** 8 kHz, mono, 16-bit linear. */
  readonly samples: Int16Array;
}

export interface ClipShelf {
  /** Makes the clip playable under its key until the function that is returned is called. */
  take(clip: Clip): () => void;
  readonly heldBytes: number;
}

interface Held {
  readonly bytes: number;
  users: number;
}

export function createClipShelf(plane: Pick<MediaPlane, 'addClip' | 'dropClip'>, maxBytes: number): ClipShelf {
  const held = new Map<string, Held>();
  let heldBytes = 0;

  function makeRoom(): void {
    for (const [key, clip] of held) {
      if (heldBytes <= maxBytes) return;
      if (clip.users > 0) continue;
      held.delete(key);
      heldBytes -= clip.bytes;
      plane.dropClip(key);
    }
  }

  return {
    take({ key, samples }) {
      let clip = held.get(key);
      if (clip === undefined) {
        clip = { bytes: samples.byteLength, users: 0 };
        heldBytes += clip.bytes;
        plane.addClip(key, samples);
      } else held.delete(key);
      held.set(key, clip);
      clip.users += 1;
      makeRoom();
      const taken = clip;
      let open = true;
      return () => {
        if (open) taken.users -= 1;
        open = false;
        makeRoom();
      };
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}
