// Owns: whose a key is when more than one gather listens, one of the document and others beside it: the newest whose entry is
// open gets it, and no other verb does. The others keep their time, and get the keys that come once that one is over.
// Does not: hold keys that nobody wants (key-buffer.ts).
import type { CallState } from './state.ts';

/** An attempt of a gather. */
export interface Listener {
  /** Which gather of the call it is, in the order in which they began. */
  readonly order: number;
  /** Of what it is a verb; '' is the document. */
  readonly strand: string;
  readonly path: string;
  /** Whether its entry is open. */
  readonly wants: () => boolean;
}

export interface Listeners {
  /** The place of a gather that begins. */
  nextOrder(): number;
  add(listener: Listener): void;
  remove(listener: Listener): void;
  /** A key comes: who gets it stands until the next one, whoever is told of it first. */
  keyPressed(): void;
  /** An entry is to be completed: that of this name, or the newest. */
  complete(name: string | undefined): void;
  /** Who the newest key is for; null when nobody wants it. */
  readonly owner: Listener | null;
  readonly completed: Listener | null;
}

export function createListeners(): Listeners {
  let all: Listener[] = [];
  let order = 0;
  let owner: Listener | null = null;
  let completed: Listener | null = null;
  return {
    nextOrder() {
      order += 1;
      return order;
    },
    add(listener) {
      all = [...all, listener].sort((a, b) => a.order - b.order);
    },
    remove(listener) {
      all = all.filter((other) => other !== listener);
    },
    keyPressed() {
      owner = all.findLast(({ wants }) => wants()) ?? null;
    },
    complete(name) {
      const meant = ({ strand, path }: Listener) => name === undefined || strand === name || isUnder(path, name);
      completed = all.findLast(meant) ?? null;
    },
    get owner() {
      return owner;
    },
    get completed() {
      return completed;
    },
  };
}

/** `g1/Gather[0]` and `g1[0]` are under `g1`, `g10` is not. */
function isUnder(path: string, name: string): boolean {
  return path === name || (path.startsWith(name) && /^[/[.]/.test(path.slice(name.length)));
}

/** Takes the newest press for a verb that is no gather; false when it is gone, or is for a gather that runs beside it. */
export function takeKey({ listeners: { owner }, strand, keys }: CallState, press: number): boolean {
  return (owner === null || owner.strand === strand) && keys.take(press);
}
