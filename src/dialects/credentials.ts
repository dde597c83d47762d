// Owns: the user names and passwords that documents and requests name for webhooks, sounds and sockets. A flow is written on
// the tape, so it holds only a name for them. With a seal the name is what they are, unreadable without the key of this
// server, so that a call which is taken up after a restart still has them; without one it stands for what is in memory.
import { createHmac, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** As of src/store/seal.ts. */
export interface Sealer {
  seal(text: string, place: string): string;
  /** null when it was sealed by somebody else, or for another place. */
  open(sealed: string, place: string): string | null;
}

const most = 10_000;
const place = 'credentials of documents';
const key = randomBytes(32);
const kept = new Map<string, Credentials>();
const names = new Map<string, string>();
let sealer: Sealer | null = null;

/** From now on names outlive the process. */
export function sealCredentials(by: Sealer): void {
  sealer = by;
  names.clear();
}

/** The same name for the same credentials while the process lives; it says nothing about them. */
export function keepCredentials(credentials: Credentials): string {
  const text = JSON.stringify([credentials.username, credentials.password]);
  const print = createHmac('sha256', key).update(text).digest('base64url');
  const name = names.get(print) ?? sealer?.seal(text, place) ?? print;
  // Those in use stay the longest.
  renew(names, print, name);
  renew(kept, name, credentials);
  return name;
}

function renew<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > most) map.delete(map.keys().next().value!);
}

export function credentialsNamed(name: string): Credentials | null {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const text = sealer?.open(name, place) ?? null;
  if (text === null) return null;
  const [username, password] = JSON.parse(text) as [string, string];
  return { username, password };
}

/** The value of an Authorization header (RFC 7617). */
export const basicAuthorization = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** null when the name stands for nothing that is known. */
export function authorizationOf(name: string): string | null {
  const credentials = credentialsNamed(name);
  return credentials === null ? null : basicAuthorization(credentials);
}
