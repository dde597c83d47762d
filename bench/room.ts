// Measures mixing alone, without sockets: what it costs to take a member's packet in, to mix, and to hand the member what it
// hears, in rooms of 3, 10 and 20, beside what two bridged sessions cost. All in one run, turn by turn, so that a machine that
// gets slower does so for all of them. Prints one JSON line.
//
//   node bench/room.ts [rounds=7] [ticks=1500]
//
// ns: of one member in one packet time of 20 ms, the median of the rounds. ratio: of the median to that of the bridge.
// bytes: what the heap grew by for a member's packet time; collected garbage is not in it.
import { BridgeInput } from '../src/media/bridge.ts';
import { RoomMixer } from '../src/media/room-mixer.ts';
import type { Seat } from '../src/media/room-seat.ts';

const frame = 160;
const speech = Int16Array.from({ length: 8000 }, (_, i) => 4000 * Math.sin(i / 3) * Math.sin(i / 900));
const out = new Int16Array(frame);

interface Case {
  readonly name: string;
  readonly members: number;
  /** One packet time of everybody. */
  tick(at: number): void;
}

const packets = Array.from({ length: 49 }, (_, i) => speech.slice(i * frame, (i + 1) * frame));
const packetAt = (at: number, member: number): Int16Array => packets[(at + 7 * member) % packets.length]!;

function bridge(): Case {
  const nothing = (): void => {};
  const inputs = [new BridgeInput(nothing, nothing, nothing), new BridgeInput(nothing, nothing, nothing)];
  return {
    name: 'bridge',
    members: 2,
    tick(at) {
      for (let i = 0; i < 2; i++) {
        inputs[i]!.audio(i, at & 0xffff, (at * frame) >>> 0, packetAt(at, i), frame);
        inputs[i]!.take(out, frame);
      }
    },
  };
}

function room(members: number, more: { readonly coaches?: number; readonly muted?: number } = {}): Case {
  const mixer = new RoomMixer(1, { emit() {}, failed() {}, now: () => 0 });
  const seats: Seat[] = [];
  const { coaches = 0, muted = 0 } = more;
  for (let i = 0; i < members; i++) {
    const coach = i < coaches ? ['0', '1'].filter((name) => name !== String(i)) : null;
    seats.push(mixer.sit({ name: String(i), mute: i >= members - muted, hold: false, coach }, () => {}));
  }
  return {
    name: `room of ${members}${coaches > 0 ? `, ${coaches} coaches` : ''}${muted > 0 ? `, ${muted} muted` : ''}`,
    members,
    tick(at) {
      for (let i = 0; i < members; i++) seats[i]!.audio(i, at & 0xffff, (at * frame) >>> 0, packetAt(at, i), frame);
      mixer.onDue();
      for (let i = 0; i < members; i++) seats[i]!.take(out, frame);
    },
  };
}

const rounds = Number(process.argv[2] ?? 7);
const ticks = Number(process.argv[3] ?? 1500);
const cases = [bridge(), room(3), room(10), room(20), room(20, { coaches: 2 }), room(20, { muted: 15 })];
const ns = cases.map((): number[] => []);
const bytes = cases.map(() => 0);
let at = 0;
for (let round = 0; round <= rounds; round++) {
  for (const [index, one] of cases.entries()) {
    const heap = process.memoryUsage().heapUsed;
    const from = process.hrtime.bigint();
    for (let tick = 0; tick < ticks; tick++) one.tick(at + tick);
    const tookNs = Number(process.hrtime.bigint() - from) / (ticks * one.members);
    const grown = process.memoryUsage().heapUsed - heap;
    // The first round is the compiler's.
    if (round > 0) {
      ns[index]!.push(tookNs);
      bytes[index]! += Math.max(0, grown) / (ticks * one.members);
    }
  }
  at += ticks;
}
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const base = median(ns[0]!);
console.log(
  JSON.stringify(
    cases.map(({ name }, index) => ({
      name,
      ns: Math.round(median(ns[index]!)),
      ratio: Number((median(ns[index]!) / base).toFixed(2)),
      bytes: Math.round(bytes[index]! / rounds),
    })),
  ),
);
