// Owns: domains and their endpoints. An endpoint is a phone of this server that may register; a domain is a name that some of
// them are kept under, for the server has one SIP domain.
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { freshId } from '../ids.ts';
import { type Input, readInput } from './input.ts';
import { RequestProblem } from './problem.ts';
import { created, done, paged, route, shown, userUrl } from './route.ts';

interface DomainNote {
  readonly name: string;
  readonly description?: string;
}

interface EndpointNote {
  readonly name: string;
  readonly domain: string;
  readonly login: string;
  readonly description?: string;
  readonly applicationId?: string;
  readonly enabled: boolean;
}

const kind = 'v1-domain';
const endpointKind = 'v1-endpoint';
const most = 1000;
const base = '/v1/users/:account/domains';

export const domainRoutes = [
  route('GET', base, async (request, voice) => {
    const found = await voice.notes.list<DomainNote>(kind, { offset: 0, limit: most });
    return paged(
      request,
      voice,
      found.map(([id, note]) => viewDomain(id, note, request, voice)),
    );
  }),
  route('POST', base, async (request, voice) => {
    const input = readInput('domain', request);
    const name = input.needed('name', 100);
    if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(name))
      throw input.invalid('name', 'must be made of letters, digits and dashes');
    const all = await voice.notes.list<DomainNote>(kind, { offset: 0, limit: most });
    if (all.some(([, one]) => one.name.toLowerCase() === name.toLowerCase()))
      throw new RequestProblem('domain-update-conflict', `There is a domain ${name} already`);
    const description = input.text('description', 400);
    const id = freshId('rd');
    await voice.notes.put(kind, id, { name, ...(description === null ? {} : { description }) } satisfies DomainNote);
    return created(voice, `domains/${id}`);
  }),
  route('DELETE', `${base}/:domain`, async (request, voice) => {
    const { id } = await needDomain(request, voice);
    for (const [endpoint, note] of await endpointsOf(voice, id)) await remove(voice, endpoint, note);
    await voice.notes.drop(kind, id);
    return done;
  }),
  route('GET', `${base}/:domain/endpoints`, async (request, voice) => {
    const domain = await needDomain(request, voice);
    const found = await endpointsOf(voice, domain.id);
    return paged(
      request,
      voice,
      found.map(([id, note]) => viewEndpoint(id, note, domain.note, request, voice)),
    );
  }),
  route('POST', `${base}/:domain/endpoints`, createEndpoint),
  route('GET', `${base}/:domain/endpoints/:endpoint`, async (request, voice) => {
    const domain = await needDomain(request, voice);
    const { id, note } = await needEndpoint(request, voice);
    return shown(viewEndpoint(id, note, domain.note, request, voice));
  }),
  route('POST', `${base}/:domain/endpoints/:endpoint`, async (request, voice) => {
    await needDomain(request, voice);
    const { id, note } = await needEndpoint(request, voice);
    const input = readInput('endpoint', request);
    const password = passwordOf(input);
    const enabled = input.boolean('enabled', note.enabled);
    if (enabled && !note.enabled && password === null)
      throw input.invalid('enabled', 'needs credentials.password: that of a disabled endpoint is forgotten');
    if (password !== null && enabled) await voice.savePhone(note.login, password);
    if (!enabled && note.enabled) await voice.dropPhone(note.login);
    await voice.notes.put(endpointKind, id, { ...note, ...wordsOf(input), enabled } satisfies EndpointNote);
    return done;
  }),
  route('DELETE', `${base}/:domain/endpoints/:endpoint`, async (request, voice) => {
    await needDomain(request, voice);
    const { id, note } = await needEndpoint(request, voice);
    await remove(voice, id, note);
    return done;
  }),
  route('POST', `${base}/:domain/endpoints/:endpoint/tokens`, async (request, voice) => {
    await needDomain(request, voice);
    await needEndpoint(request, voice);
    throw new RequestProblem('service-unavailable', 'Phones register with their password; there are no tokens here');
  }),
];

async function createEndpoint(request: RestRequest, voice: Voice): Promise<RestReply> {
  const domain = await needDomain(request, voice);
  const input = readInput('endpoint', request);
  const name = input.needed('name', 64);
  const password = passwordOf(input);
  if (password === null)
    throw new RequestProblem(
      'missing-property',
      "The 'endpoint' resource property 'credentials.password' is required but was not specified",
    );
  const enabled = input.boolean('enabled', true);
  if ((await endpointsOf(voice, domain.id)).some(([, one]) => one.name.toLowerCase() === name.toLowerCase()))
    throw new RequestProblem('endpoint-update-conflict', `There is an endpoint ${name} already`);
  const words = wordsOf(input);
  if (enabled) await voice.savePhone(name, password);
  const id = freshId('re');
  await voice.notes.put(endpointKind, id, {
    name,
    domain: domain.id,
    login: name,
    ...words,
    enabled,
  } satisfies EndpointNote);
  return created(voice, `domains/${domain.id}/endpoints/${id}`);
}

const passwordOf = (input: Input): string | null => input.inside('credentials')?.text('password', 200) || null;

function wordsOf(input: Input): Partial<EndpointNote> {
  const description = input.text('description', 400);
  const applicationId = input.text('applicationId', 200);
  return {
    ...(description === null ? {} : { description }),
    ...(applicationId === null ? {} : { applicationId }),
  };
}

async function remove(voice: Voice, id: string, { login, enabled }: EndpointNote): Promise<void> {
  if (enabled) await voice.dropPhone(login);
  await voice.notes.drop(endpointKind, id);
}

async function endpointsOf(voice: Voice, domain: string): Promise<readonly (readonly [string, EndpointNote])[]> {
  const all = await voice.notes.list<EndpointNote>(endpointKind, { offset: 0, limit: most });
  return all.filter(([, note]) => note.domain === domain);
}

async function needDomain({ params }: RestRequest, voice: Voice): Promise<{ id: string; note: DomainNote }> {
  const id = params['domain'] ?? '';
  const note = await voice.notes.get<DomainNote>(kind, id);
  if (note === null) throw new RequestProblem('domain-not-found', `The domain ${id} was not found`);
  return { id, note };
}

async function needEndpoint({ params }: RestRequest, voice: Voice): Promise<{ id: string; note: EndpointNote }> {
  const id = params['endpoint'] ?? '';
  const note = await voice.notes.get<EndpointNote>(endpointKind, id);
  if (note === null || note.domain !== params['domain'])
    throw new RequestProblem('endpoint-not-found', `The endpoint ${id} was not found`);
  return { id, note };
}

const viewDomain = (id: string, note: DomainNote, request: RestRequest, voice: Voice): object => ({
  id,
  ...note,
  endpointsUrl: `${userUrl(request, voice)}/domains/${id}/endpoints`,
});

function viewEndpoint(id: string, note: EndpointNote, domain: DomainNote, request: RestRequest, voice: Voice): object {
  const { name, description, applicationId, enabled, login } = note;
  const realm = URL.parse(request.here)?.hostname ?? '';
  return {
    ...{ id, name, description, domainId: note.domain, domainName: domain.name, applicationId, enabled },
    applicationUrl:
      applicationId === undefined ? undefined : `${userUrl(request, voice)}/applications/${applicationId}`,
    sipUri: `sip:${login}@${realm}`,
    credentials: { username: login, realm },
  };
}
