// Owns: conferences: lists, one, its members and recordings, ending it, and giving it a document. Does not: begin one; the
// first call that runs <Conference> does.
import { z } from 'zod';
import type { Block, Flow } from '../../../flow/node.ts';
import type { ConferenceRecord, RestReply, RestRequest, Voice } from '../../rest.ts';
import { callIdOf, conferenceIdOf, ownCallId, ownConferenceId } from '../call-id.ts';
import { byDefault } from '../decisions.ts';
import { decodeTag } from '../destination.ts';
import { boolean, credentialPair, limits, method, readJson, text, url } from './body.ts';
import { accountUrl, isOurs } from './call-view.ts';
import { readBxml, wordsOf } from './calls.ts';
import { linkTo, readPage, readTime } from './paging.ts';
import { sendSound, viewConferenceRecording } from './recording-view.ts';
import { recordingNotFound } from './recordings.ts';
import { empty, invalid, notFound, reply } from './reply.ts';
import { webhook } from './webhook.ts';

export async function listConferences(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { size, offset } = readPage(request, { most: 1000, usual: 1000 });
  const name = request.query.get('name');
  const [createdFrom, createdTo] = [readTime(request, 'minCreatedTime'), readTime(request, 'maxCreatedTime')];
  const found = await voice.conferences.list({
    dialect: 'bandwidth',
    ...(name === null ? {} : { name }),
    ...(createdFrom === undefined ? {} : { createdFrom }),
    ...(createdTo === undefined ? {} : { createdTo }),
    offset,
    // One more than is wanted tells whether there is another page.
    limit: size + 1,
  });
  const shown = found.slice(0, size).map((conference) => viewConference(conference));
  return reply(200, shown, found.length > size ? linkTo(request, voice.account, '/conferences', offset + size) : {});
}

export async function getConference(request: RestRequest, voice: Voice): Promise<RestReply> {
  const conference = await needConference(request, voice);
  const activeMembers = conference.members.map((member) => viewMember(member, conference, voice, request.here));
  return reply(200, { ...viewConference(conference), activeMembers });
}

async function needConference({ params }: RestRequest, voice: Voice): Promise<ConferenceRecord> {
  const written = params['conference']!;
  const conference = await voice.conferences.get(ownConferenceId(written));
  if (conference === null || !isOurs(conference, voice)) throw conferenceNotFound(written);
  return conference;
}

const conferenceNotFound = (id: string) => notFound(`Conference [${id}]`);

/** One that is not over. */
async function needLiveConference(request: RestRequest, voice: Voice): Promise<ConferenceRecord> {
  const conference = await needConference(request, voice);
  if (conference.endedAt !== null) throw conferenceNotFound(request.params['conference']!);
  return conference;
}

/** Without its members, which a list leaves out. */
function viewConference(conference: ConferenceRecord): object {
  const { events } = conference;
  const tag = events?.destination.extra['tag'] ?? '';
  return {
    id: conferenceIdOf(conference.id),
    name: conference.name,
    createdTime: conference.createdAt,
    completedTime: conference.endedAt,
    conferenceEventUrl: events?.destination.url ?? null,
    ...(events === null ? {} : { conferenceEventMethod: events.destination.method }),
    tag: tag === '' ? null : decodeTag(tag),
  };
}

function viewMember(
  { call, mute, hold, coach }: ConferenceRecord['members'][number],
  { id }: ConferenceRecord,
  voice: Voice,
  here: string,
): object {
  const [callId, conferenceId] = [callIdOf(call), conferenceIdOf(id)];
  const memberUrl = `${accountUrl(here, voice.account)}/conferences/${conferenceId}/members/${callId}`;
  return { callId, conferenceId, memberUrl, mute, hold, callIdsToCoach: coach?.map(callIdOf) ?? null };
}

const update = z
  .object({
    status: z.enum(['active', 'completed'], 'Invalid status: must be one of [active, completed]').default('active'),
    redirectUrl: url('redirectUrl').optional(),
    redirectMethod: method('redirectUrl').optional(),
    redirectFallbackUrl: url('redirectFallbackUrl').optional(),
    redirectFallbackMethod: method('redirectFallbackUrl').optional(),
    ...z.object(credentialPair).partial().shape,
    fallbackUsername: text('fallbackUsername', limits.credential).optional(),
    fallbackPassword: text('fallbackPassword', limits.credential).optional(),
  })
  .superRefine(({ status, redirectUrl, redirectFallbackUrl }, context) => {
    if (status === 'active' && redirectUrl === undefined)
      context.addIssue({ code: 'custom', message: 'redirectUrl is required when status is active' });
    if (status === 'completed' && (redirectUrl ?? redirectFallbackUrl) !== undefined)
      context.addIssue({ code: 'custom', message: 'redirectUrl is not allowed when status is completed' });
  });

