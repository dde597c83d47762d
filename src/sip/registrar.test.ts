import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import type { Peer, SipRequest } from './message.ts';
import { parseMessage } from './parse.ts';
import { checkRegister, createRegistrar } from './registrar.ts';

const source: Peer = { transport: 'udp', address: '192.0.2.77', port: 40_000 };

let cseq = 0;
function register(lines: readonly string[], more: { callId?: string; cseq?: number; to?: string } = {}): SipRequest {
  cseq += 1;
  const text = [
    'REGISTER sip:example.com SIP/2.0',
    'Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK1',
    `To: ${more.to ?? '<sip:bob@example.com>'}`,
    'From: <sip:bob@example.com>;tag=1',
    `Call-ID: ${more.callId ?? 'one'}`,
    `CSeq: ${more.cseq ?? cseq} REGISTER`,
    'Max-Forwards: 70',
    ...lines,
    'Content-Length: 0',
    '\r\n',
  ].join('\r\n');
  const message = parseMessage(Buffer.from(text));
  if (message.kind !== 'request') throw new Error(`does not parse: ${JSON.stringify(message)}`);
  return message;
}

function setup(more: { maxLogins?: number; maxBindings?: number } = {}) {
  const clock = createVirtualClock();
  const registrar = createRegistrar({ clock, ...more });
  const uris = (login = 'bob') => registrar.bindings(login).map(({ uri }) => uri);
  const status = (request: SipRequest, login = 'bob') => registrar.register(login, request, source).status;
  return { clock, registrar, uris, status };
}

describe('a registration', () => {
  it('keeps several contacts, best q first, with their parameters', () => {
    const { registrar, uris } = setup();
    const { headers } = registrar.register(
      'bob',
      register(['Contact: <sip:a@10.0.0.1>;q=0.3;+sip.instance="<urn:x>", "B, b" <sip:b@10.0.0.1;ob>;expires=120']),
      source,
    );
    expect(uris()).toEqual(['sip:b@10.0.0.1;ob', 'sip:a@10.0.0.1']);
    const contacts = headers.filter(({ name }) => name === 'Contact').map(({ value }) => value);
    expect(contacts).toEqual([
      '"B, b" <sip:b@10.0.0.1;ob>;expires=120',
      '<sip:a@10.0.0.1>;q=0.3;+sip.instance="<urn:x>";expires=3600',
    ]);
  });

  it('runs out, and can be refreshed before', () => {
    const { clock, uris, status } = setup();
    status(register(['Contact: <sip:a@10.0.0.1>', 'Expires: 60']));
    clock.advance(59_000);
    status(register(['Contact: <sip:A@10.0.0.1>', 'Expires: 60']));
    status(register(['Contact: <sip:a@10.0.0.1>', 'Expires: 60']));
    expect(uris()).toHaveLength(2);
    clock.advance(59_999);
    expect(uris()).toHaveLength(2);
    clock.advance(1);
    expect(uris()).toEqual([]);
  });

  it('is too brief below a minute, except to remove', () => {
    const { registrar, uris, status } = setup();
    const brief = registrar.register('bob', register(['Contact: <sip:a@10.0.0.1>;expires=59']), source);
    expect(brief).toEqual({ status: 423, headers: [{ name: 'Min-Expires', value: '60' }] });
    status(register(['Contact: <sip:a@10.0.0.1>', 'Contact: <sip:b@10.0.0.1>']));
    expect(status(register(['Contact: <sip:a@10.0.0.1>;expires=0']))).toBe(200);
    expect(uris()).toEqual(['sip:b@10.0.0.1']);
  });

  it('removes all with * and Expires: 0 only', () => {
    const { uris, status } = setup();
    status(register(['Contact: <sip:a@10.0.0.1>']));
    expect(status(register(['Contact: *']))).toBe(400);
    expect(status(register(['Contact: *', 'Contact: <sip:a@10.0.0.1>', 'Expires: 0']))).toBe(400);
    expect(uris()).toHaveLength(1);
    expect(status(register(['Contact: *', 'Expires: 0']))).toBe(200);
    expect(uris()).toEqual([]);
  });

  it('asks without Contact', () => {
    const { registrar, status } = setup();
    status(register(['Contact: <sip:a@10.0.0.1>']));
    const { headers } = registrar.register('bob', register([]), source);
    expect(headers.filter(({ name }) => name === 'Contact')).toHaveLength(1);
  });

  it('refuses a late copy of an older request whole, in the same Call-ID', () => {
    const { uris, status } = setup();
    status(register(['Contact: <sip:a@10.0.0.1>'], { callId: 'x', cseq: 10 }));
    const late = register(['Contact: <sip:new@10.0.0.1>, <sip:a@10.0.0.1>;expires=0'], { callId: 'x', cseq: 9 });
    expect(status(late)).toBe(500);
    expect(status(register(['Contact: *', 'Expires: 0'], { callId: 'x', cseq: 9 }))).toBe(500);
    expect(uris()).toEqual(['sip:a@10.0.0.1']);
    expect(status(register(['Contact: <sip:a@10.0.0.1>;expires=0'], { callId: 'y', cseq: 1 }))).toBe(200);
  });

  it('tells contacts apart by an escaped NUL, and keeps URI parameters and headers', () => {
    const { uris, status } = setup();
    status(
      register([
        'Contact: <sip:%00@host5.example.com>',
        'Contact: <sip:%00%00@host5.example.com>',
        'Contact: <sip:+1972@gw1.example.net;unknownparam>',
        'Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>',
      ]),
    );
    expect(uris()).toHaveLength(4);
    expect(uris()).toContain('sip:+1972@gw1.example.net;unknownparam');
    expect(uris()).toContain('sip:user@example.com?Route=%3Csip:sip.example.com%3E');
  });

  it('is bounded in bindings and in logins', () => {
    const { clock, status } = setup({ maxBindings: 2, maxLogins: 1 });
    const three = ['a', 'b', 'c'].map((user) => `Contact: <sip:${user}@10.0.0.1>`);
    expect(status(register(three))).toBe(503);
    expect(status(register(three.slice(1)))).toBe(200);
    expect(status(register(three.slice(1)), 'alice')).toBe(503);
    clock.advance(3_600_000);
    expect(status(register(three.slice(1)), 'alice')).toBe(200);
  });

  it('takes only a sip To', () => {
    expect(checkRegister(register([], { to: 'isbn:2983792873' }))).toBe(false);
    expect(checkRegister(register([]))).toBe(true);
  });
});
