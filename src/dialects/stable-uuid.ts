// Owns: UUIDs made from names: RFC 9562 section 5.5 (version 5, SHA-1). The same name gives the same UUID everywhere.
import { createHash } from 'node:crypto';

/** Our namespace: the UUID version 5 of `keytone` in the URL namespace. */
const namespace = Buffer.from('d375dcaab2b755d4a48229c7a89fa2a0', 'hex');

export function stableUuid(kind: string, name: string): string {
  const hash = createHash('sha1').update(namespace).update(`${kind}:${name}`).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
