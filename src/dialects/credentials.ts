// Owns: the user names and passwords that documents name for their webhooks and sounds. A flow is written on the tape, so it holds
// only a name for them; what the name stands for is in memory, for as long as the process lives and there is room.
import { createHmac, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const most = 10_000;
const key = randomBytes(32);
const kept = new Map<string, Credentials>();

/** The same name for the same credentials while the process lives; it says nothing about them. */
export function keepCredentials(credentials: Credentials): string {
  const { username, password } = credentials;
  const name = createHmac('sha256', key)
    .update(JSON.stringify([username, password]))
    .digest('base64url');
  // Those in use stay the longest.
  kept.delete(name);
  kept.set(name, credentials);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
  return name;
}

export const credentialsNamed = (name: string): Credentials | null => kept.get(name) ?? null;

/** The value of an Authorization header (RFC 7617). */
export const basicAuthorization = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

/** null when the name stands for nothing in this process. */
export function authorizationOf(name: string): string | null {
  const credentials = credentialsNamed(name);
  return credentials === null ? null : basicAuthorization(credentials);
}
