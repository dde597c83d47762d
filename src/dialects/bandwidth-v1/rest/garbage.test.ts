// Requests without sense to every route: each is answered in the vendor's form, none is a fault of the server's own.
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TapeLine } from '../../../call/event.ts';
import { parseFlow } from '../../../flow/schema.ts';
import { callRecord, createRig, ownId, type Rig, tapeOf } from '../../bandwidth/rest/voice-rig.ts';
import type { ConferenceRecord, RestReply, Voice } from '../../rest.ts';
import { callIdOf, conferenceIdOf, recordingIdOf } from '../ids.ts';
import { bandwidthV1Rest } from './face.ts';
import { kinds } from './problem.ts';

const routes = bandwidthV1Rest.flatMap((face) => face.routes);
const call = ownId(1);
const conference: ConferenceRecord = {
  ...{ id: ownId(9), name: 'v1-x', app: 'a', state: 'live', createdAt: '2030-01-02T03:04:05.006Z', endedAt: null },
  ...{ events: null, members: [] },
};

let rig: Rig;
let voice: Voice;
beforeEach(() => {
  rig = createRig();
  const at = rig.voice.notes;
  voice = {
    ...rig.voice,
    async saveApp({ name, dialect }) {
      return { name, dialect, numbers: [] };
    },
    dropApp: async () => true,
    saveNumber: async () => {},
    dropNumber: async () => true,
    savePhone: async () => {},
    dropPhone: async () => true,
    conferences: { ...rig.voice.conferences, create: async () => conference },
    notes: {
      ...at,
      list: async (kind, { offset, limit }) =>
        (await at.list<never>(kind, { offset, limit })).slice(offset, offset + limit),
    },
  };
  const tape: TapeLine[] = tapeOf({ type: 'call.incoming', call, app: 'a', from: '1', to: '2', signalling: {} });
  rig.calls.push(callRecord(1), callRecord(2, { state: 'ringing', answeredAt: null, direction: 'inbound' }));
  rig.tapes.set(call, tape);
  rig.recordings.push({
    id: 'recording-1',
    call,
    tag: null,
    durationMs: 1,
    bytes: 4,
    channels: 'mixed',
    startedAt: conference.createdAt,
  });
  rig.conferences.push(conference);
});

const value: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      '1',
      '-1',
      '0',
      '5',
      '1e9',
      'true',
      'false',
      'completed',
      'active',
      'transferring',
      'rejected',
      'GET',
      '#',
      '*9',
    ],
    ...[
      '+15550001',
      'sip:a@b.example',
      'http://a.example/x',
      'https://u:secret-p@a.example/',
      'javascript:1',
      callIdOf(call),
    ],
  ),
  fc.constantFrom(0, 1, -5, 31, 1e12, Number.MAX_SAFE_INTEGER, 0.25, true, false, null),
  fc.jsonValue({ maxDepth: 2 }),
);
/** What is plausible there, so that something comes of requests, too. */
const plausible: Readonly<Record<string, readonly unknown[]>> = {
  from: ['+15550001'],
  to: ['sip:a@b.example', '+15550002'],
  state: ['completed', 'active', 'transferring', 'rejected'],
  callTimeout: ['20', 30],
  callbackUrl: ['https://u:secret-p@a.example/', ''],
  fallbackUrl: ['https://u:secret-p@b.example/'],
  callbackHttpMethod: ['GET', 'post'],
  callbackTimeout: [1000],
  tag: ['{{x}}', 't'],
  maxDigits: ['5', 3],
  terminatingDigits: ['#', '*9'],
  interDigitTimeout: ['7', 2.5],
  prompt: [{ sentence: 'Code {{please}}' }, { fileUrl: 'https://u:secret-p@a.example/a.wav', loopEnabled: 'true' }],
  sentence: ['Hello', ''],
  fileUrl: ['https://u:secret-p@a.example/a.mp3', ''],
  loopEnabled: ['true', false],
  gender: ['male'],
  dtmfOut: ['1w2', '#'],
  transferTo: ['+15550003'],
  transferCallerId: ['private'],
  whisperAudio: [{ sentence: 'For you' }],
  recordingEnabled: ['true', true, false],
  recordingMaxDuration: [60],
  callIds: [[callIdOf(call)], []],
  bridgeAudio: ['false'],
  callId: [callIdOf(call)],
  mute: ['true'],
  hold: [true],
  name: ['n'],
  incomingCallUrl: ['https://u:secret-p@a.example/in'],
  autoAnswer: ['false'],
  number: ['+15550004'],
  credentials: [{ password: 'p' }],
  sipHeaders: [{ 'X-A': 'b' }],
  voice: ['Jorge'],
  locale: ['es_MX'],
  volume: ['4'],
  conferenceId: ['conf'],
  enabled: ['true'],
  ['__proto__']: ['x'],
  toString: ['x'],
};
const property = fc
  .constantFrom(...Object.keys(plausible))
  .chain((name) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...plausible[name]!) }, { weight: 1, arbitrary: value }),
    ),
  );