export async function updateConference(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { redirectUrl, ...to } = readJson(request, update);
  const { id, events } = await needLiveConference(request, voice);
  if (redirectUrl === undefined) {
    await command(request, () => voice.conferences.command(id, { kind: 'end', reason: 'ended over REST' }));
    return empty(204);
  }
  const { username, password, fallbackUsername, fallbackPassword } = to;
  const destination = webhook({
    event: 'conferenceRedirect',
    url: redirectUrl,
    method: to.redirectMethod,
    fallbackUrl: to.redirectFallbackUrl,
    fallbackMethod: to.redirectFallbackMethod,
    ...{ username, password, fallbackUsername, fallbackPassword, timeoutMs: byDefault.webhookMs },
    // A conference has one from its beginning.
    extra: { tag: events?.destination.extra['tag'] ?? '' },
  });
  await command(request, () => voice.conferences.command(id, { kind: 'redirect', destination }));
  return empty(204);
}

async function command({ params }: RestRequest, give: () => Promise<void>): Promise<void> {
  try {
    await give();
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (code === 'conference-over' || code === 'conference-not-found') throw conferenceNotFound(params['conference']!);
    throw error;
  }
}

export async function updateConferenceBxml(request: RestRequest, voice: Voice): Promise<RestReply> {
  const conference = await needLiveConference(request, voice);
  const { flow, problems } = voice
    .dialect('bandwidth')
    .compile(readBxml(request), conference.events?.destination.url ?? 'rest:');
  const wrong = flow === null ? problems.find(({ severity }) => severity === 'error') : undefined;
  if (wrong !== undefined || flow === null || flow.body.length === 0)
    throw invalid(`Invalid BXML: ${wrong === undefined ? 'the document is empty' : wordsOf(wrong)}`);
  const stranger = strangerIn(flow.body);
  if (stranger !== null) throw invalid(`Invalid BXML: ${stranger} may not stand in the document of a conference`);
  await command(request, () => voice.conferences.command(conference.id, { kind: 'queue', flow: flow as Flow }));
  return empty(204);
}

/** The verb that no conference runs, or null. */
function strangerIn(body: Block): string | null {
  for (const node of body) {
    const path = node.at.path.replace(/\[.*$/s, '');
    if (node.kind === 'branch') {
      for (const block of [...node.cases.map((one) => one.body), node.otherwise]) {
        const inside = strangerIn(block);
        if (inside !== null) return inside;
      }
    } else if (node.kind === 'record') {
      if (node.mode === 'until' || node.mode === 'during') return `<${path}>`;
    } else if (node.kind !== 'play' && node.kind !== 'set') return `<${path}>`;
  }
  return null;
}

export async function getMember(request: RestRequest, voice: Voice): Promise<RestReply> {
  const conference = await needConference(request, voice);
  return reply(200, viewMember(memberOf(conference, request), conference, voice, request.here));
}

function memberOf(conference: ConferenceRecord, { params }: RestRequest): ConferenceRecord['members'][number] {
  const written = params['member']!;
  const member = conference.members.find(({ call }) => call === ownCallId(written));
  if (member === undefined) throw notFound(`Conference member [${written}]`);
  return member;
}

const memberUpdate = z.object({
  mute: boolean('mute').optional(),
  hold: boolean('hold').optional(),
  callIdsToCoach: z
    .array(text('callIdsToCoach', 128), 'Invalid callIdsToCoach: must be a list of call ids')
    .max(100, 'Invalid callIdsToCoach: must contain at most 100 call ids')
    .optional(),
});

export async function updateMember(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { mute, hold, callIdsToCoach } = readJson(request, memberUpdate);
  const conference = await needLiveConference(request, voice);
  const { call } = memberOf(conference, request);
  const coach = callIdsToCoach?.map(ownCallId);
  const wanted = {
    kind: 'member' as const,
    call,
    ...(mute === undefined ? {} : { mute }),
    ...(hold === undefined ? {} : { hold }),
    // An empty list ends the coaching.
    ...(coach === undefined ? {} : { coach: coach.length === 0 ? null : coach }),
  };
  await command(request, () => voice.conferences.command(conference.id, wanted));
  return empty(204);
}

export async function listConferenceRecordings(request: RestRequest, voice: Voice): Promise<RestReply> {
  const conference = await needConference(request, voice);
  const all = await voice.recordings(conference.id);
  const shown = all.map((recording) => viewConferenceRecording(recording, conference, voice, request.here));
  return reply(200, shown.toReversed());
}

export async function getConferenceRecording(request: RestRequest, voice: Voice): Promise<RestReply> {
  const conference = await needConference(request, voice);
  const recordingId = request.params['recording']!;
  const all = await voice.recordings(conference.id);
  const found = all
    .map((recording) => viewConferenceRecording(recording, conference, voice, request.here))
    .find((view) => view['recordingId'] === recordingId);
  if (found === undefined) throw recordingNotFound(recordingId);
  return reply(200, found);
}

export async function getConferenceRecordingMedia(request: RestRequest, voice: Voice): Promise<RestReply> {
  const { id } = await needConference(request, voice);
  return sendSound(id, request.params['recording']!, voice);
}
