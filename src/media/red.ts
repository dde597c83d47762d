// hot path
// Owns: taking apart a redundant payload (RFC 2198 3). Does not: send redundancy, decide what a block means.
//
//   |1|  block PT   |  timestamp offset (14)    | block length (10) |   × redundant blocks, oldest first
//   |0|  block PT   |                                                   the primary block, last, takes the rest

const mostBlocks = 8;

/** Filled by decodeRed; one instance is reused for every packet. The primary block is the last of `count`. */
export interface RedBlocks {
  count: number;
  readonly payloadType: Uint8Array;
  /** How far the block's timestamp lies before the packet's. */
  readonly timestampOffset: Uint16Array;
  readonly offset: Uint32Array;
  readonly length: Uint32Array;
}

export function createRedBlocks(): RedBlocks {
  return {
    count: 0,
    payloadType: new Uint8Array(mostBlocks),
    timestampOffset: new Uint16Array(mostBlocks),
    offset: new Uint32Array(mostBlocks),
    length: new Uint32Array(mostBlocks),
  };
}

/** Reads the payload bytes[start, start + length); false when headers or blocks do not fit into it. */
export function decodeRed(bytes: Uint8Array, start: number, length: number, into: RedBlocks): boolean {
  const end = start + length;
  let at = start;
  let count = 0;
  into.count = 0;
  for (;;) {
    if (at >= end || count === mostBlocks) return false;
    into.payloadType[count] = bytes[at]! & 0x7f;
    if ((bytes[at]! & 0x80) === 0) break;
    if (at + 4 > end) return false;
    into.timestampOffset[count] = (bytes[at + 1]! << 6) | (bytes[at + 2]! >> 2);
    into.length[count] = ((bytes[at + 2]! & 0x03) << 8) | bytes[at + 3]!;
    count++;
    at += 4;
  }
  at++;
  for (let i = 0; i < count; i++) {
    into.offset[i] = at;
    at += into.length[i]!;
  }
  if (at > end) return false;
  into.timestampOffset[count] = 0;
  into.offset[count] = at;
  into.length[count] = end - at;
  into.count = count + 1;
  return true;
}
