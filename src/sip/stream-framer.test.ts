import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMessage } from './format.ts';
import type { SipRequest } from './message.ts';
import { parseMessage } from './parse.ts';
import { createStreamFramer, type Framed } from './stream-framer.ts';

function request(callId: string, body = ''): SipRequest {
  const headers = [
    { name: 'Via', value: 'SIP/2.0/TCP 192.0.2.9;branch=z9hG4bK1' },
    { name: 'From', value: '<sip:a@192.0.2.9>;tag=1' },
    { name: 'To', value: '<sip:b@192.0.2.1>' },
    { name: 'Call-ID', value: callId },
    { name: 'CSeq', value: '1 OPTIONS' },
  ];
  return { kind: 'request', method: 'OPTIONS', uri: 'sip:b@192.0.2.1', headers, body: Buffer.from(body) };
}

function frame(chunks: readonly Uint8Array[], maxMessageBytes?: number) {
  const framer = createStreamFramer(maxMessageBytes);
  const framed: Framed[] = [];
  for (const chunk of chunks) framer.push(chunk, (item) => framed.push(item));
  return { framer, framed };
}
const callIds = (framed: readonly Framed[]) =>
  framed.map((item) =>
    item.kind === 'ping' || item.message.kind === 'fault'
      ? item
      : item.message.headers.find((header) => header.name === 'Call-ID')!.value,
  );

describe('the stream framer', () => {
  it('finds the same messages however the stream is cut', () => {
    const sent = [request('one', 'first body'), request('two'), request('three', 'x'.repeat(3000))];
    const stream = Buffer.concat(sent.map(formatMessage));
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
        const chunks = at.slice(1).map((end, index) => stream.subarray(at[index], end));
        const { framed, framer } = frame(chunks);
        expect(framed).toEqual(
          sent.map((one) => ({ kind: 'message', message: { ...one, body: new Uint8Array(one.body) }, closes: false })),
        );
        expect(framer.pending).toBe(false);
      }),
    );
  });

  it('takes a stream byte by byte', () => {
    const stream = Buffer.concat([formatMessage(request('one', 'body')), formatMessage(request('two'))]);
    expect(callIds(frame([...stream].map((byte) => Uint8Array.of(byte))).framed)).toEqual(['one', 'two']);
  });

  it('answers a double CRLF, takes a single one, and skips both before a message', () => {
    expect(frame([Buffer.from('\r\n\r\n')]).framed).toEqual([{ kind: 'ping' }]);
    expect(frame([Buffer.from('\r\n')]).framed).toEqual([]);
    const { framed } = frame([
      Buffer.from('\r'),
      Buffer.from('\n'),
      formatMessage(request('one')),
      Buffer.from('\r\n\r\n'),
    ]);
    expect(callIds(framed)).toEqual(['one', { kind: 'ping' }]);
  });

  it('is pending from the first byte of a message to its last', () => {
    const bytes = formatMessage(request('one', 'body'));
    const framer = createStreamFramer();
    for (let at = 0; at < bytes.length - 1; at += 1) {
      framer.push(bytes.subarray(at, at + 1), () => expect.unreachable());
      expect(framer.pending).toBe(true);
    }
  });

  it.each([
    ['no Content-Length', 'Content-Length: 0\r\n', '', 400],
    ['a negative Content-Length', 'Content-Length: 0', 'Content-Length: -1', 400],
    ['two Content-Lengths', 'Content-Length: 0', 'l: 0\r\nl: 1', 400],
    ['a message beyond the limit', 'Content-Length: 0', 'l: 70000', 513],
  ])('is lost at %s, and takes nothing more', (_, was, becomes, status) => {
    const bad = Buffer.from(formatMessage(request('bad')).toString().replace(was, becomes));
    const { framed } = frame([bad, formatMessage(request('later'))]);
    expect(framed).toMatchObject([{ kind: 'message', closes: true, message: { kind: 'fault', status } }]);
  });

  it('is lost at what is no SIP, without an answer', () => {
    expect(frame([Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')]).framed).toMatchObject([
      { closes: true, message: { status: null } },
    ]);
  });

  it('bounds a head that never ends', () => {
    const chunk = Buffer.from('X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n');
    const { framed } = frame(
      [Buffer.from('OPTIONS sip:b@h SIP/2.0\r\n'), ...Array.from({ length: 50 }, () => chunk)],
      2000,
    );
    expect(framed).toMatchObject([{ closes: true }]);
  });

  it('goes on after a malformed message whose end is known', () => {
    const bad = Buffer.from(formatMessage(request('bad')).toString().replace('CSeq: 1 OPTIONS', 'CSeq: x'));
    const { framed } = frame([bad, formatMessage(request('good'))]);
    expect(framed).toMatchObject([
      { closes: false, message: { kind: 'fault', status: 400 } },
      { message: { kind: 'request' } },
    ]);
  });

  it('reads a framed message as it reads a datagram', () => {
    const bytes = formatMessage(request('one', 'body'));
    const [item] = frame([bytes]).framed;
    expect(item).toMatchObject({ message: { headers: (parseMessage(bytes) as SipRequest).headers } });
  });
});
