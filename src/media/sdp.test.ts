import { describe, expect, it } from 'vitest';
import { acceptAnswer, answerOffer, createOffer, type LocalAudio, reviseLocal } from './sdp.ts';

const local: LocalAudio = { address: '192.0.2.1', port: 4000, codecs: ['PCMU', 'PCMA'], sessionId: '17', version: 3 };
const lines = (...text: string[]) => `${text.join('\r\n')}\r\n`;
const head = ['v=0', 'o=phone 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0'];
const offer = (...media: string[]) => lines(...head, ...media);
const plain = ['m=audio 5004 RTP/AVP 0 8 101', 'a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-16'];

function answered(text: string, side: LocalAudio = local) {
  const result = answerOffer(text, side);
  if (!result.ok) throw new Error(`${result.status} ${result.reason}`);
  return result;
}

describe('answerOffer', () => {
  it('answers one codec and the events with the payload types of the offer', () => {
    const { sdp, audio } = answered(offer(...plain));
    expect(sdp).toBe(
      lines(
        'v=0',
        'o=- 17 3 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=audio 4000 RTP/AVP 0 101',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=ptime:20',
        'a=sendrecv',
      ),
    );
    expect(audio).toEqual({
      remoteAddress: '192.0.2.9',
      remotePort: 5004,
      remoteRtcpPort: 5005,
      codec: 'PCMU',
      payloadType: 0,
      ptimeMs: 20,
      telephoneEvent: { payloadType: 101, clockRateHz: 8000 },
      receive: [
        { payloadType: 0, codec: 'PCMU' },
        { payloadType: 8, codec: 'PCMA' },
      ],
      direction: 'sendrecv',
    });
  });

  it('follows the order of the offer, and only the codecs that are ours', () => {
    expect(answered(offer('m=audio 5004 RTP/AVP 18 8 0')).audio.codec).toBe('PCMA');
    expect(answered(offer('m=audio 5004 RTP/AVP 0 8'), { ...local, codecs: ['PCMA'] }).audio.payloadType).toBe(8);
  });

  it('lets an rtpmap overrule the static table, in any case of letters', () => {
    const { audio } = answered(
      offer('m=audio 5004 RTP/AVP 0 96', 'a=rtpmap:0 opus/48000/2', 'a=rtpmap:96 pcma/8000/1'),
    );
    expect([audio.codec, audio.payloadType]).toEqual(['PCMA', 96]);
  });

  it('does not take PCMU at 16 kHz or in stereo for PCMU', () => {
    const result = answerOffer(
      offer('m=audio 5004 RTP/AVP 96 97', 'a=rtpmap:96 PCMU/16000', 'a=rtpmap:97 PCMU/8000/2'),
      local,
    );
    expect(result).toMatchObject({ ok: false, status: 488 });
  });

  it('has no events when the offer has none', () => {
    const { sdp, audio } = answered(offer('m=audio 5004 RTP/AVP 0'));
    expect(audio.telephoneEvent).toBe(null);
    expect(sdp).not.toContain('telephone-event');
  });

  it('takes the events that go with the clock of the codec', () => {
    const { audio, sdp } = answered(
      offer(
        'm=audio 5004 RTP/AVP 111 0 110 126',
        'a=rtpmap:111 opus/48000/2',
        'a=rtpmap:110 telephone-event/48000',
        'a=rtpmap:126 telephone-event/8000',
      ),
    );
    expect(audio.telephoneEvent).toEqual({ payloadType: 126, clockRateHz: 8000 });
    expect(sdp).toContain('m=audio 4000 RTP/AVP 0 126\r\n');
  });

  // Of each: the formats behind `m=audio`, and what is answered.
  it.each([
    ['0 101=8000', '0 101'],
    ['0 110=48000 126=8000', '0 126'],
    ['0 126=8000 110=48000', '0 126'],
    ['111=opus 0 110=48000 126=8000', '0 126'],
    ['0 111=opus 126=8000 110=48000', '0 126'],
    ['8 0 100=16000 101=8000', '8 101'],
    ['0 101=8000 102=8000', '0 101'],
    ['0 110=48000', '0 110'],
    ['0', '0'],
  ])('offered %s answers %s', (offered, answer) => {
    const formats = offered.split(' ').map((one) => one.split('='));
    const rtpmaps = formats.flatMap(([type, what]) => {
      if (what === undefined) return [];
      return [`a=rtpmap:${type} ${what === 'opus' ? 'opus/48000/2' : `telephone-event/${what}`}`];
    });
    const { sdp, audio } = answered(
      offer(`m=audio 5004 RTP/AVP ${formats.map(([type]) => type).join(' ')}`, ...rtpmaps),
    );
    expect(sdp).toContain(`m=audio 4000 RTP/AVP ${answer}\r\n`);
    const offeredEvents = formats.flatMap(([type, what]) =>
      what !== undefined && what !== 'opus' ? [Number(type)] : [],
    );
    // Whichever of those that it offered the peer then uses, it is heard.
    const { telephoneEvent, receiveEvents = telephoneEvent === null ? [] : [telephoneEvent.payloadType] } = audio;
    expect(new Set(receiveEvents)).toEqual(new Set(offeredEvents));
  });

  it('takes events with another clock when there are no others', () => {
    const { audio } = answered(offer('m=audio 5004 RTP/AVP 0 110', 'a=rtpmap:110 telephone-event/48000'));
    expect(audio.telephoneEvent).toEqual({ payloadType: 110, clockRateHz: 48_000 });
  });

  it('refuses every other line in its place, and repeats the time', () => {
    const text = offer(
      'm=image 5010 udptl t38',
      'm=audio 5000 RTP/SAVP 0',
      'm=audio 5004/2 RTP/AVP 0',
      'm=video 5006 RTP/AVP 31 34',
      'm=message 7394 TCP/MSRP *',
    ).replace('t=0 0', 't=3338481189 3370017201');
    const { sdp } = answered(text);
    expect(sdp.split('\r\n').filter((line) => /^[mt]=/.test(line))).toEqual([
      't=3338481189 3370017201',
      'm=image 0 udptl t38',
      'm=audio 0 RTP/SAVP 0',
      'm=audio 4000 RTP/AVP 0',
      'm=video 0 RTP/AVP 31 34',
      'm=message 0 TCP/MSRP *',
    ]);
  });

  it.each([
    ['sendrecv', 'sendrecv', 'sendrecv'],
    ['sendonly', 'sendrecv', 'recvonly'],
    ['recvonly', 'sendrecv', 'sendonly'],
    ['inactive', 'sendrecv', 'inactive'],
    ['sendrecv', 'sendonly', 'sendonly'],
    ['sendonly', 'sendonly', 'inactive'],
    ['recvonly', 'sendonly', 'sendonly'],
    ['sendrecv', 'inactive', 'inactive'],
    ['sendonly', 'recvonly', 'recvonly'],
  ] as const)('answers %s, wanting %s, with %s', (theirs, ours, expected) => {
    const { sdp, audio } = answered(offer(...plain, `a=${theirs}`), { ...local, direction: ours });
    expect(audio.direction).toBe(expected);
    expect(sdp).toContain(`a=${expected}\r\n`);
  });

  it('takes the direction of the session when the line has none', () => {
    expect(answered(lines(...head, 'a=sendonly', ...plain)).audio.direction).toBe('recvonly');
  });

  it.each([
    ['c=IN IP4 0.0.0.0', 'sendrecv', 'recvonly'],
    ['c=IN IP4 0.0.0.0', 'recvonly', 'inactive'],
    ['c=IN IP6 ::', 'sendonly', 'recvonly'],
  ])('understands hold by %s with %s', (connection, direction, expected) => {
    expect(answered(offer(plain[0]!, connection, `a=${direction}`)).audio.direction).toBe(expected);
  });

  it.each([
    [['a=ptime:30'], 30],
    [['a=ptime:10'], 10],
    [['a=ptime:60'], 60],
    [['a=ptime:90'], 60],
    [['a=ptime:5'], 10],
    [['a=ptime:25'], 20],
    [['a=maxptime:10'], 10],
    [['a=ptime:40', 'a=maxptime:30'], 30],
    [['a=ptime:banana'], 20],
    [['a=ptime:0'], 20],
    [[], 20],
  ])('sends packets as asked by %j: %d ms', (attributes, ptimeMs) => {
    const { audio, sdp } = answered(offer(...plain, ...attributes));
    expect(audio.ptimeMs).toBe(ptimeMs);
    expect(sdp).toContain(`a=ptime:${ptimeMs}\r\n`);
  });

  it('takes the address of the line before that of the session, and the RTCP port where it is said', () => {
    const { audio } = answered(offer(...plain, 'c=IN IP4 198.51.100.4/127', 'a=rtcp:7001 IN IP4 198.51.100.4'));
    expect([audio.remoteAddress, audio.remoteRtcpPort]).toEqual(['198.51.100.4', 7001]);
  });

  it('speaks IPv6 on both sides', () => {
    const text = lines(
      'v=0',
      'o=assistant 971731711378798081 0 IN IP6 2001:db8::20',
      's=Live video feed',
      'c=IN IP6 2001:db8::20',
      't=3338481189 3370017201',
      'm=audio 6000 RTP/AVP 2 0',
      'a=rtpmap:2 G726-32/8000',
      'm=video 6024 RTP/AVP 107',
      'a=rtpmap:107 H263-1998/90000',
    );
    const { sdp, audio } = answered(text, { ...local, address: '2001:db8::1' });
    expect(audio.remoteAddress).toBe('2001:db8::20');
    expect(sdp).toContain('o=- 17 3 IN IP6 2001:db8::1\r\n');
    expect(sdp).toContain('c=IN IP6 2001:db8::1\r\n');
  });

  it('takes audio over IPv4 beside video over IPv6, with the address in the lines only', () => {
    const text = lines(
      'v=0',
      'o=bob 280744730 28977631 IN IP4 host.example.com',
      's=',
      't=0 0',
      'm=audio 22334 RTP/AVP 0',
      'c=IN IP4 192.0.2.77',
      'm=video 6024 RTP/AVP 107',
      'c=IN IP6 2001:db8::1',
    );
    expect(answered(text).audio.remoteAddress).toBe('192.0.2.77');
  });

  it('declines rtcp-mux and ICE by not mentioning them', () => {
    const { sdp } = answered(offer(...plain, 'a=rtcp-mux', 'a=ice-ufrag:abcd', 'a=ice-pwd:0123456789012345678901'));
    expect(sdp).not.toMatch(/mux|ice/);
  });

  it('reads bare line feeds', () => {
    expect(answered(offer(...plain).replaceAll('\r\n', '\n')).audio.remotePort).toBe(5004);
  });

  it.each([
    ['no media', [], /no audio/],
    ['video only', ['m=video 5004 RTP/AVP 31'], /no audio/],
    ['audio with port 0', ['m=audio 0 RTP/AVP 0'], /no audio/],
    ['encrypted audio only', ['m=audio 5004 RTP/SAVP 0'], /SAVP/],
    ['encrypted audio of a browser', ['m=audio 9 UDP/TLS/RTP/SAVPF 0'], /SAVPF/],
    ['audio over TCP', ['m=audio 5004 TCP/RTP/AVP 0'], /RTP\/AVP/],
    ['no common codec', ['m=audio 5004 RTP/AVP 18 9'], /codec/],
    ['a host name', ['m=audio 5004 RTP/AVP 0', 'c=IN IP4 phone.example.com'], /literal/],
    ['another address family', ['m=audio 5004 RTP/AVP 0', 'c=IN IP6 2001:db8::5'], /family/],
    ['multicast', ['m=audio 5004 RTP/AVP 0', 'c=IN IP4 224.2.1.1/127'], /[Mm]ulticast/],
  ])('refuses with 488: %s', (_what, media, reason) => {
    const result = answerOffer(offer(...media), local);
    expect(result).toMatchObject({ ok: false, status: 488 });
    if (!result.ok) expect(result.reason).toMatch(reason);
  });

  it.each([
    ['nothing', ''],
    ['another version', offer(...plain).replace('v=0', 'v=1')],
    ['an m= line without a port', offer('m=audio')],
    ['an m= line without formats', offer('m=audio 5004 RTP/AVP')],
    ['a port above 65535', offer('m=audio 70000 RTP/AVP 0')],
    ['a very long text', `${offer(...plain)}${'a=x\r\n'.repeat(20_000)}`],
    ['very many media lines', offer(...Array.from({ length: 100 }, () => 'm=audio 5004 RTP/AVP 0'))],
  ])('answers 400: %s', (_what, text) => {
    expect(answerOffer(text, local)).toMatchObject({ ok: false, status: 400 });
  });
});

