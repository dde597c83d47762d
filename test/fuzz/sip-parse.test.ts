// biome-ignore-all lint/suspicious/noExplicitAny: neither package has types for its parser.
// The production parser against arbitrary input: valid messages (with two other parsers as oracles), and damaged ones.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMessage } from '../../src/sip/format.ts';
import { getHeader, getHeaders, parseCSeq } from '../../src/sip/header.ts';
import { paramValue } from '../../src/sip/header-params.ts';
import type { SipMessage } from '../../src/sip/message.ts';
import { formatNameAddress, parseNameAddress } from '../../src/sip/name-address.ts';
import { parseMessage } from '../../src/sip/parse.ts';
import { createStreamFramer } from '../../src/sip/stream-framer.ts';
import { formatUri, parseUri } from '../../src/sip/uri.ts';
import { formatVia, parseVia, viaBranch } from '../../src/sip/via.ts';
import { type Facts, sample } from './sip-messages.ts';
import { loadJssip, loadSip } from './sip-oracles.ts';

const sip = loadSip();
const jssip = loadJssip();
const runs = Number(process.env['KEYTONE_FUZZ_RUNS'] ?? 1000);

function factsOf(message: SipMessage): Facts {
  const from = parseNameAddress(getHeader(message, 'From')!)!;
  const to = parseNameAddress(getHeader(message, 'To')!)!;
  const cseq = parseCSeq(getHeader(message, 'CSeq'))!;
  return {
    method: message.kind === 'request' ? message.method : null,
    status: message.kind === 'response' ? message.status : null,
    uri: message.kind === 'request' ? message.uri : null,
    callId: getHeader(message, 'Call-ID')!,
    cseq: cseq.number,
    cseqMethod: cseq.method,
    fromUri: from.uri,
    fromTag: paramValue(from.params, 'tag')!,
    toUri: to.uri,
    toTag: paramValue(to.params, 'tag') ?? null,
    branches: getHeaders(message, 'Via').map((value) => viaBranch(parseVia(value)!)!),
    contacts: getHeaders(message, 'Contact').map((value) => parseNameAddress(value)!.uri),
    body: Buffer.from(message.body).toString('utf8'),
  };
}
const plain = (message: SipMessage) => ({ ...message, body: Buffer.from(message.body).toString('latin1') });

describe('valid messages', () => {
  it('mean what they were made from, and reach a fixed point', () => {
    fc.assert(
      fc.property(sample, ({ text, facts }) => {
        const message = parseMessage(Buffer.from(text));
        if (message.kind === 'fault') throw new Error(message.reason);
        expect(factsOf(message)).toEqual(facts);
        expect(plain(parseMessage(formatMessage(message)) as SipMessage)).toEqual(plain(message));
      }),
      { numRuns: runs },
    );
  });

  it('hold values that format back to what parses the same', () => {
    fc.assert(
      fc.property(sample, ({ facts, text }) => {
        const message = parseMessage(Buffer.from(text)) as SipMessage;
        for (const value of getHeaders(message, 'Via'))
          expect(parseVia(formatVia(parseVia(value)!))).toEqual(parseVia(value));
        for (const name of ['From', 'To', 'Contact']) {
          for (const value of getHeaders(message, name)) {
            const address = parseNameAddress(value)!;
            expect(parseNameAddress(formatNameAddress(address))).toEqual(address);
          }
        }
        for (const uri of [facts.fromUri, facts.toUri, ...facts.contacts]) expect(formatUri(parseUri(uri)!)).toBe(uri);
      }),
      { numRuns: runs / 4 },
    );
  });
});

interface Oracle {
  facts(text: string): Partial<Facts>;
}
const oracles: Readonly<Record<'sip' | 'jssip', Oracle>> = {
  sip: {
    facts(text) {
      const message = sip.parse(text)!;
      const { headers } = message;
      return {
        method: message.method ?? null,
        status: message.status ?? null,
        uri: message.uri ?? null,
        callId: headers['call-id'],
        cseq: headers.cseq.seq,
        cseqMethod: headers.cseq.method,
        fromUri: headers.from.uri,
        fromTag: headers.from.params.tag,
        toUri: headers.to.uri,
        toTag: headers.to.params.tag ?? null,
        branches: headers.via.map((via: any) => via.params.branch),
        contacts: (headers.contact ?? []).map((contact: any) => contact.uri),
        body: message.content,
      };
    },
  },
  jssip: {
    facts(text) {
      const message = jssip.parse(text)!;
      return {
        status: message.status_code ?? null,
        callId: message.call_id,
        cseq: message.cseq,
        fromTag: message.from_tag,
        toTag: message.to_tag ?? null,
        branches: message.getHeaders('via').map((_, at) => message.parseHeader('via', at).branch),
        contacts: message.getHeaders('contact').map((_, at) => message.parseHeader('contact', at).uri.toString()),
        body: message.body,
      };
    },
  },
};

