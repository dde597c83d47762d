// Owns: applications as clients see them; install-application.ts makes apps of them.
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { type Address, splitAddress } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { freshId } from '../ids.ts';
import { type Input, readInput } from './input.ts';
import { type ApplicationNote, applicationKind, installApplication } from './install-application.ts';
import { RequestProblem } from './problem.ts';
import { created, done, paged, route, shown } from './route.ts';

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

const view = ({ credentials: _, fallbackCredentials: __, ...note }: Partial<ApplicationNote>): object => note;

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
  const url = input.url('incomingCallUrl');
  const fallback = input.url('incomingCallFallbackUrl');
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
  const own = url === null ? kept(was?.incomingCallUrl, was?.credentials) : splitAddress(url);
  const other =
    fallback === null ? kept(was?.incomingCallFallbackUrl, was?.fallbackCredentials) : splitAddress(fallback);
  const note: ApplicationNote = {
    name,
    incomingCallUrl: own.url,
    incomingCallUrlCallbackTimeout: timeoutMs,
    ...(other.url === '' ? {} : { incomingCallFallbackUrl: other.url }),
    ...(messageUrl === '' ? {} : { incomingMessageUrl: splitAddress(messageUrl).url }),
    ...(messageTimeout === null ? {} : { incomingMessageUrlCallbackTimeout: messageTimeout }),
    ...(messageFallback === '' ? {} : { incomingMessageFallbackUrl: splitAddress(messageFallback).url }),
    callbackHttpMethod: method,
    autoAnswer,
    ...(own.credentials === null ? {} : { credentials: own.credentials }),
    ...(other.credentials === null ? {} : { fallbackCredentials: other.credentials }),
  };
  await installApplication(voice, id, note);
  await voice.notes.put(applicationKind, id, note);
}

const kept = (url = '', credentials: string | null = null): Address => ({ url, credentials });

const needed = (name: string): RequestProblem =>
  new RequestProblem(
    'missing-property',
    `The 'application' resource property '${name}' is required but was not specified`,
  );