describe('createOffer', () => {
  it('offers the codecs in our order, with events', () => {
    expect(createOffer({ ...local, codecs: ['PCMA', 'PCMU'] })).toBe(
      lines(
        'v=0',
        'o=- 17 3 IN IP4 192.0.2.1',
        's=-',
        'c=IN IP4 192.0.2.1',
        't=0 0',
        'm=audio 4000 RTP/AVP 8 0 101',
        'a=rtpmap:8 PCMA/8000',
        'a=rtpmap:0 PCMU/8000',
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        'a=ptime:20',
        'a=sendrecv',
      ),
    );
  });

  it('can be answered by our own other side', () => {
    const other = answered(createOffer(local), { ...local, address: '192.0.2.2', port: 6000 });
    const result = acceptAnswer(other.sdp, local);
    expect(result).toMatchObject({
      ok: true,
      audio: { remoteAddress: '192.0.2.2', remotePort: 6000, codec: 'PCMU', direction: 'sendrecv' },
    });
  });

  it('sends events with the number of the answer and takes them with that of the offer as well', () => {
    const answer = offer('m=audio 5004 RTP/AVP 0 96', 'a=rtpmap:96 telephone-event/8000');
    expect(acceptAnswer(answer, local)).toMatchObject({
      audio: { telephoneEvent: { payloadType: 96, clockRateHz: 8000 }, receiveEvents: [96, 101] },
    });
    expect(acceptAnswer(offer('m=audio 5004 RTP/AVP 0'), local)).not.toHaveProperty('audio.receiveEvents');
  });

  it('keeps places and payload types in a dialog, with the next version', () => {
    const first = answered(
      offer('m=video 5000 RTP/AVP 31', 'm=audio 5004 RTP/AVP 8 96', 'a=rtpmap:96 telephone-event/8000', 'a=ptime:30'),
    );
    const hold = reviseLocal(local, { direction: 'sendonly' });
    const again = createOffer(hold, first.sdp);
    expect(again.split('\r\n').filter((line) => /^([om]=|a=(ptime|send|rtpmap:96))/.test(line))).toEqual([
      'o=- 17 4 IN IP4 192.0.2.1',
      'm=video 0 RTP/AVP 31',
      'm=audio 4000 RTP/AVP 8 0 96',
      'a=rtpmap:96 telephone-event/8000',
      'a=ptime:30',
      'a=sendonly',
    ]);
  });

  it('never gives a payload type another meaning', () => {
    const first = answered(offer('m=audio 5004 RTP/AVP 101', 'a=rtpmap:101 PCMU/8000'));
    expect(createOffer(reviseLocal(local), first.sdp)).toContain('m=audio 4000 RTP/AVP 101 8 102\r\n');
  });
});

