// Owns: what strangers and broken phones send to the media ports of a call that stands: noise, keys that are not the
// caller's, absurd events, packets after the end. None of it becomes a key, none of it is answered, the call goes on.
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:dgram';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bindUdp, type Caller, closeUdp, type RawCall, rtpPacket } from './caller.ts';
import { type Rig, startRig } from './rig.ts';

const keyPayload = (event: number, end: boolean, duration: number): Buffer =>
  Buffer.from([event, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff]);

/** More packets at once than the buffer of a socket holds would only prove that UDP loses some. */
const breath = 50;

describe('hostile media', () => {
  let rig: Rig;
  let caller: Caller;
  let call: RawCall;
  let stranger: Socket;
  const told: string[] = [];
  beforeAll(async () => {
    rig = await startRig();
    stranger = await bindUdp('127.0.0.66');
    stranger.on('message', (bytes) => told.push(bytes.toString('hex')));
    caller = await rig.caller();
    call = await caller.call('witness').answered();
    await caller.loud();
  });
  afterAll(async () => {
    await closeUdp(stranger);
    await rig.close();
  });

  const digits = (): string =>
    rig
      .tape(call)
      .flatMap(({ event }) => (event.type === 'digit' ? [event.digit] : []))
      .join('');
  let expected = '';
  /** A key of the real caller, behind all that was sent before: media is one queue a socket. */
  async function onlyMyKeys(key: string): Promise<void> {
    const before = told.length;
    caller.press(key);
    expected += key;
    await rig.line(call, 'digit.released', ({ press }) => press === expected.length);
    expect(digits()).toBe(expected);
    expect(told.length).toBe(before);
  }
  const fromStranger = (bytes: Buffer, port = caller.rtpTo): void => stranger.send(bytes, port, '127.0.0.1');
  const heldPorts = (): number[] => [caller.rtpTo, rig.witness.caller.rtpTo];

  it('takes the keys of the caller', () => onlyMyKeys('1'));

  it('believes no key of another source, whatever it copies from the caller', async () => {
    for (const port of heldPorts()) {
      for (const packet of caller.keyPackets('999')) fromStranger(packet, port);
      for (const packet of caller.keyPackets('888', 42)) fromStranger(packet, port);
    }
    await onlyMyKeys('2');
  });

  it('believes no other port of the caller’s own address', async () => {
    const neighbour = await bindUdp(caller.host);
    neighbour.on('message', (bytes) => told.push(bytes.toString('hex')));
    for (let i = 0; i < 20; i += 1)
      neighbour.send(rtpPacket(0, 5000 + i, 160 * i, 77, Buffer.alloc(160, 0x20)), caller.rtpTo, '127.0.0.1');
    for (const packet of caller.keyPackets('666', 78)) neighbour.send(packet, caller.rtpTo, '127.0.0.1');
    await onlyMyKeys('3');
    await closeUdp(neighbour);
  });

  it('answers no stranger however much it sends, and no voice of it gets in', async () => {
    for (let i = 0; i < 500; i += 1) {
      fromStranger(rtpPacket(0, i, 160 * i, 99, Buffer.alloc(160, 0x10)));
      if (i % breath === 0) await onlyMyKeys('4');
    }
    await onlyMyKeys('4');
    expect(told).toEqual([]);
  });

  it('survives noise of every length on both ports', async () => {
    for (let length = 0; length < 400; length += 1) {
      for (const port of heldPorts()) {
        fromStranger(randomBytes(length), port);
        fromStranger(randomBytes(length), port + 1);
      }
      // Never version 2, so that no noise is a key by chance.
      const noise = randomBytes(length);
      if (length > 0) noise[0] = noise[0]! & 0x3f;
      caller.sendRtp(noise);
      if (length % breath === 0) await onlyMyKeys('5');
    }
    for (const length of [1400, 9000, 65_000]) {
      fromStranger(randomBytes(length));
      caller.sendRtp(Buffer.alloc(length, 0x3f));
    }
    await onlyMyKeys('5');
  });

  it('survives headers that lie: extensions, CSRC and padding beyond the packet, empty payloads', async () => {
    for (const first of [0x8f, 0x9f, 0xa0, 0xbf, 0x90, 0xaf]) {
      for (const last of [0, 1, 4, 255]) {
        for (const type of [0, 101]) {
          const packet = rtpPacket(type, 100, 100, caller.ssrc, Buffer.from([9, last, 255, 255, last]));
          packet[0] = first;
          caller.sendRtp(packet.subarray(0, 12 + (last % 6)));
        }
      }
    }
    caller.sendRtp(rtpPacket(0, 2, 2, caller.ssrc, Buffer.alloc(0)));
    caller.sendRtp(rtpPacket(101, 3, 3, caller.ssrc, Buffer.alloc(3)));
    await onlyMyKeys('6');
  });

  it('takes no key from a payload type that was not agreed on', async () => {
    for (const type of [96, 100, 102, 127, 13])
      for (let i = 0; i < 6; i += 1) caller.sendRtp(rtpPacket(type, 20_000 + i, 1, 5, keyPayload(9, i > 2, 800)));
    await onlyMyKeys('7');
  });

  it('hears one key in an event of absurd length, and none in events that are no keys', async () => {
    for (let event = 17; event < 256; event += 1)
      caller.sendRtp(rtpPacket(101, 21_000 + event, 900_000, caller.ssrc, keyPayload(event, true, 800)));
    for (let i = 0; i < 8; i += 1)
      caller.sendRtp(rtpPacket(101, 22_000 + i, 1_000_000, caller.ssrc, keyPayload(8, i > 3, 0xffff), i === 0));
    expected += '8';
    const { durationMs } = await rig.line(call, 'digit.released', ({ press }) => press === expected.length);
    expect(durationMs).toBeLessThan(60_000);
    expect(digits()).toBe(expected);
  });

  it('takes a change of SSRC in the middle of a key for what it is: another press, not a hundred', async () => {
    for (let i = 0; i < 100; i += 1)
      caller.sendRtp(
        rtpPacket(101, 23_000 + i, 1_100_000, i % 2 === 0 ? 111 : 222, keyPayload(9, false, 160 * (i + 1))),
      );
    caller.press('0');
    await rig.line(call, 'digit', ({ digit }) => digit === '0');
    const heard = digits();
    expect(heard.startsWith(expected)).toBe(true);
    expect(heard.slice(expected.length)).toMatch(/^9{1,2}0$/);
    expected = heard;
  });

  it('survives RTCP that lies, on both ports, from the caller too', async () => {
    for (const type of [192, 200, 201, 202, 203, 204, 205, 206, 207, 223]) {
      for (const words of [0, 1, 6, 0xffff]) {
        for (const first of [0x80, 0x81, 0x9f, 0xa0, 0xbf]) {
          const packet = randomBytes(64);
          packet[0] = first;
          packet[1] = type;
          packet.writeUInt16BE(words, 2);
          caller.sendRtp(packet);
          caller.sendRtp(packet, caller.rtpTo + 1);
          fromStranger(packet);
          fromStranger(packet, caller.rtpTo + 1);
        }
      }
      await onlyMyKeys('*');
    }
  });

  it('moves to another address by a re-INVITE only, and then believes the old one no more', async () => {
    const moved = await rig.caller('127.0.0.67');
    call.cseq += 1;
    call.send('INVITE', { sdp: caller.sdp(moved.host, moved.rtpPort, 2) });
    expect((await call.final(call.cseq)).status).toBe(200);
    call.ack(call.cseq);
    await moved.loud();
    moved.press('#', caller.rtpTo);
    for (const packet of caller.keyPackets('999')) caller.sendRtp(packet);
    moved.press('D', caller.rtpTo);
    expected += '#D';
    await rig.line(call, 'digit', ({ press }) => press === expected.length);
    expect(digits()).toBe(expected);
  });

  it('is deaf and silent on the ports of a call that is over', async () => {
    const { length } = rig.tape(call);
    await call.bye();
    await rig.line(call, 'call.ended');
    const lines = rig.tape(call).length;
    expect(lines).toBeGreaterThan(length);
    for (const packet of caller.keyPackets('123')) {
      caller.sendRtp(packet);
      fromStranger(packet);
    }
    await rig.undisturbed();
    expect(rig.tape(call).length).toBe(lines);
    expect(told).toEqual([]);
    expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});
