// Owns: spoken clips in a folder, so that a restart does not speak everything anew. One file each, named by its key:
// 8 kHz mono 16-bit little endian. Bounded by bytes, the least recently written go first. A folder that fails is a
// slower cache, never a failed call.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../base/log.ts';

export interface SpeechFolder {
  read(key: string): Promise<Int16Array | null>;
  write(key: string, samples: Int16Array): Promise<void>;
}

const suffix = '.s16';

export function createSpeechFolder(path: string, maxBytes: number, log: Log): SpeechFolder {
  let total: number | null = null;

  async function list() {
    const names = (await readdir(path)).filter((name) => name.endsWith(suffix));
    const files = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(path, name));
        return { name, size, mtimeMs };
      }),
    );
    return files.sort((a, b) => a.mtimeMs - b.mtimeMs);
  }

  async function prune(): Promise<void> {
    const files = await list();
    total = files.reduce((sum, { size }) => sum + size, 0);
    // A little more than needed, so that not every write lists the folder.
    for (const { name, size } of files) {
      if (total <= maxBytes * 0.9) return;
      await rm(join(path, name), { force: true });
      total -= size;
    }
  }

  return {
    async read(key) {
      try {
        const bytes = await readFile(join(path, key + suffix));
        if (endianness() === 'BE') bytes.swap16();
        const samples = new Int16Array(bytes.length >> 1);
        new Uint8Array(samples.buffer).set(bytes.subarray(0, samples.byteLength));
        return samples;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') log.warn({ path, error }, 'spoken clip not read');
        return null;
      }
    },
    async write(key, samples) {
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
        // Renamed into place: a crash leaves no half clip under a name that is read.
        const draft = join(path, `${key}.${randomBytes(4).toString('hex')}.tmp`);
        await writeFile(draft, endianness() === 'BE' ? Buffer.from(bytes).swap16() : bytes, { mode: 0o600 });
        await rename(draft, join(path, key + suffix));
        if (total === null) await prune();
        else total += bytes.length;
        if (total !== null && total > maxBytes) await prune();
      } catch (error) {
        log.warn({ path, error }, 'spoken clip not kept');
      }
    },
  };
}
