// Owns: the members of a conference: adding a call, changing it, sending it out, and playing to it alone.
import * as build from '../../../flow/build.ts';
import type { ConferenceTones } from '../../../flow/node.ts';
import type { RestReply, RestRequest, Voice } from '../../rest.ts';
import { tell } from '../callback.ts';
import { byDefault } from '../decisions.ts';
import { callIdOf, memberIdOf } from '../ids.ts';
import { commandFlow } from '../plan.ts';
import { audioName, soundOf, tagOf } from './audio.ts';
import {
  type ConferenceNote,
  conferenceKind,
  type KnownConference,
  type MemberNote,
  needConference,
  needLiveConference,
} from './conferences.ts';
import { readInput } from './input.ts';
import { callbackFor, needCall, refuseTransferred } from './known-call.ts';
import { RequestProblem } from './problem.ts';
import { created, done, inTurn, route, shown, userUrl } from './route.ts';

const base = '/v1/users/:account/conferences/:conference/members';

export const memberRoutes = [
  route('POST', base, async (request, voice) => {
    const { record } = await needLiveConference(request, voice);
    return inTurn(`conference ${record.id}`, () => add(request, voice));
  }),
  route('GET', base, async (request, voice) => {
    const known = await needConference(request, voice);
    return shown(known.note.members.map((member) => view(member, known, request, voice)));
  }),
  route('GET', `${base}/:member`, async (request, voice) => {
    const known = await needConference(request, voice);
    return shown(view(memberIn(known, request), known, request, voice));
  }),
  route('POST', `${base}/:member`, async (request, voice) => {
    const { record } = await needConference(request, voice);
    return inTurn(`conference ${record.id}`, () => update(request, voice));
  }),
  route('POST', `${base}/:member/audio`, async (request, voice) => {
    const known = await needLiveConference(request, voice);
    const { call } = memberIn(known, request);
    const input = readInput('audio', request);
    const prompt = soundOf(input);
    const callback = await callbackFor(voice, await needCall(request, voice, callIdOf(call)));
    await voice.command(call, { kind: 'end-beside', name: audioName });
    if (prompt === null) return done;
    const at = { ...build.nowhere, path: audioName };
    const notify = tell(callback, 'sound', tagOf(input));
    await voice.command(call, { kind: 'beside', name: audioName, body: [build.play(prompt, { at, notify })] });
    return done;
  }),
];

async function add(request: RestRequest, voice: Voice): Promise<RestReply> {
  const known = await needLiveConference(request, voice);
  const { record, note } = known;
  const input = readInput('conferenceMember', request);
  const written = input.needed('callId');
  const call = await needCall(request, voice, written);
  refuseTransferred(call);
  if (call.record.state !== 'live')
    throw new RequestProblem('call-id-not-found', `The call ${written} is not active`, {
      name: 'callId',
      value: written,
    });
  if (record.members.length >= byDefault.conferenceMembers)
    throw new RequestProblem(
      'conference-max-members',
      `A conference has at most ${byDefault.conferenceMembers} members`,
    );
  const id = memberIdOf(record.id, call.record.id);
  const now = note.members.find((member) => member.id === id);
  if (now !== undefined && isIn(now, known))
    throw new RequestProblem('conference-update-conflict', `The call ${written} is a member already`);
  const member: MemberNote = {
    id,
    call: call.record.id,
    mute: input.boolean('mute', false),
    hold: input.boolean('hold', false),
    joinTone: input.boolean('joinTone', false),
    leavingTone: input.boolean('leavingTone', false),
    addedTime: new Date().toISOString(),
  };
  const members = [...note.members.filter((other) => other.id !== id), member];
  await voice.notes.put(conferenceKind, record.id, { ...note, members } satisfies ConferenceNote);
  const node = build.conference(record.name, {
    ...{ mute: member.mute || note.mute, hold: member.hold || note.hold },
    tones: tonesOf(member),
  });
  await voice.command(member.call, { kind: 'run', flow: commandFlow([node, build.park()]) });
  return created(voice, `conferences/${known.id}/members/${id}`);
}

const tonesOf = ({ joinTone: join, leavingTone: leave }: MemberNote): ConferenceTones => ({ join, leave });

async function update(request: RestRequest, voice: Voice): Promise<RestReply> {
  const known = await needConference(request, voice);
  const { record, note } = known;
  const member = memberIn(known, request);
  const input = readInput('conferenceMember', request);
  const state = input.choice('state', ['completed', 'active'], null);
  const next: MemberNote = {
    ...member,
    mute: input.boolean('mute', member.mute),
    hold: input.boolean('hold', member.hold),
    joinTone: input.boolean('joinTone', member.joinTone),
    leavingTone: input.boolean('leavingTone', member.leavingTone),
    ...(state === 'completed' && member.removedTime === undefined && { removedTime: new Date().toISOString() }),
  };
  if (!isIn(member, known) && state !== 'completed')
    throw new RequestProblem('conference-error', `The member ${member.id} has left the conference`);
  const members = note.members.map((other) => (other.id === member.id ? next : other));
  await voice.notes.put(conferenceKind, record.id, { ...note, members } satisfies ConferenceNote);
  if (record.state === 'ended') return done;
  const { call } = next;
  const changed = { mute: next.mute || note.mute, hold: next.hold || note.hold, tones: tonesOf(next) };
  await voice.conferences.command(record.id, { kind: 'member', call, ...changed });
  if (state === 'completed') await voice.conferences.command(record.id, { kind: 'remove', call });
  return done;
}

function memberIn({ note }: KnownConference, { params }: RestRequest): MemberNote {
  const id = params['member'] ?? '';
  const found = note.members.find((member) => member.id === id);
  if (found !== undefined) return found;
  throw new RequestProblem('conference-member-not-found', `The member ${id} was not found`);
}

const isIn = ({ call, removedTime }: MemberNote, { record }: KnownConference): boolean =>
  removedTime === undefined && record.state === 'live' && record.members.some((member) => member.call === call);

function view(member: MemberNote, known: KnownConference, request: RestRequest, voice: Voice): object {
  const { id, call, mute, hold, joinTone, leavingTone, addedTime, removedTime } = member;
  return {
    id,
    state: isIn(member, known) ? 'active' : 'completed',
    ...{ mute, hold, joinTone, leavingTone, addedTime, removedTime },
    call: `${userUrl(request, voice)}/calls/${callIdOf(call)}`,
  };
}
