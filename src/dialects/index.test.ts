import { describe, expect, it } from 'vitest';
import { dialectOf } from './index.ts';

describe('dialectOf', () => {
  it('finds a dialect by its name', () => {
    expect(dialectOf('opentact').name).toBe('opentact');
  });

  it.each(['ozml', 'toString', ''])('refuses %j with a code and the names that work', (name) => {
    expect(() => dialectOf(name)).toThrow(
      expect.objectContaining({ code: 'dialect-not-supported', message: expect.stringContaining('opentact') }),
    );
  });
});
