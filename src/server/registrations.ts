// Owns: where phones registered from, in a file of the data folder, so that they can be called after a restart without having
// to register anew. What a kill takes is the last moment; those phones register again when their time is up.
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SavedBinding, SavedRegistrations } from '../sip/endpoint.ts';

const fileName = 'registrations.json';
/** Phones register by the hundred when a network comes back. */
const gatherMs = 200;
const ownerOnly = 0o600;

export interface KeptRegistrations extends SavedRegistrations {
  /** Writes what is not written yet. */
  close(): Promise<void>;
}

export function createRegistrations(dataDir: string, { log, clock }: { log: Log; clock: Clock }): KeptRegistrations {
  const file = join(dataDir, fileName);
  const bindings = new Map<string, SavedBinding>();
  const keyOf = (login: string, uri: string): string => JSON.stringify([login, uri]);
  let timer: Timer | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    try {
      await writeFile(`${file}.new`, JSON.stringify([...bindings.values()]), { mode: ownerOnly });
      await rename(`${file}.new`, file);
    } catch (err) {
      log.warn({ err }, 'registrations cannot be kept; after a restart phones must register again');
    }
  }

  function writeSoon(): void {
    timer ??= clock.after(gatherMs, () => {
      timer = null;
      writing = writing.then(write);
    });
  }

  return {
    load() {
      if (!existsSync(file)) return [];
      try {
        const read: readonly SavedBinding[] = JSON.parse(readFileSync(file, 'utf8'));
        for (const binding of read) bindings.set(keyOf(binding.login, binding.uri), binding);
        return read;
      } catch (err) {
        log.warn({ err }, 'kept registrations cannot be read; phones must register again');
        return [];
      }
    },
    save(binding) {
      bindings.set(keyOf(binding.login, binding.uri), binding);
      writeSoon();
    },
    drop(login, uri) {
      if (bindings.delete(keyOf(login, uri))) writeSoon();
    },
    async close() {
      if (timer !== null) {
        timer.cancel();
        timer = null;
        writing = writing.then(write);
      }
      await writing;
    },
  };
}
