// Owns: the forty telephone-event cases of the shared bench, run through latch and receiver as a session does.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SourceLatch } from '../../src/media/latch.ts';
import { TelephoneEventReceiver } from '../../src/media/telephone-event-receiver.ts';

interface Vectors {
  readonly telephoneEventPt: number;
  readonly redPt: number;
  readonly audioPt: number;
  readonly cases: readonly {
    readonly id: string;
    readonly note: string;
    readonly rate: number;
    readonly expect: readonly string[];
    readonly packets: readonly {
      readonly at: number;
      readonly seq: number;
      readonly ts: number;
      readonly m: number;
      readonly pt: number;
      readonly hex: string;
      readonly src?: string;
      readonly ssrc?: number;
    }[];
  }[];
}

const file = new URL('../../../shared/dtmf-bench/rfc4733-vectors.json', import.meta.url);
const peer = '192.0.2.10:4000';

function run(vectors: Vectors, one: Vectors['cases'][number]): { keys: string; releases: number } {
  let keys = '';
  let releases = 0;
  const receiver = new TelephoneEventReceiver(
    {
      pressed: (digit) => {
        keys += digit;
      },
      released: () => {
        releases++;
      },
      flash: () => {
        keys += 'F';
      },
    },
    one.rate,
  );
  const latch = new SourceLatch();
  latch.reset('192.0.2.10', 4000);
  let nowMs = 0;
  for (const packet of one.packets) {
    for (; nowMs + 20 <= packet.at; nowMs += 20) receiver.tick(nowMs);
    const [address = '', port] = (packet.src ?? peer).split(':');
    const ssrc = packet.ssrc ?? 0x1234;
    if (latch.judge(address, Number(port), ssrc, packet.seq, true) === 'refused') continue;
    const bytes = Uint8Array.from(Buffer.from(packet.hex, 'hex'));
    const { seq, ts, pt, at } = packet;
    if (pt === vectors.telephoneEventPt) {
      receiver.packet(seq, ts, packet.m === 1, ssrc, bytes, 0, bytes.length, at);
    } else if (pt === vectors.redPt) {
      receiver.redundantPacket(vectors.telephoneEventPt, seq, ts, packet.m === 1, ssrc, bytes, 0, bytes.length, at);
    } else {
      receiver.audio(seq, at);
    }
  }
  for (let end = nowMs + 1000; nowMs <= end; nowMs += 20) receiver.tick(nowMs);
  return { keys, releases };
}

if (existsSync(file)) {
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vectors;
  describe('RFC 4733 vectors', () => {
    it('are forty', () => expect(vectors.cases.length).toBe(40));
    it.each(vectors.cases.map((one) => [one.id, one.note, one] as const))('%s: %s', (_id, _note, one) => {
      const { keys, releases } = run(vectors, one);
      expect(one.expect).toContain(keys);
      expect(releases).toBe(keys.replaceAll('F', '').length);
    });
  });
} else {
  describe('RFC 4733 vectors', () => {
    it.skip('not run: ../shared/dtmf-bench is not beside this tree; the same behaviours stand in telephone-event-receiver.test.ts', () => {});
  });
}