/** Where an oracle is wrong, why, and a message that shows it. One that is right again fails as stale. */
const differences: readonly {
  readonly oracle: 'sip' | 'jssip';
  readonly field: keyof Facts;
  readonly what: string;
  readonly applies: (text: string) => boolean;
  readonly via: string;
  readonly right: readonly string[];
}[] = [
  {
    oracle: 'sip',
    field: 'branches',
    what: 'loses the parameters of a Via whose host is an IPv6 address',
    applies: (text) => /SIP\/2\.0\/(UDP|TCP) \[/.test(text),
    via: 'Via: SIP/2.0/UDP [2001:db8::1];branch=z9hG4bK1',
    right: ['z9hG4bK1'],
  },
  {
    oracle: 'jssip',
    field: 'branches',
    what: 'keeps the last of several Via in one line only',
    applies: (text) => /,\s+SIP\/2\.0\//.test(text),
    via: 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1, SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2',
    right: ['z9hG4bK1', 'z9hG4bK2'],
  },
];

describe('other parsers', () => {
  it.each(['sip', 'jssip'] as const)('%s finds the same facts, but for the declared differences', (oracle) => {
    fc.assert(
      fc.property(sample, ({ text, facts }) => {
        const found = oracles[oracle].facts(text);
        for (const field of Object.keys(found) as (keyof Facts)[]) {
          if (differences.some((one) => one.oracle === oracle && one.field === field && one.applies(text))) continue;
          expect(found[field], `${oracle} ${field}`).toEqual(facts[field]);
        }
      }),
      { numRuns: runs },
    );
  });

  it.each(differences)('$oracle still $what', ({ oracle, field, via, right, applies }) => {
    const rest = 'From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n';
    const text = `OPTIONS sip:b@h SIP/2.0\r\n${via}\r\n${rest}`;
    expect(applies(text)).toBe(true);
    expect(factsOf(parseMessage(Buffer.from(text)) as SipMessage)[field]).toEqual(right);
    expect(oracles[oracle].facts(text)[field], 'a stale difference').not.toEqual(right);
  });
});

/** What the classic SIP attack suites put into header values. */
const poison = fc.oneof(
  fc.constantFrom(
    '',
    '\0',
    '%s%n%x',
    '""""',
    '<<<<',
    '>>>>',
    '((((',
    ',,,,',
    ';;;;',
    ':::',
    '@@@@',
    '%',
    '%0',
    '%00',
    '\\',
    '"\\',
    '[',
    '[::',
    '\r',
    '\n',
    '\r\n ',
  ),
  fc.constantFrom('-1', '0', '2147483648', '4294967296', '18446744073709551616', '1e9', '0x10', '٣'),
  fc
    .constantFrom(64, 1024, 16_384)
    .chain((length) => fc.constantFrom('a', '"', '<', ',', ';', '(', '%', ' ', 'é').map((unit) => unit.repeat(length))),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

/** Damage to a valid message: bytes changed, cut, repeated, or poison put in. */
const damaged = fc
  .tuple(
    sample,
    fc.array(
      fc.oneof(
        fc.record({ kind: fc.constant('put' as const), at: fc.double({ min: 0, max: 1, noNaN: true }), text: poison }),
        fc.record({
          kind: fc.constant('byte' as const),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          byte: fc.nat(255),
        }),
        fc.record({
          kind: fc.constant('cut' as const),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          length: fc.nat(40),
        }),
        fc.record({
          kind: fc.constant('repeat' as const),
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          length: fc.nat(80),
        }),
      ),
      { minLength: 1, maxLength: 5 },
    ),
  )
  .map(([{ text }, changes]) => {
    let bytes = Buffer.from(text);
    for (const change of changes) {
      const at = Math.floor(change.at * bytes.length);
      const head = bytes.subarray(0, at);
      if (change.kind === 'put') bytes = Buffer.concat([head, Buffer.from(change.text), bytes.subarray(at)]);
      else if (change.kind === 'byte') bytes = Buffer.concat([head, Buffer.of(change.byte), bytes.subarray(at + 1)]);
      else if (change.kind === 'cut') bytes = Buffer.concat([head, bytes.subarray(at + change.length)]);
      else bytes = Buffer.concat([head, bytes.subarray(at, at + change.length), bytes.subarray(at)]);
    }
    return bytes;
  });

describe('damaged messages', () => {
  const check = (bytes: Uint8Array) => {
    const message = parseMessage(bytes);
    if (message.kind !== 'fault')
      expect(plain(parseMessage(formatMessage(message)) as SipMessage)).toEqual(plain(message));
    else if (message.status !== null) expect(message.partial).not.toBeNull();
  };

  it('never throw, and what is accepted reaches a fixed point', () => {
    fc.assert(fc.property(damaged, check), { numRuns: runs * 3 });
  });

  it('never throw when they are no messages at all', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), check), { numRuns: runs });
  });

  it('never throw in a stream', () => {
    fc.assert(
      fc.property(
        fc.array(damaged, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 400 }),
        (messages, chunkBytes) => {
          const stream = Buffer.concat(messages);
          const framer = createStreamFramer();
          for (let at = 0; at < stream.length; at += chunkBytes) {
            framer.push(stream.subarray(at, at + chunkBytes), (framed) => {
              if (framed.kind === 'message' && framed.message.kind !== 'fault') check(formatMessage(framed.message));
            });
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it('do not choke the parser with 64 KB of one shape', () => {
    // A quadratic reader would run into the test's time limit here.
    const shapes = ['"', '<', ',', ';', ' ', '\r\n ', 'a,', '";', '%', '((', 'Via: a\n', '\n', '\r\n\t'];
    for (const shape of shapes) {
      for (const name of ['Via', 'Contact', 'From', 'Supported', 'X-Other']) {
        const text = `OPTIONS sip:a@b SIP/2.0\r\n${name}: ${shape.repeat(60_000 / shape.length)}\r\n\r\n`;
        check(Buffer.from(text));
      }
    }
  });
});
