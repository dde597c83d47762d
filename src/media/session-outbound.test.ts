import type { Socket } from 'node:dgram';
import { describe, expect, it } from 'vitest';
import { DtmfDetector } from './dtmf/detector.ts';
import { decodeG711 } from './g711.ts';
import { Outbound } from './session-outbound.ts';
import { audioTo, type Phone } from './session-rig.ts';

/** A socket whose kernel takes nothing while `full`: a real one does so only when its network does. */
function createKernel() {
  const kernel = {
    full: false,
    packets: [] as Buffer[],
    getSendQueueCount: () => (kernel.full ? 1 : 0),
    send: (packet: Buffer) => void kernel.packets.push(Buffer.from(packet)),
  };
  return kernel;
}

describe('what a session sends while the kernel takes nothing', () => {
  it('lets the time of a key stand still, so that it is one', () => {
    const kernel = createKernel();
    const done: string[] = [];
    const outbound = new Outbound(kernel as unknown as Socket, 'inband', {
      started() {},
      finished() {},
      sent: (id, ok) => done.push(`${id} ${ok}`),
    });
    outbound.configure(audioTo({ port: 9 } as Phone), 20);
    outbound.sendDigits('s', '7', 500, 100);
    const send = (times: number) => {
      for (let i = 0; i < times; i++) outbound.send(9, '127.0.0.1', null, true);
    };
    send(3);
    kernel.full = true;
    send(20);
    const refusedAt = kernel.packets.length;
    kernel.full = false;
    send(40);
    expect(refusedAt).toBeLessThan(23);
    const stamps = kernel.packets.map((packet) => packet.readUInt32BE(4));
    expect(stamps).toEqual(stamps.map((_, i) => (stamps[0]! + 160 * i) >>> 0));
    const heard: string[] = [];
    const detector = new DtmfDetector(8000, {
      pressed: (digit) => heard.push(digit),
      released: (_digit, samples) => heard.push(String(Math.round(samples / 80) * 10)),
    });
    const samples = new Int16Array(160);
    for (const packet of kernel.packets) {
      decodeG711('PCMU', packet, 12, 160, samples, 0);
      detector.hear(samples, 0, 160);
    }
    expect(heard).toEqual(['7', '500']);
    expect(done).toEqual(['s true']);
  });
});