describe('acceptAnswer', () => {
  it('finds the audio in the place of ours', () => {
    const sent = createOffer(local, answered(offer('m=video 5000 RTP/AVP 31', ...plain)).sdp);
    const result = acceptAnswer(offer('m=video 0 RTP/AVP 31', 'm=audio 5004 RTP/AVP 8', 'a=recvonly'), local, sent);
    expect(result).toMatchObject({
      ok: true,
      audio: {
        codec: 'PCMA',
        telephoneEvent: null,
        direction: 'sendonly',
        receive: [{ payloadType: 0 }, { payloadType: 8 }],
      },
    });
  });

  it('joins the answer with our own hold', () => {
    const hold = { ...local, direction: 'sendonly' as const };
    expect(acceptAnswer(offer(...plain, 'a=recvonly'), hold)).toMatchObject({ audio: { direction: 'sendonly' } });
    expect(acceptAnswer(offer(...plain, 'a=sendrecv'), hold)).toMatchObject({ audio: { direction: 'sendonly' } });
    expect(acceptAnswer(offer(...plain, 'a=inactive'), hold)).toMatchObject({ audio: { direction: 'inactive' } });
  });

  it.each([
    ['audio refused', offer('m=audio 0 RTP/AVP 0'), 488],
    ['video in the place of audio', offer('m=video 5004 RTP/AVP 31'), 488],
    ['no media', offer(), 488],
    ['another codec', offer('m=audio 5004 RTP/AVP 18'), 488],
    ['garbage', 'hello', 400],
  ])('refuses: %s', (_what, text, status) => {
    expect(acceptAnswer(text, local)).toMatchObject({ ok: false, status });
  });
});
