import { describe, expect, it } from 'vitest';
import { destination } from '../flow/build.ts';
import { createDialects, dialectOf } from './index.ts';

describe('createDialects', () => {
  it('has words that name this server', () => {
    const { request } = createDialects(() => 'http://here:1')('bandwidth');
    const plan = request(
      { kind: 'call-start', destination: destination('http://a.test/', { method: 'POST' }), history: [] },
      {
        ...{ id: 'c1', app: 'a', direction: 'inbound', from: '1', to: '2', state: 'ringing', answeredAt: null },
        startedAt: '2030-01-02T03:04:05.006Z',
      },
    );
    expect(JSON.parse(plan.body!).callUrl).toContain('http://here:1/');
    expect(createDialects(() => '')('opentact').name).toBe('opentact');
  });
});

describe('dialectOf', () => {
  it('finds a dialect by its name', () => {
    expect(dialectOf('opentact').name).toBe('opentact');
  });

  it.each(['twiml', 'toString', ''])('refuses %j with a code and the names that work', (name) => {
    expect(() => dialectOf(name)).toThrow(
      expect.objectContaining({ code: 'dialect-not-supported', message: expect.stringContaining('opentact') }),
    );
  });
});
