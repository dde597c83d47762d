// Owns: `keytone detect`: raw samples in, the keys in them out, by the detector that calls are heard with. For measuring it,
// and for looking into a recording. Does not: read WAV headers, resample.
import { DtmfDetector } from '../../media/dtmf/detector.ts';
import { exitCodes, type Terminal } from './terminal.ts';

/** Ranges of samples that were lost: `start-end,start-end`, ends not included. */
const gapsVariable = 'DTMF_BENCH_GAPS';

export interface DetectOptions {
  readonly rateHz: 8000 | 16_000;
  /** Say how long and how loud each key was, too. */
  readonly detailed: boolean;
}

export async function detect(
  input: AsyncIterable<Uint8Array>,
  options: DetectOptions,
  terminal: Terminal,
): Promise<number> {
  const lines: string[] = [];
  let last = '';
  const detector = new DtmfDetector(options.rateHz, {
    pressed: (digit, startSample, emitSample) => {
      last = `${digit} ${startSample} ${emitSample}`;
      if (!options.detailed) lines.push(last);
    },
    released: (_, durationSamples, levelDbm0) => {
      const ms = Math.round((durationSamples * 1000) / options.rateHz);
      if (options.detailed) lines.push(`${last} ${ms} ms ${levelDbm0.toFixed(1)} dBm0`);
    },
  });
  const gaps = readGaps(terminal.environment[gapsVariable] ?? '');
  let position = 0;
  let gap = 0;
  let rest: Uint8Array = new Uint8Array(0);
  for await (const chunk of input) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const count = bytes.length >> 1;
    const samples = samplesOf(bytes, count);
    rest = bytes.subarray(2 * count);
    for (let at = 0; at < count; ) {
      while (gap < gaps.length && gaps[gap]!.end <= position) gap++;
      const { start, end } = gaps[gap] ?? { start: Number.POSITIVE_INFINITY, end: Number.POSITIVE_INFINITY };
      const isLost = start <= position;
      const take = Math.min(count - at, (isLost ? end : start) - position);
      if (isLost) detector.lost(take);
      else detector.hear(samples, at, take);
      at += take;
      position += take;
    }
  }
  detector.reset();
  if (lines.length > 0) terminal.out(lines.join('\n'));
  return exitCodes.ok;
}

function samplesOf(bytes: Uint8Array, count: number): Int16Array {
  if (bytes.byteOffset % 2 === 0) return new Int16Array(bytes.buffer, bytes.byteOffset, count);
  return new Int16Array(bytes.slice(0, 2 * count).buffer, 0, count);
}

function readGaps(text: string): { readonly start: number; readonly end: number }[] {
  return text
    .split(',')
    .map((range) => range.split('-').map(Number))
    .filter((pair) => pair.length === 2 && pair[0]! < pair[1]!)
    .map(([start, end]) => ({ start: start!, end: end! }));
}
