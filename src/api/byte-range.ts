// Owns: the Range header with one range of bytes (RFC 9110 14.1.2, 14.2), which players send to seek.
// Does not: several ranges at once; like anything else that it cannot read, they are ignored and the whole is sent.

/** Both ends included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export function parseByteRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const parts = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  if (parts === null) return 'whole';
  const [, from = '', to = ''] = parts;
  if (from === '' && to === '') return 'whole';
  if (from === '') {
    const suffix = Number(to);
    return suffix === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - suffix), last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return 'whole';
  if (first >= size) return 'unsatisfiable';
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}
