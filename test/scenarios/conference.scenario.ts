// Owns: stories of a call in a conference: its documents, those of the conference, what both tell, and how it gets out.
import { conference, destination, flow, hangup, play, speech } from '../../src/flow/build.ts';
import type { ConferenceEvents, Tone } from '../../src/flow/node.ts';
import type { Scenario } from '../../src/testkit/index.ts';

const bxml = (inside: string) => `<Response>${inside}</Response>`;
const start = { method: 'POST', url: '/start' };
/** Stories that run on one server must not meet. */
const room =
  (name: string) =>
  (eventType: string, more: Readonly<Record<string, unknown>> = {}) => ({
    ...{ method: 'POST', url: '/room' },
    body: { eventType, name, tag: 't', ...more },
  });
const enter = (name: string) =>
  bxml(`<Conference conferenceEventUrl="/room" tag="t">${name}</Conference><SpeakSentence>Out.</SpeakSentence>`);
const beep: Tone = {
  ...{ kind: 'tone', frequenciesHz: [440], onMs: 300, offMs: 0 },
  ...{ durationMs: 300, volumeDb: -20 },
};

const story = (name: string, rest: Omit<Scenario, 'name' | 'dialect'>): Scenario => ({
  name: `Conference: ${name}`,
  dialect: 'bandwidth',
  ...rest,
});
const plain = (name: string, rest: Omit<Scenario, 'name' | 'dialect'>): Scenario => ({
  name: `Conference: ${name}`,
  dialect: 'none',
  ...rest,
});

export const scenarios: readonly Scenario[] = [
  story('is told from its first member to its last, one thing after the other', {
    application: { '/start': enter('told'), '/room': bxml('') },
    caller: [{ until: 'request', request: '/room' }, { waitMs: 1500 }, { hangUp: true }],
    expect: {
      requests: [
        start,
        room('told')('conferenceCreated'),
        room('told')('conferenceMemberJoin', { from: '15551230001' }),
        room('told')('conferenceMemberExit'),
        room('told')('conferenceCompleted'),
      ],
      endedBy: 'caller',
    },
  }),
  story('ended over REST: the next verb runs', {
    application: { '/start': enter('ended'), '/room': bxml('') },
    caller: [{ until: 'request', request: '/room' }, { waitMs: 800 }, { conference: { kind: 'end', reason: 'over' } }],
    expect: {
      prompts: ['Out.'],
      requests: [
        start,
        room('ended')('conferenceCreated'),
        room('ended')('conferenceMemberJoin'),
        room('ended')('conferenceMemberExit'),
        room('ended')('conferenceCompleted'),
      ],
      endedBy: 'application',
    },
  }),
  story('keys in it are told one by one behind StartGather', {
    application: {
      '/start': bxml('<StartGather dtmfUrl="/key"/><Conference>keys</Conference><SpeakSentence>Out.</SpeakSentence>'),
      '/key': '',
    },
    caller: [{ until: 'answered' }, { waitMs: 600 }, { press: '5w#' }, { waitMs: 400 }, { hangUp: true }],
    expect: {
      requests: [
        start,
        { method: 'POST', url: '/key', body: { eventType: 'dtmf', digit: '5' } },
        { method: 'POST', url: '/key', body: { eventType: 'dtmf', digit: '#' } },
      ],
      endedBy: 'caller',
    },
  }),
  story('a document of it may record and play, and another verb runs none of it', {
    application: {
      '/start': enter('documents'),
      '/room': [
        bxml('<StartRecording recordingAvailableUrl="/file"/><SpeakSentence>Welcome all.</SpeakSentence>'),
        bxml('<SpeakSentence>Never.</SpeakSentence><Gather gatherUrl="/never"/>'),
        bxml(''),
      ],
      '/file': '',
    },
    caller: [{ until: 'request', request: '/room' }, { waitMs: 2500 }, { hangUp: true }],
    expect: { prompts: [], endedBy: 'caller' },
    onlySimulated: 'The file of a recording is complete some time around the end, before or behind what else is told.',
  }),
  story('of others: the call does not begin it, and is alone when they leave', {
    application: { '/start': enter('ops') },
    conferences: { ops: { others: 2, leaveAfterMs: 500 } },
    caller: [{ until: 'answered' }, { waitMs: 1200 }, { hangUp: true }],
    expect: { requests: [start], endedBy: 'caller' },
    onlySimulated: 'A real call meets nobody there.',
  }),
  story('of others that is full', {
    application: { '/start': bxml('<Conference>ops</Conference><SpeakSentence>Full.</SpeakSentence>') },
    conferences: { ops: { others: 20 } },
    caller: [],
    expect: {
      prompts: ['Full.'],
      endedBy: 'application',
      failures: ['Conference: The conference "ops" has 20 members.'],
    },
    onlySimulated: 'A real call meets nobody there.',
  }),
  plain('the call is sent out of it, and back in by its next verb', {
    application: { '/start': flow([conference('a'), play(beep), conference('b'), play(speech('Bye.')), hangup()]) },
    caller: [
      { until: 'answered' },
      { waitMs: 300 },
      { conference: { kind: 'remove', call: 'call-1' } },
      { until: 'prompt-ended', prompt: 1 },
      { waitMs: 300 },
      { conference: { kind: 'end', reason: 'over' } },
    ],
    expect: { prompts: ['tone of 440 Hz', 'Bye.'], endedBy: 'application' },
    onlySimulated: 'Only a simulation answers with flows built by hand.',
  }),
  plain('another document takes the call out of it; keys pressed in it are for nobody', {
    application: { '/start': flow([conference('a', { events: eventsTo('/room') })]), '/room': flow([]) },
    caller: [
      { until: 'answered' },
      { waitMs: 300 },
      { press: '12' },
      { command: { kind: 'run', flow: flow([play(beep), hangup()], { source: 'rest' }) } },
    ],
    expect: { prompts: ['tone of 440 Hz'], gathers: [], endedBy: 'application' },
    onlySimulated: 'Only a simulation answers with flows built by hand.',
  }),
];

function eventsTo(path: string): ConferenceEvents {
  const to = destination(`http://app.test${path}`, { method: 'POST' });
  return { destination: to, types: ['created', 'joined', 'changed', 'left', 'completed'], answers: 'ignored' };
}
