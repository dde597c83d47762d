import { describe, expect, it } from 'vitest';
import type { Effect, EffectType } from '../call/effect.ts';
import type { ConferenceCommand, NoteEvent, WorldEvent } from '../call/event.ts';
import { choose, destination, flow, gather, hangup, play, record, set } from '../flow/build.ts';
import type { Block, ConferenceEvents, Flow } from '../flow/node.ts';
import { createConferenceRun } from './create-conference-run.ts';

type EffectOf<Type extends EffectType> = Extract<Effect, { type: Type }>;

const events = (answers: ConferenceEvents['answers'] = 'documents'): ConferenceEvents => ({
  destination: destination('http://app.test/room', { extra: { tag: 't' } }),
  types: ['created', 'joined', 'changed', 'left', 'completed'],
  answers,
});
const member = (call: string) => ({ call, from: call, to: 'room', mute: false, hold: false, coach: null });

/** A conference that was begun, and what it has said. */
function begin(told: ConferenceEvents | null) {
  const run = createConferenceRun({ defaults: { language: 'en-US' } });
  const said: Effect[] = [];
  let seq = 0;
  function put(event: WorldEvent, since = seq): readonly Effect[] {
    seq += 1;
    const effects = run.step({ seq, at: since, since, event });
    said.push(...effects);
    return effects;
  }
  const all = <Type extends EffectType>(type: Type) =>
    said.filter((effect): effect is EffectOf<Type> => effect.type === type);
  const notes = <Type extends NoteEvent['type']>(type: Type) =>
    all('note').flatMap(({ event }) => (event.type === type ? [event as Extract<NoteEvent, { type: Type }>] : []));
  const command = (one: ConferenceCommand) => put({ type: 'conference.commanded', command: one });
  const rig = {
    ...{ put, all, notes, command },
    join: (call: string) => put({ type: 'member.joined', member: member(call) }),
    leave: (call: string) => put({ type: 'member.left', call, why: 'left' }),
    /** What is told, in words. */
    told: () =>
      said.flatMap((effect) =>
        effect.type === 'document.ask' || effect.type === 'application.notify'
          ? [`${effect.type === 'document.ask' ? 'ask' : 'tell'} ${wordsOf(effect.report)}`]
          : [],
      ),
    answer(body: Block = [], source = 'answer') {
      const { request } = all('document.ask').at(-1)!;
      return put({ type: 'document.fetched', request, flow: flow(body, { source }), httpStatus: 200 });
    },
    arrived: () => put({ type: 'notice.told', notice: all('application.notify').at(-1)!.notice, httpStatus: 204 }),
    queue: (body: Block, source = 'rest') => command({ kind: 'queue', flow: flow(body, { source }) }),
    run: (next: Flow) => command({ kind: 'run', flow: next }),
    finish(prompt: string) {
      return put({ type: 'prompt.finished', prompt, why: 'end', playedMs: 9 });
    },
    get over() {
      return run.over;
    },
  };
  put({
    ...{ type: 'conference.created', conference: 'r1', name: 'ops', app: 'a1', account: '' },
    ...{ events: told, waits: false },
  });
  return rig;
}

function wordsOf(report: EffectOf<'document.ask'>['report']): string {
  if (report.kind !== 'conference') return report.kind;
  return [report.event, report.member?.call, report.size].filter((word) => word !== undefined).join(' ');
}

describe('what a conference tells', () => {
  it('waits for the answer to what came before', () => {
    const room = begin(events());
    room.join('a');
    room.join('b');
    expect(room.told()).toEqual(['ask created 0']);
    room.answer();
    expect(room.told()).toEqual(['ask created 0', 'ask joined a 1']);
    room.put({ type: 'document.failed', request: 'request-2', code: 'fetch-timeout', message: 'late' });
    room.leave('a');
    room.answer();
    expect(room.told().slice(2)).toEqual(['ask joined b 2', 'ask left a 1']);
  });

  it('is only told to an application whose answers are ignored', () => {
    const room = begin(events('ignored'));
    room.arrived();
    room.join('a');
    room.arrived();
    room.put({ type: 'member.changed', member: { ...member('a'), mute: true } });
    expect(room.told()).toEqual(['tell created 0', 'tell joined a 1', 'tell changed a 1']);
  });

  it('is nothing when nobody wants to know', () => {
    const room = begin(null);
    room.join('a');
    room.leave('a');
    expect(room.told()).toEqual([]);
  });

  it('is told to its end: then without asking, and not for ever', () => {
    const room = begin(events());
    room.join('a');
    expect(room.leave('a')).toEqual([{ type: 'call.hangup', reason: 'the last member left' }]);
    room.put({ type: 'conference.ended', reason: 'the last member left' });
    expect(room.over).toBe(false);
    room.answer([play('Too late.')]);
    expect(room.all('prompt.start')).toEqual([]);
    for (let i = 0; i < 3; i += 1) room.arrived();
    expect(room.told()).toEqual(['ask created 0', 'tell joined a 1', 'tell left a 0', 'tell completed 0']);
    expect(room.notes('call.ended')).toMatchObject([{ reason: 'the last member left' }]);
    expect(room.over).toBe(true);

    const unheard = begin(events());
    unheard.join('a');
    unheard.put({ type: 'conference.ended', reason: 'over' });
    const { timer } = unheard.all('timer.arm').find(({ delayMs }) => delayMs === 15_000)!;
    expect(unheard.over).toBe(false);
    unheard.put({ type: 'timer.fired', timer });
    expect(unheard.over).toBe(true);
  });
});

