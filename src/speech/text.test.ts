import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, pieceLength, splitText } from './text.ts';

describe('text for speaking', () => {
  it('loses what cannot be heard', () => {
    expect(cleanText('\u0000 a\u0007b\r\n\tc\u202e d\ud800 \ufeff')).toBe('a b c d');
    expect(cleanText(' \u0001\n ')).toBe('');
    expect(cleanText('Привет, 你好 👋🏽')).toBe('Привет, 你好 👋🏽');
  });

  it('stays whole when short, and is nothing when empty', () => {
    expect(splitText('One. Two.', 'en-US')).toEqual(['One. Two.']);
    expect(splitText('', 'en-US')).toEqual([]);
  });

  it('is split between sentences', () => {
    const sentence = 'Your order number one hundred and five was sent yesterday, said Dr. Miller at 3.50 today.';
    const pieces = splitText(Array(20).fill(sentence).join(' '), 'en-US');
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) expect(piece).toMatch(/^Your order.* today\.$/);
  });

  it.each(['not a language', '', 'en_US', 'ru-RU', 'zh-CN'])('loses nothing and fits, in language "%s"', (language) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3000 }).map(cleanText), (text) => {
        const pieces = splitText(text, language);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(pieceLength);
          expect(piece.isWellFormed()).toBe(true);
        }
        expect(pieces.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
      { numRuns: 50 },
    );
  });
});
