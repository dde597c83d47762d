// Owns: the signature of an event, by Standard Webhooks 1.0 (symmetric, `v1`): HMAC-SHA256 over `id.timestamp.body`, one
// signature for each secret, so that a receiver may change its secret without losing an event.
import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** The key in `whsec_` and base64; null when it is not 24 to 64 bytes written so. */
export function parseSecret(text: string): Uint8Array | null {
  if (!text.startsWith(prefix)) return null;
  const written = text.slice(prefix.length);
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(written)) return null;
  const key = Buffer.from(written, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

export function signedHeaders(
  { id, body }: { readonly id: string; readonly body: string },
  wallMs: number,
  keys: readonly Uint8Array[],
): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(wallMs / 1000));
  const sign = (key: Uint8Array) => createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': keys.map((key) => `v1,${sign(key)}`).join(' '),
  };
}
