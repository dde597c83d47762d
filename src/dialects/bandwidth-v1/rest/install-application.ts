// Owns: an application as the server runs it: an app whose calls begin as a call of v1 does (../plan.ts), with the numbers
// that take its calls when it cannot be told of them.
import { readTarget } from '../../bandwidth/verbs/address.ts';
import { credentialsNamed } from '../../credentials.ts';
import type { Voice } from '../../rest.ts';
import { type FallbackTarget, openingPlan } from '../plan.ts';
import { numberNotes } from './number-notes.ts';

/** As it is kept. Addresses are without their credentials, which stand there by name. */
export interface ApplicationNote {
  readonly name: string;
  readonly incomingCallUrl: string;
  readonly incomingCallUrlCallbackTimeout: number;
  readonly incomingCallFallbackUrl?: string;
  readonly incomingMessageUrl?: string;
  readonly incomingMessageUrlCallbackTimeout?: number;
  readonly incomingMessageFallbackUrl?: string;
  readonly callbackHttpMethod: 'GET' | 'POST';
  readonly autoAnswer: boolean;
  readonly credentials?: string;
  readonly fallbackCredentials?: string;
}

export const applicationKind = 'v1-application';

export async function installApplication(voice: Voice, id: string, note: ApplicationNote): Promise<void> {
  const { incomingCallUrl, incomingCallFallbackUrl: fallback, incomingCallUrlCallbackTimeout: timeoutMs } = note;
  const { callbackHttpMethod: method, autoAnswer } = note;
  const first = {
    url: withCredentials(incomingCallUrl, note.credentials),
    method,
    fallbackUrl: fallback === undefined ? null : withCredentials(fallback, note.fallbackCredentials),
    timeoutMs,
    extra: {},
  };
  const plan = incomingCallUrl === '' ? null : openingPlan({ first, autoAnswer }, await fallbacksOf(voice, id));
  await voice.saveApp({ name: id, dialect: 'bandwidth-v1', ...(plan !== null && { first, plan }) });
}

/** After something was said of one of its numbers; an app of the configuration has no such numbers. */
export async function renewApplication(voice: Voice, id: string): Promise<void> {
  const note = await voice.notes.get<ApplicationNote>(applicationKind, id);
  if (note !== null) await installApplication(voice, id, note);
}

async function fallbacksOf(voice: Voice, id: string): Promise<readonly FallbackTarget[]> {
  const numbers = voice.apps().find(({ name }) => name === id)?.numbers ?? [];
  return (await numberNotes(voice)).flatMap(([, { number, fallbackNumber = '' }]) => {
    const target = numbers.includes(number) ? readTarget(fallbackNumber.trim(), 'any') : null;
    return target === null ? [] : [{ number, target }];
  });
}

function withCredentials(address: string, name: string | undefined): string {
  const credentials = name === undefined ? null : credentialsNamed(name);
  if (credentials === null || !URL.canParse(address)) return address;
  const url = new URL(address);
  url.username = encodeURIComponent(credentials.username);
  url.password = encodeURIComponent(credentials.password);
  return url.href;
}
