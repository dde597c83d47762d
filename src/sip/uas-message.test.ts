// Texts that come in: who may send one, and what is not read.
import { describe, expect, it } from 'vitest';
import { createDigestServer } from './digest-server.ts';
import type { IncomingMessage, SipEndpointOptions } from './endpoint.ts';
import type { Header, SipRequest } from './message.ts';
import { receiveMessage } from './uas-message.ts';

const source = { transport: 'udp', address: '10.0.0.9', port: 5060 } as const;
const digest = createDigestServer({ realm: 'test', credentials: () => null, now: () => 0 });

function message(
  type = 'text/plain;charset=UTF-8',
  more: readonly Header[] = [],
  uri = 'sip:9986@10.0.0.1',
): SipRequest {
  const headers = [
    { name: 'From', value: '"Ann" <sip:101@10.0.0.9>;tag=a' },
    { name: 'Content-Type', value: type },
    ...more,
  ];
  return { kind: 'request', method: 'MESSAGE', uri, headers, body: Buffer.from('Grüße') };
}

function receive(request: SipRequest, verdict: ReturnType<SipEndpointOptions['policy']> = { kind: 'accept' }) {
  const taken: IncomingMessage[] = [];
  const onMessage = (one: IncomingMessage): number => {
    taken.push(one);
    return 200;
  };
  const { status, headers } = receiveMessage(request, source, { policy: () => verdict, onMessage }, digest);
  return { status, names: [...new Set(headers.map(({ name }) => name))], taken };
}

describe('a MESSAGE that comes in', () => {
  it('is told with who says that it is from him, and to whom it goes', () => {
    const { status, taken } = receive(message());
    expect(status).toBe(200);
    expect(taken).toEqual([{ from: 'sip:101@10.0.0.9', requestUser: '9986', source, login: null, text: 'Grüße' }]);
  });

  it.each([
    ['a policy that wants to know', message(), { kind: 'challenge' }, 401, ['WWW-Authenticate']],
    ['a policy that refuses', message(), { kind: 'refuse', status: 404 }, 404, []],
    ['a server that is full', message(), { kind: 'refuse', status: 503, retryAfterSeconds: 5 }, 503, ['Retry-After']],
    ['another type', message('message/cpim'), { kind: 'accept' }, 415, ['Accept']],
    ['no type', message(''), { kind: 'accept' }, 415, ['Accept']],
    [
      'an extension that it needs',
      message(undefined, [{ name: 'Require', value: 'x' }]),
      { kind: 'accept' },
      420,
      ['Unsupported'],
    ],
    ['an address that is none', message(undefined, [], 'mailto:a@b'), { kind: 'accept' }, 416, []],
  ] as const)('is not taken with %s', (_what, request, verdict, status, names) => {
    expect(receive(request, verdict)).toEqual({ status, names, taken: [] });
  });
});
