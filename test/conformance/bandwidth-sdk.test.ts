// Bandwidth's own package as an oracle: documents that its builder writes compile without a problem, and our webhooks fit
// the schemas of its OpenAPI file, with no property that these lack.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createBandwidth } from '../../src/dialects/bandwidth/index.ts';
import { destination } from '../../src/flow/build.ts';
import type { CallFacts, Report } from '../../src/flow/report.ts';

const folder = dirname(createRequire(import.meta.url).resolve('bandwidth-sdk/package.json'));
const title = 'the package bandwidth-sdk';
const { compile, request } = createBandwidth();

compareWith(join(folder, 'bandwidth.yml'));

type Schema = { readonly $ref?: string; readonly properties?: Readonly<Record<string, Schema>> };

function compareWith(file: string): void {
  const { components } = parse(readFileSync(file, 'utf8')) as { components: { schemas: Record<string, Schema> } };
  const ajv = new Ajv({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'api', components });
  const call: CallFacts = {
    id: 'AAECAwQFBgcICQoLDA0ODw',
    app: 'ferry',
    direction: 'outbound',
    from: '+15551112222',
    to: '+15553334444',
    state: 'live',
    startedAt: '2030-01-02T03:04:05.006Z',
    answeredAt: '2030-01-02T03:04:07.000Z',
    enqueuedAt: '2030-01-02T03:04:01.000Z',
  };
  const to = (event: string) =>
    destination('https://a.example/', { method: 'POST', extra: { event, tag: 't', channels: '2' } });
  const base = (event: string) => ({ destination: to(event), history: [] });
  const leg = {
    target: '+15550001',
    callerId: '+15550002',
    leg: 'callee-1',
    reason: 'busy',
    answeredMs: 5,
    endedMs: 9,
  };
  const recording = { kind: 'recording', recordingId: 'recording-1', durationMs: 13_670 } as const;
  const end = { by: 'peer', reason: 'hung up', q850Cause: 16, fault: 'fetch-timeout', endedMs: 9 } as const;
  const keyed = { digits: '1', terminator: '#', success: true, reason: 'terminator', attempt: 1 } as const;
  const room = { ...call, id: 'EAECAwQFBgcICQoLDA0ODw', conference: 'ops', from: '', to: '' };
  const member = { call: call.id, from: call.from, to: call.to, mute: false, hold: false, coach: null };
  const inRoom = (event: Extract<Report, { kind: 'conference' }>['event']) =>
    ({ kind: 'conference', ...base('conference'), event, member, size: 2, atMs: 9 }) as const;
  const reports: readonly (readonly [schema: string, Report, (CallFacts['direction'] | 'room')?])[] = [
    ['initiateCallback', { kind: 'call-start', ...base('initiate') }, 'inbound'],
    ['answerCallback', { kind: 'call-start', ...base('answer') }],
    ['gatherCallback', { kind: 'gather', ...base('gather'), ...keyed }],
    ['dtmfCallback', { kind: 'key', ...base('dtmf'), digit: '#' }],
    ['redirectCallback', { kind: 'ask', ...base('redirect') }],
    ['recordingCompleteCallback', { ...recording, ...base('recordComplete') }],
    ['recordingAvailableCallback', { ...recording, ...base('recordingAvailable') }],
    ['transferCompleteCallback', { kind: 'dial', ...base(''), success: false, ...leg, reason: 'busy 1/1' }],
    ['transferDisconnectCallback', { kind: 'leg-end', ...base(''), ...leg, dialledMs: 1 }],
    ['bridgeCompleteCallback', { kind: 'ask', ...base('bridgeComplete') }],
    ['disconnectCallback', { kind: 'call-end', ...base(''), ...end }],
    ['conferenceCreatedCallback', { ...inRoom('created'), member: null }, 'room'],
    ['conferenceMemberJoinCallback', inRoom('joined'), 'room'],
    ['conferenceMemberExitCallback', inRoom('left'), 'room'],
    ['conferenceRedirectCallback', { ...inRoom('redirect'), member: null }, 'room'],
    ['conferenceCompletedCallback', { ...inRoom('completed'), member: null }, 'room'],
    ['conferenceRecordingAvailableCallback', { ...recording, ...base('recordingAvailable') }, 'room'],
  ];

  describe(`${title}: webhooks`, () => {
    it.each(reports.map((one) => [one[0], one] as const))('%s', (_name, [name, report, direction = 'outbound']) => {
      const facts = direction === 'room' ? room : { ...call, direction };
      const body: object = JSON.parse(request(report, facts).body!);
      const schema = components.schemas[name]!;
      expect(schema, 'the schema is there').toBeDefined();
      const valid = ajv.compile({ $ref: `api#/components/schemas/${name}` });
      valid(body);
      expect(valid.errors).toBeNull();
      // What the schema refuses is refused: it was not passed over.
      expect(valid({ ...body, ...(direction === 'room' ? { name: 7 } : { direction: 'sideways' }) })).toBe(false);
      expect(Object.keys(body).filter((property) => !(property in schema.properties!))).toEqual([]);
    });
  });

  describe(`${title}: documents`, () => {
    const { Bxml } = createRequire(import.meta.url)('bandwidth-sdk') as { Bxml: Record<string, Verb> };
    const make = (name: string, ...args: unknown[]) => new Bxml[name]!(...args);
    const speak = () => make('SpeakSentence', 'Enter <emphasis level="strong">PIN</emphasis> & go', { voice: 'julie' });
    const all = { gatherMethod: 'GET', username: 'u', password: 'p', fallbackUsername: 'u', fallbackPassword: 'p' };
    const documents: readonly (readonly [name: string, () => object, kinds: readonly string[]])[] = [
      [
        'Gather',
        () => make('Gather', { gatherUrl: '/g', ...all, maxDigits: 4, repeatCount: 2 }, [speak()]),
        ['gather'],
      ],
      ['StartGather', () => make('StartGather', { dtmfUrl: '/k', username: 'u', password: 'p' }), ['tell-keys']],
      ['StopGather', () => make('StopGather'), ['tell-keys']],
      ['SpeakSentence', speak, ['play']],
      ['PlayAudio', () => make('PlayAudio', 'https://a.example/b.wav?x=1&y=2'), ['play']],
      ['Pause', () => make('Pause', { duration: 0.5 }), ['answer', 'pause']],
      ['Ring', () => make('Ring', { duration: 3, answerCall: false }), ['pause']],
      ['SendDtmf', () => make('SendDtmf', '1w2W3', { toneDuration: 100, toneInterval: 200 }), ['send-digits']],
      ['Record', () => make('Record', { recordCompleteUrl: '/r', maxDuration: 10, silenceTimeout: 2 }), ['record']],
      ['StartRecording', () => make('StartRecording', { multiChannel: true }), ['branch']],
      ['StopRecording', () => make('StopRecording'), ['branch']],
      [
        'Transfer',
        () =>
          make('Transfer', { transferCallerId: '+1555', callTimeout: 20, tag: 't' }, [
            make('PhoneNumber', '+15551', { transferDisconnectUrl: '/d' }),
            make('SipUri', 'sip:a@b.example'),
          ]),
        ['set', 'dial'],
      ],
      ['Forward', () => make('Forward', { to: '+1666', from: '+1777', callTimeout: 5 }), ['dial', 'hangup']],
      ['Bridge', () => make('Bridge', 'c-1', { bridgeCompleteUrl: '/b' }), ['bridge', 'ask']],
      [
        'Conference',
        () => make('Conference', 'ops', { mute: true, callIdsToCoach: 'c-1,c-2', conferenceEventUrl: '/c', tag: 't' }),
        ['set', 'conference'],
      ],
      ['Redirect', () => make('Redirect', { redirectUrl: '/x', redirectMethod: 'GET' }), ['ask']],
      ['Tag', () => make('Tag', 'hi'), ['set']],
      ['Hangup', () => make('Hangup'), ['hangup']],
    ];

    it.each(documents)('%s', (_name, verb, kinds) => {
      for (const root of ['Response', 'Bxml']) {
        const text = (make(root, [verb()]) as { toBxml(): string }).toBxml();
        const { flow, problems } = compile(text, 'https://a.example/start');
        expect(problems, text).toEqual([]);
        expect(flow?.body.map(({ kind }) => kind)).toEqual(kinds);
      }
    });
  });
}

type Verb = new (...args: unknown[]) => object;
