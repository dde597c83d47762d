import { describe, expect, it } from 'vitest';
import { destination } from '../../../flow/build.ts';
import type { ConferenceRecord } from '../../rest.ts';
import { callIdOf, conferenceIdOf, recordingIdOf } from '../call-id.ts';
import { application, base, createRig, endedAt, ownId, startedAt } from './voice-rig.ts';

const conferenceId = conferenceIdOf(ownId(5));
const at = `/conferences/${conferenceId}`;
const member = {
  call: ownId(1),
  from: '+1',
  to: '+2',
  mute: true,
  hold: false,
  coach: [ownId(2)],
  joinedAt: startedAt,
};
const record = (n: number, fields: Partial<ConferenceRecord> = {}): ConferenceRecord => ({
  id: ownId(n),
  name: 'team',
  app: application,
  state: 'live',
  createdAt: startedAt,
  endedAt: null,
  events: {
    destination: destination('https://app.test/conference', { method: 'POST', extra: { tag: 'blue %7B%7B' } }),
    types: ['created'],
    answers: 'documents',
  },
  members: [member],
  ...fields,
});
const memberTold = {
  callId: callIdOf(ownId(1)),
  conferenceId,
  memberUrl: `${base}${at}/members/${callIdOf(ownId(1))}`,
  mute: true,
  hold: false,
  callIdsToCoach: [callIdOf(ownId(2))],
};
function rigWithConference(fields: Partial<ConferenceRecord> = {}) {
  const rig = createRig();
  rig.conferences.push(record(5, fields));
  return rig;
}

