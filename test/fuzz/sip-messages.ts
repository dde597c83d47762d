// Owns: arbitrary valid SIP messages, as wire text together with the facts that any parser must find in them.
import fc from 'fast-check';

export interface Facts {
  readonly method: string | null;
  readonly status: number | null;
  readonly uri: string | null;
  readonly callId: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly fromUri: string;
  readonly fromTag: string;
  readonly toUri: string;
  readonly toTag: string | null;
  readonly branches: readonly string[];
  readonly contacts: readonly string[];
  readonly body: string;
}
/** What a message makes use of: an oracle that cannot read it is excused by name (see sip-parse.test.ts). */
export type Feature =
  | 'folded'
  | 'compact'
  | 'utf8'
  | 'quoted-separators'
  | 'ipv6'
  | 'spaced'
  | 'joined'
  | 'body'
  | 'odd-case';
export interface Sample {
  readonly text: string;
  readonly facts: Facts;
  readonly features: ReadonlySet<Feature>;
}

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 10 });
const token = fc.string({ unit: fc.constantFrom(...letters, ...'ABCXYZ-.!%*_+~'), minLength: 1, maxLength: 16 });
const host = fc.oneof(
  fc.tuple(word, word).map(([a, b]) => `${a}x.${b}x.example`),
  fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `192.0.${a}.${b}`),
  fc.constantFrom('[2001:db8::1]', '[2001:db8:0:0:0:0:0:9]', '[::ffff:192.0.2.1]'),
);
const user = fc.string({ unit: fc.constantFrom(...letters, '-', '_', '.', '%40', '+'), minLength: 1, maxLength: 12 });
const uri = fc
  .record({
    scheme: fc.constantFrom('sip', 'sips'),
    user: fc.option(user),
    host,
    port: fc.option(fc.integer({ min: 1, max: 65535 })),
    lr: fc.boolean(),
  })
  .map(
    (parts) =>
      `${parts.scheme}:${parts.user === null ? '' : `${parts.user}@`}${parts.host}${parts.port === null ? '' : `:${parts.port}`}${parts.lr ? ';lr' : ''}`,
  );
const displayName = fc.constantFrom(
  '',
  'Plain Name ',
  '"Quoted" ',
  '"with, comma; and <" ',
  '"esc \\" \\\\" ',
  '"Zoë Ñandú приве́т" ',
);
const method = fc.constantFrom('INVITE', 'OPTIONS', 'BYE', 'REGISTER', 'INFO', 'MESSAGE');

export const sample: fc.Arbitrary<Sample> = fc
  .record({
    method,
    response: fc.option(fc.integer({ min: 100, max: 699 })),
    uri,
    callId: fc
      .tuple(token, fc.option(host))
      .map(([id, at]) => (at === null ? id : `${id}@${at.replaceAll(/[[\]]/g, '')}`)),
    cseq: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
    from: fc.record({ displayName, uri, tag: token }),
    to: fc.record({ displayName, uri, tag: fc.option(token) }),
    vias: fc.array(
      fc.record({ branch: token.map((text) => `z9hG4bK${text}`), host, transport: fc.constantFrom('UDP', 'TCP') }),
      { minLength: 1, maxLength: 4 },
    ),
    contacts: fc.array(fc.record({ displayName, uri }), { maxLength: 3 }),
    body: fc.constantFrom('', 'v=0\r\ns=-\r\n', '\r\n\r\n', 'ünïcode', 'SIP/2.0 200 OK\r\n\r\n'),
    extra: fc.constantFrom([], ['X-Odd: ;;,,;;'], ['Subject:'], ['Max-Forwards: 70', 'User-Agent: a/1 (b; c)']),
    compact: fc.boolean(),
    folded: fc.boolean(),
    spaced: fc.boolean(),
    joined: fc.boolean(),
    oddCase: fc.boolean(),
  })
  .map((parts) => {
    const name = (long: string, short: string) => {
      const chosen = parts.compact ? short : long;
      return parts.oddCase ? chosen.toUpperCase() : chosen;
    };
    const colon = parts.spaced ? ' : ' : ': ';
    const semi = parts.folded ? '\r\n ;' : parts.spaced ? ' ; ' : ';';
    const vias = parts.vias.map((via) => `SIP/2.0/${via.transport} ${via.host}${semi}branch=${via.branch}`);
    const contacts = parts.contacts.map((contact) => `${contact.displayName}<${contact.uri}>`);
    const list = (header: string, values: string[]) =>
      parts.joined
        ? values.length
          ? [`${header}${colon}${values.join(parts.folded ? ',\r\n\t' : ', ')}`]
          : []
        : values.map((value) => `${header}${colon}${value}`);
    const length = Buffer.byteLength(parts.body);
    const lines = [
      parts.response === null ? `${parts.method} ${parts.uri} SIP/2.0` : `SIP/2.0 ${parts.response} Some Reason`,
      ...list(name('Via', 'v'), vias),
      `${name('From', 'f')}${colon}${parts.from.displayName}<${parts.from.uri}>${semi}tag=${parts.from.tag}`,
      `${name('To', 't')}${colon}${parts.to.displayName}<${parts.to.uri}>${parts.to.tag === null ? '' : `${semi}tag=${parts.to.tag}`}`,
      `${name('Call-ID', 'i')}${colon}${parts.callId}`,
      `CSeq${colon}${parts.cseq} ${parts.method}`,
      ...list(name('Contact', 'm'), contacts),
      ...parts.extra,
      `${name('Content-Length', 'l')}${colon}${length}`,
    ];
    const text = `${lines.join('\r\n')}\r\n\r\n${parts.body}`;
    const features = new Set<Feature>();
    const uses = (feature: Feature, used: boolean) => used && features.add(feature);
    const names = [parts.from, parts.to, ...parts.contacts].map((one) => one.displayName).join();
    uses('folded', parts.folded);
    uses('compact', parts.compact);
    uses('spaced', parts.spaced);
    uses('joined', parts.joined);
    uses('odd-case', parts.oddCase);
    uses('ipv6', /\[/.test(text));
    uses('utf8', /[^\0-\x7f]/.test(text));
    uses('quoted-separators', names.includes('comma') || names.includes('esc'));
    uses('body', length > 0);
    const facts: Facts = {
      method: parts.response === null ? parts.method : null,
      status: parts.response,
      uri: parts.response === null ? parts.uri : null,
      callId: parts.callId,
      cseq: parts.cseq,
      cseqMethod: parts.method,
      fromUri: parts.from.uri,
      fromTag: parts.from.tag,
      toUri: parts.to.uri,
      toTag: parts.to.tag,
      branches: parts.vias.map((via) => via.branch),
      contacts: parts.contacts.map((contact) => contact.uri),
      body: parts.body,
    };
    return { text, facts, features };
  });