const body = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.array(property, { maxLength: 8 }).map((made) => JSON.stringify(Object.fromEntries(made))),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 50 }) },
);
const parameter = fc.oneof(
  { weight: 4, arbitrary: fc.constant(callIdOf(call)) },
  fc.constantFrom(
    callIdOf(call),
    callIdOf(ownId(2)),
    conferenceIdOf(conference.id),
    recordingIdOf(call, 'recording-1'),
    'menu',
    `${callIdOf(call)}-1.wav`,
  ),
  fc.string({ maxLength: 40 }),
);
const query = fc.dictionary(
  fc.constantFrom('page', 'size', 'from', 'to', 'sortOrder', 'fromDateTime', 'bridgeId', 'conferenceId'),
  fc.oneof(fc.constantFrom('0', '1', '1000', '-1', 'x', '2030-01-01'), fc.string({ maxLength: 10 })),
  { maxKeys: 3 },
);

const known: ReadonlySet<number> = new Set([200, 201, ...Object.values(kinds).map(({ status }) => status)]);

async function ask(
  at: number,
  parameters: readonly string[],
  text: string,
  search: Readonly<Record<string, string>>,
): Promise<RestReply> {
  const route = routes[at]!;
  const given = [...parameters];
  const params: Record<string, string> = { account: voice.account };
  const path = route.path.replaceAll(/:([a-z]+)/g, (_whole, name: string) => {
    params[name] ??= given.shift() ?? 'none';
    return encodeURIComponent(params[name]!.toWellFormed());
  });
  return route.answer(
    {
      ...{
        method: route.method,
        path,
        params,
        query: new URLSearchParams(search),
        headers: {},
        remoteAddress: '192.0.2.1',
      },
      ...{ body: Buffer.from(text), here: 'http://here.test' },
    },
    voice,
  );
}

describe('requests without sense', () => {
  it('are answered in the vendor’s form, and command nothing that cannot run', async () => {
    let commanded = 0;
    const request = fc.tuple(fc.nat(routes.length - 1), fc.array(parameter, { maxLength: 3 }), body, query);
    await fc.assert(
      fc.asyncProperty(request, async ([at, parameters, text, search]) => {
        const { status, headers, body: said } = await ask(at, parameters, text, search);
        expect(known.has(status), `${status}`).toBe(true);
        if (status === 201) expect(headers?.['location']).toMatch(/^\/v1\/users\/9900000\/[\w/-]+[^/]$/);
        if (status >= 400) {
          const fault = JSON.parse(String(said)) as {
            category: string;
            code: string;
            message: string;
            details: object[];
          };
          expect(Object.keys(fault)).toEqual(['category', 'code', 'message', 'details']);
          expect(fault.details.length).toBeGreaterThanOrEqual(3);
        }
        commanded += rig.commands.length + rig.orders.length;
        for (const [, command] of rig.commands.splice(0)) {
          const flow =
            command.kind === 'run'
              ? command.flow
              : command.kind === 'beside'
                ? { dialect: 'bandwidth-v1', source: '', body: command.body }
                : null;
          if (flow !== null) expect(parseFlow(JSON.parse(JSON.stringify(flow)))).toEqual(flow);
          expect(JSON.stringify(command)).not.toContain('secret-p');
        }
        for (const order of rig.orders.splice(0)) {
          expect(parseFlow(JSON.parse(JSON.stringify(order.plan.flow)))).toEqual(order.plan.flow);
          expect(JSON.stringify(order)).not.toContain('secret-p');
        }
      }),
      { numRuns: 6000 },
    );
    expect(commanded).toBeGreaterThan(40);
  });

  it('reach every route', async () => {
    for (let at = 0; at < routes.length; at += 1) {
      const { status } = await ask(at, [callIdOf(call), 'x', 'y'], '{}', {});
      expect(known.has(status), routes[at]!.path).toBe(true);
    }
  });
});