describe('conferences', () => {
  it('are told one by one, with their members', async () => {
    const { status, body } = await rigWithConference().ask('GET', at);
    expect([status, body]).toEqual([
      200,
      {
        id: conferenceId,
        name: 'team',
        createdTime: startedAt,
        completedTime: null,
        conferenceEventUrl: 'https://app.test/conference',
        conferenceEventMethod: 'POST',
        tag: 'blue {{',
        activeMembers: [memberTold],
      },
    ]);
  });

  it('that tell nobody anything are told so', async () => {
    const { body } = await rigWithConference({ events: null, endedAt, state: 'ended', members: [] }).ask('GET', at);
    expect(body).toMatchObject({ completedTime: endedAt, conferenceEventUrl: null, tag: null, activeMembers: [] });
    expect(body).not.toHaveProperty('conferenceEventMethod');
  });

  it('are listed in pages, without members', async () => {
    const rig = createRig();
    rig.conferences.push(record(5), record(6, { name: 'other' }), record(7));
    const first = await rig.ask('GET', '/conferences?pageSize=2');
    expect(first.body).toHaveLength(2);
    expect(first.body[0]).not.toHaveProperty('activeMembers');
    const link = /^<(.+)>; rel="next"$/.exec(first.headers['Link']!)![1]!;
    const second = await rig.ask('GET', link.slice(base.length));
    expect([second.body.length, second.headers['Link']]).toEqual([1, undefined]);
    expect((await rig.ask('GET', '/conferences?name=other')).body).toMatchObject([{ name: 'other' }]);
    expect((await rig.ask('GET', '/conferences?pageSize=1001')).status).toBe(400);
  });

  it('that are not there, are over or speak another dialect are not found', async () => {
    const rig = createRig();
    rig.conferences.push(record(5, { endedAt, state: 'ended' }), record(6, { app: 'other' }));
    expect((await rig.ask('GET', '/conferences/conf-1')).body.description).toBe('Conference [conf-1] not found');
    expect((await rig.ask('GET', `/conferences/${conferenceIdOf(ownId(6))}`)).status).toBe(404);
    expect((await rig.ask('POST', at, { status: 'completed' })).status).toBe(404);
    expect((await rig.ask('GET', at)).status).toBe(200);
  });

  it('are ended, and asked to fetch a document', async () => {
    const rig = rigWithConference();
    expect(await rig.ask('POST', at, { status: 'completed' })).toMatchObject({ status: 204, body: null });
    const redirect = {
      redirectUrl: 'https://app.test/c',
      redirectMethod: 'GET',
      redirectFallbackUrl: 'https://spare.test',
    };
    expect((await rig.ask('POST', at, redirect)).status).toBe(204);
    expect(rig.conferenceCommands).toMatchObject([
      [ownId(5), { kind: 'end' }],
      [
        ownId(5),
        {
          kind: 'redirect',
          destination: { url: 'https://app.test/c', method: 'GET', extra: { event: 'conferenceRedirect' } },
        },
      ],
    ]);
    expect((await rig.ask('POST', at, {})).body.description).toBe('redirectUrl is required when status is active');
    expect((await rig.ask('POST', at, { ...redirect, status: 'completed' })).status).toBe(400);
    rig.fail = Object.assign(new Error('over'), { code: 'conference-over' });
    expect((await rig.ask('POST', at, redirect)).status).toBe(404);
  });

  it('are given a document of what may run in one', async () => {
    const rig = rigWithConference();
    const bxml =
      '<Bxml><SpeakSentence>Hi</SpeakSentence><StartRecording/><PlayAudio>/a.wav</PlayAudio><StopRecording/></Bxml>';
    expect(await rig.ask('PUT', `${at}/bxml`, bxml)).toMatchObject({ status: 204, body: null });
    expect(rig.conferenceCommands).toMatchObject([[ownId(5), { kind: 'queue', flow: { dialect: 'bandwidth' } }]]);
    for (const [document, words] of [
      ['<Bxml><Gather/></Bxml>', 'Invalid BXML: <Gather> may not stand in the document of a conference'],
      ['<Bxml><Record/></Bxml>', 'Invalid BXML: <Record> may not stand in the document of a conference'],
      ['<Bxml>', /^Invalid BXML: line 1/],
      ['', 'Invalid BXML: the document is empty'],
    ] as const) {
      const { status, body } = await rig.ask('PUT', `${at}/bxml`, document);
      expect(status).toBe(400);
      expect(body.description).toMatch(words);
    }
    expect(rig.conferenceCommands).toHaveLength(1);
  });

  it('let their members be looked at and changed', async () => {
    const rig = rigWithConference();
    const own = `${at}/members/${callIdOf(ownId(1))}`;
    expect((await rig.ask('GET', own)).body).toEqual(memberTold);
    expect(await rig.ask('PUT', own, { mute: 'false' })).toMatchObject({ status: 204, body: null });
    expect((await rig.ask('PUT', own, { hold: true, callIdsToCoach: [] })).status).toBe(204);
    expect((await rig.ask('PUT', own, { callIdsToCoach: [callIdOf(ownId(3))] })).status).toBe(204);
    expect(rig.conferenceCommands.map(([, command]) => command)).toEqual([
      { kind: 'member', call: ownId(1), mute: false },
      { kind: 'member', call: ownId(1), hold: true, coach: null },
      { kind: 'member', call: ownId(1), coach: [ownId(3)] },
    ]);
    expect((await rig.ask('PUT', own, { mute: 'loud' })).body.description).toBe('Invalid mute: must be true or false');
    expect((await rig.ask('GET', `${at}/members/c-9`)).body.description).toBe('Conference member [c-9] not found');
  });

  it('have recordings of their own', async () => {
    const rig = rigWithConference();
    const sound = {
      id: 'recording-1',
      call: ownId(5),
      tag: null,
      durationMs: 2000,
      bytes: 9,
      channels: 'mixed',
    } as const;
    rig.recordings.push({ ...sound, startedAt });
    const recordingId = recordingIdOf(ownId(5), 'recording-1');
    const told = { conferenceId, name: 'team', recordingId, duration: 'PT2S', channels: 1, status: 'complete' };
    expect((await rig.ask('GET', `${at}/recordings`)).body).toMatchObject([told]);
    const { body } = await rig.ask('GET', `${at}/recordings/${recordingId}`);
    expect(body).toMatchObject({ ...told, mediaUrl: `${base}${at}/recordings/${recordingId}/media` });
    expect((await rig.ask('GET', `${at}/recordings/${recordingId}/media`)).body).toBe('RIFF');
    expect((await rig.ask('GET', `${at}/recordings/r-1`)).status).toBe(404);
    expect((await rig.ask('GET', `${at}/recordings/r-1/media`)).status).toBe(404);
    // It is no call's.
    expect((await rig.ask('GET', '/recordings')).body).toEqual([]);
  });
});
