// Requests without sense: whatever is sent, the answer is in the vendor's form, and what is placed or commanded can run.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { destination } from '../../../flow/build.ts';
import { parseFlow } from '../../../flow/schema.ts';
import { callIdOf, conferenceIdOf, recordingIdOf } from '../call-id.ts';
import { bandwidthRest } from './face.ts';
import { application, callRecord, createRig, ownId, startedAt, tapeOf } from './voice-rig.ts';

const ids = {
  call: callIdOf(ownId(1)),
  recording: recordingIdOf(ownId(1), 'recording-1'),
  conference: conferenceIdOf(ownId(5)),
  member: callIdOf(ownId(1)),
  transcription: 't-1',
};
const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('', ' ', '{{call}}', 'https://me:pw@a.test/{{x}}', 'javascript:1', '+1', '1e9', '\u0000', '\ud800'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const fields = [
  ...['to', 'from', 'applicationId', 'answerUrl', 'answerMethod', 'disconnectUrl', 'callTimeout', 'tag', 'displayName'],
  ...['privacy', 'uui', 'machineDetection', 'state', 'redirectUrl', 'redirectFallbackUrl', 'status', 'mute', 'hold'],
  ...['callIdsToCoach', 'username', 'password', 'priority', 'callbackTimeout', '__proto__'],
];
const sound = {
  from: '+15551112222',
  to: '+15553334444',
  applicationId: application,
  answerUrl: 'https://app.test/answer',
  redirectUrl: 'https://app.test/next',
};
const body = fc.oneof(
  fc
    .record({ said: fc.dictionary(fc.constantFrom(...fields), strange, { maxKeys: 1, noNullPrototype: true }) })
    .map(({ said }) => ({ ...sound, ...said })),
  fc
    .record({
      base: fc.boolean(),
      said: fc.dictionary(fc.constantFrom(...fields), strange, { maxKeys: 6, noNullPrototype: true }),
    })
    .map(({ base, said }) => ({ ...(base ? sound : {}), ...said })),
  strange,
  fc.constantFrom('<Bxml/>', '<Bxml><Gather/></Bxml>', '<Bxml><StartRecording/></Bxml>', '<Bxml', '"<Bxml/>"', '"'),
);
const query = fc.dictionary(
  fc.constantFrom('pageSize', 'pageToken', 'minStartTime', 'maxCreatedTime', 'from', 'name', 'disconnectCause'),
  fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('1', '0', '2030-01-01', 'ZnJvbTox')),
  { maxKeys: 3, noNullPrototype: true },
);
const part = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(callIdOf(ownId(2))) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, unit: 'binary-ascii' }) },
);

function openRig() {
  const rig = createRig();
  rig.calls.push(callRecord(1), callRecord(2, { state: 'ringing', answeredAt: null }));
  rig.tapes.set(
    ownId(1),
    tapeOf(
      { type: 'flow.started', source: 'https://app.test/start' },
      { type: 'recording.started', recording: 'recording-2', tag: null, channels: 'mixed' },
    ),
  );
  for (const [call, id] of [
    [ownId(1), 'recording-1'],
    [ownId(5), 'recording-1'],
  ] as const)
    rig.recordings.push({ id, call, tag: null, durationMs: 1, bytes: 1, channels: 'mixed', startedAt });
  rig.conferences.push({
    ...{ id: ownId(5), name: 'team', app: application, state: 'live', createdAt: startedAt, endedAt: null },
    events: { destination: destination('https://app.test/c'), types: [], answers: 'documents' },
    members: [{ call: ownId(1), from: '1', to: '2', mute: false, hold: false, coach: null, joinedAt: startedAt }],
  });
  return rig;
}

it('are answered in the form of the vendor, and command nothing that cannot run', async () => {
  const seen = new Set<number>();
  await fc.assert(
    fc.asyncProperty(
      ...([
        fc.constantFrom(...bandwidthRest.routes),
        body,
        query,
        part,
        fc.constantFrom('json', 'json', 'xml', 'plain'),
      ] as const),
      async ({ method, path }, sent, asked, wrong, type) => {
        const rig = openRig();
        const below = path
          .replace('/api/v2/accounts/:account', '')
          .replaceAll(/:(\w+)/g, (_whole, name: keyof typeof ids) => encodeURIComponent(wrong ?? ids[name]));
        const headers = { 'content-type': type === 'plain' ? 'text/plain' : `application/${type}` };
        const answer = await rig.ask(method, `${below}?${new URLSearchParams(asked)}`, sent, headers);
        seen.add(answer.status);
        expect(answer.status, JSON.stringify([method, below])).toBeLessThan(500);
        if (answer.status >= 400) {
          expect(Object.keys(answer.body)).toEqual(['type', 'description', 'id']);
          expect(answer.body.description).not.toBe('');
        }
        const flows = [
          ...rig.orders.map(({ plan }) => plan.flow),
          ...rig.commands.flatMap(([, command]) => (command.kind === 'run' ? [command.flow] : [])),
        ];
        for (const flow of flows) {
          expect(parseFlow(JSON.parse(JSON.stringify(flow)))).toEqual(flow);
          expect(JSON.stringify(flow)).not.toContain('me:pw@');
        }
        for (const { headers: lines = [], displayName = '' } of rig.orders)
          expect(JSON.stringify([lines, displayName])).not.toMatch(/\\u00[01]|\\[nrt]/);
      },
    ),
    { numRuns: 3000, seed: 20_301_121 },
  );
  for (const status of [200, 201, 204, 400, 403, 404, 409, 415]) expect([...seen]).toContain(status);
});
