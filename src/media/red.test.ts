import { describe, expect, it } from 'vitest';
import { createRedBlocks, decodeRed } from './red.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('decodeRed', () => {
  it('finds redundant blocks and the primary behind them', () => {
    const bytes = hex('ff e5190004 e50c8002 65 01020304 0506 070809 ff');
    const blocks = createRedBlocks();
    expect(decodeRed(bytes, 1, bytes.length - 2, blocks)).toBe(true);
    expect(blocks.count).toBe(3);
    expect([...blocks.payloadType.subarray(0, 3)]).toEqual([101, 101, 101]);
    expect([...blocks.timestampOffset.subarray(0, 3)]).toEqual([1600, 800, 0]);
    expect([...blocks.offset.subarray(0, 3)]).toEqual([10, 14, 16]);
    expect([...blocks.length.subarray(0, 3)]).toEqual([4, 2, 3]);
  });

  it('takes a primary block alone, an empty one too', () => {
    const blocks = createRedBlocks();
    expect(decodeRed(hex('65'), 0, 1, blocks)).toBe(true);
    expect([blocks.count, blocks.length[0]]).toEqual([1, 0]);
  });

  it.each([
    ['nothing', ''],
    ['a header cut short', 'e51900'],
    ['no primary header', 'e5190000'],
    ['a block beyond the end', 'e5190004 65 0102'],
    ['more blocks than anybody sends', `${'e5000000'.repeat(20)}65`],
  ])('refuses: %s', (_what, text) => {
    const blocks = createRedBlocks();
    expect(decodeRed(hex(text), 0, hex(text).length, blocks)).toBe(false);
    expect(blocks.count).toBe(0);
  });
});
