// Owns: where recordings are kept: a folder for each day below the data folder.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RecordingPlace } from '../call/recordings.ts';

export function createRecordingPlaces(dataDir: string): (call: string) => RecordingPlace {
  const pathOf = (file: string): string => join(dataDir, file);
  return (call) => ({
    of(recording, startedAt) {
      const day = new Date(startedAt).toISOString().slice(0, 10);
      const file = join('recordings', day, `${call}-${recording}.wav`);
      const path = pathOf(file);
      mkdirSync(dirname(path), { recursive: true });
      return { path, file };
    },
    pathOf,
  });
}