describe('what runs in a conference', () => {
  it('comes one after the other, from answers and over REST', () => {
    const room = begin(events());
    room.answer([play('One.'), play('Two.')]);
    room.queue([play('Three.')]);
    expect(room.all('prompt.start')).toHaveLength(1);
    room.finish('prompt-1');
    room.finish('prompt-2');
    room.finish('prompt-3');
    expect(room.all('prompt.start').map(({ sound }) => 'text' in sound && sound.text)).toEqual([
      ...['One.', 'Two.', 'Three.'],
    ]);
  });

  it('is replaced by a document that is to run at once, and ended by one without a verb', () => {
    const room = begin(null);
    room.queue([play('One.')]);
    room.queue([play('Two.')]);
    room.run(flow([play('Now.')]));
    expect(room.all('prompt.stop').map(({ prompt }) => prompt)).toEqual(['prompt-1']);
    room.finish('prompt-1');
    room.run(flow([]));
    expect(room.all('prompt.stop').map(({ prompt }) => prompt)).toEqual(['prompt-1', 'prompt-2']);
    expect(room.all('prompt.start')).toHaveLength(2);
  });

  it('records in the background, and tells of the file with the words of the conference', () => {
    const room = begin(events());
    const notify = destination('http://app.test/file', { extra: { tag: '{{tag}}' } });
    const once = choose([], [set('recording', 'on'), record('start', { notify })]);
    room.answer([once, play('Hello.')]);
    const { recording } = room.all('record.start')[0]!;
    room.put({ type: 'recording.started', recording, tag: null, channels: 'mixed' });
    room.put({ type: 'conference.ended', reason: 'over' });
    expect(room.all('record.stop')).toEqual([{ type: 'record.stop', recording }]);
    room.arrived();
    expect(room.over).toBe(false);
    const file = { tag: null, durationMs: 9, bytes: 9, file: 'r.wav', why: 'stopped' } as const;
    room.put({ type: 'recording.finished', recording, ...file });
    const told = room.all('application.notify').at(-1)!;
    expect(told.report).toMatchObject({ kind: 'recording', destination: { extra: { tag: 't' } } });
    room.arrived();
    expect(room.over).toBe(true);
  });

  it.each([
    ['a gather', [play('Hello.'), gather()], 'gather'],
    ['a hang-up', [play('Hello.'), hangup()], 'hangup'],
    ['a recording that waits', [record('until')], 'record'],
    ['a verb inside of a choice', [choose([], [gather()])], 'gather'],
    ['variables of its own', [set('a', 'b')], 'set'],
  ] as const)('is not a document with %s, of which nothing runs', (_what, body, verb) => {
    const room = begin(null);
    room.queue(body, 'wrong');
    room.queue([play('After.')], 'right');
    expect(room.notes('flow.failed')).toEqual([
      {
        ...{ type: 'flow.failed', source: 'wrong', code: 'conference-verb' },
        message: `<${verb}> in line 1 cannot run in a conference.`,
      },
    ]);
    expect(room.all('prompt.start')).toHaveLength(1);
    expect(room.notes('flow.started')).toEqual([{ type: 'flow.started', source: 'right' }]);
  });

  it('passes over a document without a verb', () => {
    const room = begin(null);
    room.queue([hangup({ at: { line: 1, column: 1, path: 'Response' } })]);
    expect(room.notes('flow.failed')).toEqual([]);
    expect(room.notes('flow.started')).toEqual([]);
  });
});

describe('a tone', () => {
  it('is heard when a member that has one joins or leaves, by those who are there', () => {
    const room = begin(null);
    const beeps = () => room.all('prompt.start').length;
    room.put({ type: 'member.joined', member: { ...member('a'), tones: { join: true, leave: false } } });
    expect(room.all('prompt.start')).toMatchObject([{ sound: { kind: 'progress', name: 'beep' }, times: 1 }]);
    room.put({ type: 'member.joined', member: { ...member('b'), tones: { join: false, leave: true } } });
    room.join('c');
    expect(beeps()).toBe(1);
    room.leave('a');
    room.leave('b');
    expect(beeps()).toBe(2);
    room.put({ type: 'member.changed', member: { ...member('c'), tones: { join: true, leave: true } } });
    room.leave('c');
    expect(beeps()).toBe(2);
  });

  it('holds up no document', () => {
    const room = begin(null);
    room.put({ type: 'member.joined', member: { ...member('a'), tones: { join: true, leave: true } } });
    room.queue([play('One.'), play('Two.')]);
    room.finish('prompt-2');
    expect(room.all('prompt.start').map(({ prompt }) => prompt)).toEqual(['prompt-1', 'prompt-2', 'prompt-3']);
  });
});

describe('a conference ends', () => {
  it('when somebody ends it, once', () => {
    const room = begin(null);
    room.join('a');
    const [end, ...others] = room.command({ kind: 'end', reason: 'over' });
    expect([end, others]).toEqual([{ type: 'call.hangup', reason: 'over' }, []]);
    expect(room.command({ kind: 'end', reason: 'again' })).toEqual([]);
    expect(room.leave('a')).toEqual([]);
    room.put({ type: 'conference.ended', reason: 'over' });
    expect(room.over).toBe(true);
  });

  it('after a day', () => {
    const room = begin(null);
    room.join('a');
    const [limit] = room.all('timer.arm');
    expect(limit!.delayMs).toBe(86_400_000);
    expect(room.put({ type: 'timer.fired', timer: limit!.timer })).toEqual([
      { type: 'call.hangup', reason: 'it lasted for a day' },
    ]);
  });

  it('asks for a document when it is to', () => {
    const room = begin(null);
    room.command({ kind: 'redirect', destination: destination('http://app.test/next') });
    expect(room.told()).toEqual(['ask redirect 0']);
    room.answer([play('Next.')]);
    expect(room.all('prompt.start')).toHaveLength(1);
  });
});
