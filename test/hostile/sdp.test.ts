// Owns: session descriptions that nobody sane would send, in the INVITE and in a re-INVITE: each is answered with a final
// status, no session stays behind, and an established call keeps its sound when its re-INVITE is refused.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from './caller.ts';
import { type Rig, startRig } from './rig.ts';

const lines = (...text: string[]): string => `${text.join('\r\n')}\r\n`;
const head = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];

/** What is offered, and what may be answered. */
const offers: readonly (readonly [what: string, sdp: string, answers: readonly number[]])[] = [
  ['no audio line', lines(...head), [488]],
  ['video only', lines(...head, 'm=video 4000 RTP/AVP 96', 'a=rtpmap:96 H264/90000'), [488]],
  ['audio with port 0', lines(...head, 'm=audio 0 RTP/AVP 0'), [488]],
  ['a port beyond 65535', lines(...head, 'm=audio 70000 RTP/AVP 0'), [400, 488]],
  ['a negative port', lines(...head, 'm=audio -1 RTP/AVP 0'), [400, 488]],
  [
    'an IPv6 address for an IPv4 server',
    lines(...head.map((line) => line.replace('IN IP4 127.0.0.1', 'IN IP6 ::1')), 'm=audio 4000 RTP/AVP 0'),
    [488],
  ],
  ['no c=', lines(...head.filter((line) => !line.startsWith('c=')), 'm=audio 4000 RTP/AVP 0'), [488]],
  [
    'a name in c=',
    lines(
      ...head.map((line) => line.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 metadata.internal')),
      'm=audio 4000 RTP/AVP 0',
    ),
    [488],
  ],
  [
    'multicast',
    lines(
      ...head.map((line) => line.replace('c=IN IP4 127.0.0.1', 'c=IN IP4 224.0.0.1/127')),
      'm=audio 4000 RTP/AVP 0',
    ),
    [488],
  ],
  ['a hundred media lines', lines(...head, ...Array.from({ length: 100 }, () => 'm=audio 4000 RTP/AVP 0')), [400, 488]],
  ['no common codec', lines(...head, 'm=audio 4000 RTP/AVP 18', 'a=rtpmap:18 G729/8000'), [488]],
  ['a payload type beyond 127', lines(...head, 'm=audio 4000 RTP/AVP 200', 'a=rtpmap:200 PCMU/8000'), [488]],
  ['PCMU at a clock of 0', lines(...head, 'm=audio 4000 RTP/AVP 96', 'a=rtpmap:96 PCMU/0'), [488]],
  ['SRTP only', lines(...head, 'm=audio 4000 RTP/SAVP 0'), [488]],
  ['NUL and 8-bit noise', 'v=0\r\no=\0\xff\xfe\r\nm=\0\r\n', [400, 488]],
  ['no line ends', 'v=0o=-s=-m=audio', [400, 488]],
  ['a body that is not SDP', '{"sdp": true}\r\n', [400, 488]],
  ['v=0 alone', 'v=0\r\n', [488]],
];

/** These can be talked with. */
const good: readonly (readonly [what: string, sdp: (port: number) => string])[] = [
  [
    'telephone-event on clock 0',
    (port) => lines(...head, `m=audio ${port} RTP/AVP 0 101`, 'a=rtpmap:101 telephone-event/0'),
  ],
  [
    'telephone-event on an absurd clock',
    (port) => lines(...head, `m=audio ${port} RTP/AVP 0 101`, 'a=rtpmap:101 telephone-event/99999999999999999999'),
  ],
  [
    'packet times of nothing and of an hour',
    (port) => lines(...head, `m=audio ${port} RTP/AVP 0`, 'a=ptime:0.0001', 'a=maxptime:3600000'),
  ],
  ['attributes of 20 KB', (port) => lines(...head, `m=audio ${port} RTP/AVP 0`, `a=x-long:${'x'.repeat(20_000)}`)],
  [
    'a thousand attributes',
    (port) =>
      lines(...head, `m=audio ${port} RTP/AVP 0`, ...Array.from({ length: 1000 }, (_, i) => `a=rtpmap:${i} PCMU/8000`)),
  ],
  [
    'an rtcp port of 0 and an absurd one',
    (port) => lines(...head, `m=audio ${port} RTP/AVP 0`, 'a=rtcp:0', 'a=rtcp:99999'),
  ],
];

describe('a hostile session description', () => {
  let rig: Rig;
  let caller: Caller;
  beforeAll(async () => {
    rig = await startRig();
    caller = await rig.caller();
  });
  afterAll(() => rig.close());

  for (const [what, sdp, answers] of offers) {
    it(`${what}: the INVITE is refused`, async () => {
      const call = caller.call('witness');
      call.send('INVITE', { sdp });
      const { status } = await call.final();
      call.ack(1, status);
      expect(answers).toContain(status);
      expect(await rig.line(call, 'call.ended')).toBeDefined();
    });
  }

  it('each of them in a re-INVITE is refused, and the call goes on as it was', async () => {
    const call = await caller.call('witness').answered();
    await caller.loud();
    for (const [what, sdp, answers] of offers) {
      call.cseq += 1;
      call.send('INVITE', { sdp });
      const { status } = await call.final(call.cseq);
      call.ack(call.cseq, status);
      expect({ what, right: answers.includes(status), status }).toEqual({ what, right: true, status });
    }
    await caller.loud(3);
    caller.press('7');
    expect((await rig.line(call, 'digit')).digit).toBe('7');
    await call.bye();
  });

  for (const [what, sdp] of good) {
    it(`${what}: the call is taken and sounds`, async () => {
      const phone = await rig.caller();
      const call = await phone.call('witness').answered({ sdp: sdp(phone.rtpPort) });
      await phone.loud(3);
      await call.bye();
    });
  }

  it('an answer in the ACK that cannot be used ends the call with BYE', async () => {
    for (const sdp of ['', 'v=0\r\n', lines(...head, 'm=audio 0 RTP/AVP 0')]) {
      const call = caller.call('witness');
      call.send('INVITE');
      expect((await call.final()).status).toBe(200);
      call.send('ACK', { cseq: 1, sdp });
      await call.requested('BYE');
      expect((await rig.line(call, 'call.ended')).reason).not.toBe('fault');
    }
  });

  it('leaves nothing behind, and the witness noticed nothing', async () => {
    await rig.undisturbed();
    expect(rig.logged.filter((line) => line.startsWith('error'))).toEqual([]);
  });
});
