// The messages of RFC 4475 and RFC 5118 against the parser alone: its verdict on each, and a fixed point for what it accepts.
// The files lie beside the repository (../shared/torture); without them this says so and checks nothing.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatMessage } from '../../src/sip/format.ts';
import type { SipMessage } from '../../src/sip/message.ts';
import { parseMessage } from '../../src/sip/parse.ts';
import { createStreamFramer, type Framed } from '../../src/sip/stream-framer.ts';

interface Case {
  readonly rfc: number;
  readonly name: string;
  readonly file: string;
  /** RFC 5118's archive is not wire-exact; this copy is. */
  readonly wire?: string;
  readonly kind: 'req' | 'resp';
  readonly parser: 'accept' | 'reject' | 'either' | 'accept-or-reject';
}

/** Known differences from the verdicts, each with its reason. One that is no longer true fails. */
const deviations: Readonly<Record<string, string>> = {};

/** Where the parser may choose, what it chose: a change here is a decision, not an accident. */
const choices: Readonly<Record<string, 'accept' | 'reject'>> = {
  scalar02: 'reject',
  scalarlg: 'reject',
  ltgtruri: 'reject',
  lwsstart: 'reject',
  trws: 'reject',
  escruri: 'reject',
  baddate: 'accept',
  regbadct: 'reject',
  badaspec: 'accept',
  baddn: 'reject',
  badvers: 'reject',
  mismatch01: 'reject',
  mismatch02: 'reject',
  bigcode: 'reject',
  insuf: 'reject',
  multi01: 'reject',
};

const folder = new URL('../../../shared/torture/', import.meta.url);
const present = existsSync(folder);
const cases: readonly Case[] = present ? JSON.parse(readFileSync(new URL('index.json', folder), 'utf8')) : [];
const bytesOf = (one: Case) => readFileSync(new URL(one.wire ?? one.file, folder));
const verdictOf = (bytes: Uint8Array) => (parseMessage(bytes).kind === 'fault' ? 'reject' : 'accept');

describe.runIf(present)('torture messages, parsed', () => {
  it('are 61', () => {
    expect(cases).toHaveLength(61);
  });

  it.each(cases.map((one) => [one.name, one] as const))('%s', (name, one) => {
    const bytes = bytesOf(one);
    const verdict = verdictOf(bytes);
    const free = one.parser === 'either' || one.parser === 'accept-or-reject';
    if (free) expect(verdict).toBe(choices[name]);
    else if (name in deviations) expect(verdict, 'a stale deviation').not.toBe(one.parser);
    else expect(verdict).toBe(one.parser);

    const message = parseMessage(bytes);
    if (message.kind === 'fault') {
      // Never an answer to a response; to a request, always one of these.
      expect([400, 505]).toContain(one.kind === 'resp' ? 400 : message.status);
      if (one.kind === 'resp') expect(message.status).toBeNull();
    } else expect(plain(parseMessage(formatMessage(message)) as SipMessage)).toEqual(plain(message));
  });

  it('are framed on a stream as they are parsed from a datagram, when they say their length', () => {
    for (const one of cases) {
      const bytes = bytesOf(one);
      const message = parseMessage(bytes);
      if (message.kind === 'fault' || !/^(content-length|l)\s*:/im.test(bytes.toString('latin1'))) continue;
      const framed: Framed[] = [];
      createStreamFramer().push(bytes, (item) => framed.push(item));
      const [first] = framed;
      expect(first?.kind === 'message' && plain(first.message as SipMessage), one.name).toEqual(plain(message));
    }
  });

  it('has no deviation or choice for a message that does not exist', () => {
    const names = new Set(cases.map((one) => one.name));
    expect(Object.keys({ ...deviations, ...choices }).filter((name) => !names.has(name))).toEqual([]);
  });
});

describe.runIf(!present)('torture messages', () => {
  it('were NOT checked: ../shared/torture is not there', () => {
    expect(present).toBe(false);
  });
});

function plain(message: SipMessage) {
  return { ...message, body: Buffer.from(message.body).toString('latin1') };
}
