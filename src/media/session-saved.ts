// Owns: where an RTP stream goes on after its process was killed (RFC 3550 5.1): the SSRC stays, so that the peer sees the same
// source, and no number may be used twice. What is saved is seldom (at a new description, a hold, a key), so the numbers of now
// are reckoned from the time that passed since then.
//
//   timestamp  moves on with time whether packets are sent or not (a hold, a talkspurt): + 8 a millisecond
//   sequence   moves on with packets, of which there is at most one each `everyMs`: + one for each; on hold it stands
//   both       + `jumpPackets`: a packet may go out as soon as it is saved, and one may have been due at the end
//
// Both wrap round. Where fewer packets went out than could have, the peer sees some as lost and nothing twice.
// Does not: keep or send anything.
import { randomInt } from 'node:crypto';
import type { SavedSession } from './plane.ts';
import { addSequence, addTimestamp } from './rtp.ts';

export type StreamNumbers = Pick<SavedSession, 'ssrc' | 'sequence' | 'timestamp' | 'packets' | 'octets'>;

const samplesPerMs = 8;
const jumpPackets = 4;

export interface Moment {
  readonly at: number;
  readonly uptime: SavedSession['uptime'];
}

/** Milliseconds from what is saved to `now`; null when the clock was set back meanwhile and nothing can tell. */
export function elapsedMs(saved: Moment, now: Moment): number | null {
  const { uptime } = saved;
  const known = uptime !== null && uptime.boot === now.uptime?.boot;
  const elapsed = known ? now.uptime!.ms - uptime.ms : now.at - saved.at;
  return elapsed < 0 ? null : Math.ceil(elapsed);
}

export function continueStream(saved: SavedSession, now: Moment): StreamNumbers {
  const elapsed = elapsedMs(saved, now);
  // Rather another source than numbers used twice.
  if (elapsed === null) return newStream();
  const { ssrc, everyMs, sending } = saved;
  const packets = (sending ? Math.ceil(elapsed / everyMs) : 0) + jumpPackets;
  return {
    ssrc,
    sequence: addSequence(saved.sequence, packets),
    timestamp: addTimestamp(saved.timestamp, (elapsed + jumpPackets * everyMs) * samplesPerMs),
    packets: saved.packets + packets,
    octets: saved.octets + packets * everyMs * samplesPerMs,
  };
}

export function newStream(): StreamNumbers {
  return {
    ssrc: randomInt(2 ** 32),
    sequence: randomInt(2 ** 16),
    timestamp: randomInt(2 ** 32),
    packets: 0,
    octets: 0,
  };
}
