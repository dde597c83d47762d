import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { CodedError } from '../base/errors.ts';
import { createHostCheck } from './host-check.ts';

interface Given {
  readonly hosts?: readonly string[];
  readonly url?: string;
  readonly httpVersion?: string;
}

/** The code that a request to this listener is refused with; null when it is answered. */
function refusal(bound: string, { hosts = [], url = '/', httpVersion = '1.1' }: Given): string | null {
  const rawHeaders = ['Accept', 'host', ...hosts.flatMap((host) => ['Host', host])];
  try {
    createHostCheck(bound)({ rawHeaders, url, httpVersion } as unknown as IncomingMessage);
    return null;
  } catch (error) {
    return (error as CodedError).code;
  }
}

const both = (bound: string, host: string): string | null => refusal(bound, { hosts: [host] });

describe('a listener on the loopback', () => {
  it.each(['localhost', 'localhost:8080', 'LOCALHOST', '127.0.0.1', '127.0.0.1:1', '[::1]', '[::1]:8080', '127.8.8.8'])(
    'answers for %s',
    (host) => {
      for (const bound of ['127.0.0.1', '::1', 'localhost']) expect([bound, both(bound, host)]).toEqual([bound, null]);
    },
  );

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example:8080',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '192.0.2.1',
    '0.0.0.0',
    '[::]',
    '::1',
    '',
    'localhost@evil.example',
    'evil.example/localhost',
    'localhost localhost',
    'localhost:80:80',
    'localhost,evil.example',
  ])('refuses "%s"', (host) => {
    for (const bound of ['127.0.0.1', '::1', 'localhost'])
      expect([bound, both(bound, host)]).toEqual([bound, 'http-host-refused']);
  });
});

describe('a listener on other addresses', () => {
  it('answers for any address and for localhost, but for no name', () => {
    for (const bound of ['0.0.0.0', '::', '192.0.2.1']) {
      for (const host of ['192.0.2.1:8080', '198.51.100.7', '[2001:db8::1]:8080', '127.0.0.1', 'localhost:8080'])
        expect([bound, host, both(bound, host)]).toEqual([bound, host, null]);
      for (const host of ['evil.example', 'pbx', '192.0.2', 'localhost.evil.example'])
        expect([bound, host, both(bound, host)]).toEqual([bound, host, 'http-host-refused']);
    }
  });

  it('answers for the name that it was told to listen on', () => {
    expect(both('Voice.example.org', 'voice.EXAMPLE.org:8080')).toBeNull();
    expect(both('voice.example.org', 'other.example.org')).toBe('http-host-refused');
  });
});

describe('the host of a request', () => {
  it('cannot be said twice, nor in an absolute target that differs', () => {
    expect(refusal('127.0.0.1', { hosts: ['localhost', 'evil.example'] })).toBe('http-bad-request');
    expect(refusal('127.0.0.1', { hosts: ['localhost'], url: 'http://evil.example/' })).toBe('http-host-refused');
    expect(refusal('127.0.0.1', { hosts: ['evil.example'], url: 'http://localhost/' })).toBe('http-host-refused');
    expect(refusal('127.0.0.1', { hosts: ['localhost'], url: 'http://localhost:8080/' })).toBeNull();
    expect(refusal('127.0.0.1', { hosts: ['localhost'], url: '*' })).toBe('http-host-refused');
  });

  it('may be missing in HTTP/1.0 only', () => {
    expect(refusal('127.0.0.1', { httpVersion: '1.0' })).toBeNull();
    expect(refusal('127.0.0.1', {})).toBe('http-bad-request');
    expect(refusal('127.0.0.1', { httpVersion: '1.0', hosts: ['evil.example'] })).toBe('http-host-refused');
  });
});
