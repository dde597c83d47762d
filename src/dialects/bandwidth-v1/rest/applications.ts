// Owns: applications: each is an app of the account whose calls begin as a call of v1 does (../plan.ts).
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { splitAddress } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { freshId } from '../ids.ts';
import { openingPlan } from '../plan.ts';
import { type Input, readInput } from './input.ts';
import { RequestProblem } from './problem.ts';
import { created, done, paged, route, shown } from './route.ts';

/** As clients see it; credentials in addresses are not kept here. */
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
  /** Those in its addresses are kept sealed, and nowhere else. */
  readonly hasCredentials?: true;
}

export const applicationKind = 'v1-application';
const most = 1000;

export const applicationRoutes = [
  route('GET', '/v1/users/:account/applications', async (request, voice) =>
    paged(request, voice, await applicationsOf(voice)),
  ),
  route('POST', '/v1/users/:account/applications', async (request, voice) => {
    const id = freshId('a');
    await save(voice, id, readInput('application', request), null);
    return created(voice, `applications/${id}`);
  }),
  route('GET', '/v1/users/:account/applications/:application', async (request, voice) => {
    const { id, note } = await needApplication(request, voice);
    return shown({ id, ...view(note) });
  }),
  route('POST', '/v1/users/:account/applications/:application', async (request, voice) => {
    const { id, note, isOurs } = await needApplication(request, voice);
    if (!isOurs) throw configured(id);
    await save(voice, id, readInput('application', request), note);
    return done;
  }),
  route('DELETE', '/v1/users/:account/applications/:application', async (request, voice): Promise<RestReply> => {
    const { id, isOurs } = await needApplication(request, voice);
    if (!isOurs) throw configured(id);
    await voice.dropApp(id);
    await voice.notes.drop(applicationKind, id);
    return done;
  }),
];

const configured = (id: string): RequestProblem =>
  new RequestProblem('configured-elsewhere', `The application ${id} stands in the configuration of the server`);

async function applicationsOf(voice: Voice): Promise<readonly object[]> {
  const kept = await voice.notes.list<ApplicationNote>(applicationKind, { offset: 0, limit: most });
  const known = new Set(kept.map(([id]) => id));
  const others = voice.apps().filter(({ name, dialect }) => dialect === 'bandwidth-v1' && !known.has(name));
  return [...kept.map(([id, note]) => ({ id, ...view(note) })), ...others.map(({ name }) => ({ id: name, name }))];
}

const view = ({ hasCredentials: _, ...note }: Partial<ApplicationNote>): object => note;

interface KnownApplication {
  readonly id: string;
  readonly note: Partial<ApplicationNote> & { readonly name: string };
  /** Not the configuration's. */
  readonly isOurs: boolean;
}

export async function needApplication(
  { params }: RestRequest,
  voice: Voice,
  written = params['application'] ?? '',
): Promise<KnownApplication> {
  const note = await voice.notes.get<ApplicationNote>(applicationKind, written);
  if (note !== null) return { id: written, note, isOurs: true };
  const app = voice.apps().find(({ name, dialect }) => name === written && dialect === 'bandwidth-v1');
  if (app !== undefined) return { id: written, note: { name: written }, isOurs: false };
  throw new RequestProblem('application-not-found', `The application ${written} was not found`, {
    name: 'applicationId',
    value: written,
  });
}

async function save(voice: Voice, id: string, input: Input, was: Partial<ApplicationNote> | null): Promise<void> {
  const milliseconds = { min: 1, max: byDefault.callbackMs };
  const name = input.text('name', 200) ?? was?.name;
  const url = input.url('incomingCallUrl') ?? was?.incomingCallUrl ?? '';
  const fallback = input.url('incomingCallFallbackUrl') ?? was?.incomingCallFallbackUrl ?? '';
  const method = input.choice('callbackHttpMethod', ['GET', 'POST'], was?.callbackHttpMethod ?? 'POST');
  const timeoutMs = input.number(
    'incomingCallUrlCallbackTimeout',
    was?.incomingCallUrlCallbackTimeout ?? byDefault.callbackMs,
    milliseconds,
  );
  const autoAnswer = input.boolean('autoAnswer', was?.autoAnswer ?? true);
  const messageUrl = input.url('incomingMessageUrl') ?? was?.incomingMessageUrl ?? '';
  const messageTimeout = input.number(
    'incomingMessageUrlCallbackTimeout',
    was?.incomingMessageUrlCallbackTimeout ?? null,
    milliseconds,
  );
  const messageFallback = input.url('incomingMessageFallbackUrl') ?? was?.incomingMessageFallbackUrl ?? '';
  if (name === undefined || name === '') throw needed('name');
  if (was?.hasCredentials === true && !input.has('incomingCallUrl'))
    throw input.invalid('incomingCallUrl', 'must be given again: its credentials are not kept where they can be read');
  const first = { url, method, fallbackUrl: fallback || null, timeoutMs, extra: {} };
  const plan = url === '' ? null : openingPlan({ first, autoAnswer });
  // The server keeps what is in `first` sealed, credentials too; the plan is what runs.
  await voice.saveApp({ name: id, dialect: 'bandwidth-v1', ...(plan !== null && { first, plan }) });
  const note: ApplicationNote = {
    name,
    incomingCallUrl: splitAddress(url).url,
    incomingCallUrlCallbackTimeout: timeoutMs,
    ...(fallback === '' ? {} : { incomingCallFallbackUrl: splitAddress(fallback).url }),
    ...(messageUrl === '' ? {} : { incomingMessageUrl: splitAddress(messageUrl).url }),
    ...(messageTimeout === null ? {} : { incomingMessageUrlCallbackTimeout: messageTimeout }),
    ...(messageFallback === '' ? {} : { incomingMessageFallbackUrl: splitAddress(messageFallback).url }),
    callbackHttpMethod: method,
    autoAnswer,
    ...([url, fallback].some((one) => splitAddress(one).credentials !== null) && { hasCredentials: true }),
  };
  await voice.notes.put(applicationKind, id, note);
}

const needed = (name: string): RequestProblem =>
  new RequestProblem(
    'missing-property',
    `The 'application' resource property '${name}' is required but was not specified`,
  );
