// Owns: what hearing costs: processor time and memory for each packet. One packet of 20 ms at a time, as a session has them.
// Does not: depend on what else the machine does, as far as processor time allows.
import { DtmfDetector } from '../../src/media/dtmf/detector.ts';
import { keys } from '../../src/media/dtmf/keypad.ts';
import { Random } from '../../src/media/dtmf/random-rig.ts';
import { addNoise, pressKeys, throughLine } from '../../src/media/dtmf/signal-rig.ts';
import { talk } from '../../src/media/dtmf/voice-rig.ts';

export interface Cost {
  /** Seconds of sound for each second of one core. */
  readonly timesRealTime: number;
  readonly bytesPerPacket: number;
}

/** Keys of 100 ms, two and a half a second, above noise that keeps the tone bank busy. */
export function keysInNoise(seconds: number): Int16Array {
  const random = new Random('speed');
  const { wave } = pressKeys(random, { digits: random.keys(2.5 * seconds, keys), toneMs: 100, pauseMs: 294 });
  addNoise(wave, -44, random);
  return throughLine(wave, 'ulaw');
}

export const conversation = (seconds: number): Int16Array => throughLine(talk('speed', seconds), 'ulaw');

export function costOf(samples: Int16Array): Cost {
  const packet = 160;
  const packets = Math.floor(samples.length / packet);
  let timesRealTime = 0;
  let bytesPerPacket = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 12; round++) {
    const detector = new DtmfDetector(8000, { pressed: () => {}, released: () => {} });
    const before = process.memoryUsage().heapUsed;
    const from = process.cpuUsage();
    for (let at = 0; at < packets * packet; at += packet) detector.hear(samples, at, packet);
    const { user, system } = process.cpuUsage(from);
    const bytes = (process.memoryUsage().heapUsed - before) / packets;
    timesRealTime = Math.max(timesRealTime, (packets * 20_000) / (user + system));
    // a collection in between makes it negative: such a round says nothing
    if (bytes >= 0) bytesPerPacket = Math.min(bytesPerPacket, bytes);
  }
  return { timesRealTime, bytesPerPacket };
}
