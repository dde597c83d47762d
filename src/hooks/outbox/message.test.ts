import { describe, expect, it } from 'vitest';
import type { CallFacts } from '../../flow/report.ts';
import { formatMessage, maxBodyBytes } from './message.ts';
import { delayAfter, delaysMs, parseRetryAfter } from './schedule.ts';
import { parseSecret, signedHeaders } from './signature.ts';

const call: CallFacts = {
  ...{ id: 'c1', app: 'menu', direction: 'inbound', from: 'a', to: 'b', state: 'live' },
  ...{ startedAt: '2026-01-01T00:00:00.000Z', answeredAt: null },
};

describe('the message of an event', () => {
  it('has the same id whenever it is made, and another one for another line', () => {
    const line = { seq: 3, at: 5, event: { type: 'flash' } };
    expect(formatMessage(call, line).id).toBe('msg_c1_3');
    expect(formatMessage({ ...call, state: 'ended' }, line).id).toBe('msg_c1_3');
    expect(formatMessage(call, { ...line, seq: 4 }).id).toBe('msg_c1_4');
  });

  it('leaves out what would make it larger than 20 kB, also in bytes', () => {
    const large = { seq: 1, at: 5, event: { type: 'document.fetched', text: 'é'.repeat(maxBodyBytes / 2) } };
    const { body } = formatMessage(call, large);
    expect(Buffer.byteLength(body)).toBeLessThan(maxBodyBytes);
    expect(JSON.parse(body).data).toEqual({ type: 'document.fetched', truncated: true });
    const small = { seq: 1, at: 5, event: { type: 'document.fetched', text: 'é'.repeat(maxBodyBytes / 4) } };
    expect(JSON.parse(formatMessage(call, small).body).data).toEqual(small.event);
  });
});

describe('a signing secret', () => {
  it.each([24, 32, 64])('may have %i bytes', (bytes) => {
    expect(parseSecret(`whsec_${Buffer.alloc(bytes, 1).toString('base64')}`)).toHaveLength(bytes);
  });

  it.each([
    `whsec_${Buffer.alloc(23).toString('base64')}`,
    `whsec_${Buffer.alloc(65).toString('base64')}`,
    Buffer.alloc(32).toString('base64'),
    'whsec_',
    'whsec_not base64 not base64 not base64 not',
  ])('is not %s', (text) => {
    expect(parseSecret(text)).toBeNull();
  });

  // The example of the Standard Webhooks libraries.
  it('signs as the published example says', () => {
    const key = parseSecret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')!;
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };
    expect(signedHeaders(message, 1_614_265_330_999, [key])).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });
});

describe('the schedule', () => {
  it('spreads each delay by a fifth and ends after the tenth attempt', () => {
    for (const [attempts, delayMs] of delaysMs.entries()) {
      expect(delayAfter(attempts, 0)).toBe(Math.round(delayMs * 0.8));
      expect(delayAfter(attempts, 1)).toBe(Math.round(delayMs * 1.2));
    }
    expect(delayAfter(10, 0.5)).toBeNull();
  });

  it('reads Retry-After as seconds or as a date, and no more than a day', () => {
    const now = Date.UTC(2026, 0, 1, 12, 0, 0);
    expect(parseRetryAfter('90', now)).toBe(90_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 12:01:00 GMT', now)).toBe(60_000);
    expect(parseRetryAfter('Thu, 01 Jan 2026 11:00:00 GMT', now)).toBe(0);
    expect(parseRetryAfter('999999999', now)).toBe(86_400_000);
    expect(parseRetryAfter('soon', now)).toBeNull();
    expect(parseRetryAfter(undefined, now)).toBeNull();
  });
});
