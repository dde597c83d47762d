// Owns: that what a call tells one receiver arrives in the order in which it happened: one after the other for each origin.
// A receiver that is slow or gone makes only its own line wait, and a line is bounded.
// Does not: send, try again or give up (hooks/), know what is told.

export interface NoticeLines {
  /** False when too much waits for that receiver already; `send` is not called then, and must not reject. */
  add(url: string, send: () => Promise<void>): boolean;
}

/** A call tells some things a minute; behind so many the receiver has been gone for long. */
export const mostWaiting = 100;

export function createNoticeLines(): NoticeLines {
  const lines = new Map<string, (() => Promise<void>)[]>();

  async function work(origin: string, line: (() => Promise<void>)[]): Promise<void> {
    for (let send = line[0]; send !== undefined; send = line[0]) {
      await send();
      line.shift();
    }
    lines.delete(origin);
  }

  return {
    add(url, send) {
      const origin = URL.parse(url)?.origin ?? url;
      const line = lines.get(origin);
      if (line === undefined) {
        const begun = [send];
        lines.set(origin, begun);
        void work(origin, begun);
        return true;
      }
      if (line.length > mostWaiting) return false;
      line.push(send);
      return true;
    },
  };
}
