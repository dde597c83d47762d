// The book of conferences without SIP and media: who gets in, whose a name is, and what two tapes that disagree come to.
import { describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import type { CallFacts } from '../flow/report.ts';
import type { MediaRoom, MediaSession, RoomSeat } from '../media/plane.ts';
import { createConferenceRun } from '../run/create-conference-run.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import type { ConferenceCall, ConferenceParts } from './conference-parts.ts';
import { createConferences, type LiveConferences } from './conferences.ts';
import type { Effect } from './effect.ts';
import type { TapeLine, WorldEvent } from './event.ts';

type Join = Extract<Effect, { type: 'conference.join' }>;

const joins = (name: string, more: Partial<Join> = {}): Join => ({
  ...{ type: 'conference.join', name, mute: false, hold: false, coach: null, events: null },
  ...more,
});

interface Call extends ConferenceCall {
  readonly told: WorldEvent[];
  /** Its place in the media; null when it is in none. */
  seat: RoomSeat | null;
}

/** A process; `seats` of its calls change as those of sessions do. */
function start(ids = 0) {
  const clock = createVirtualClock();
  const tapes = new Map<string, TapeLine[]>();
  const calls: Call[] = [];
  const callOf = (session: MediaSession): Call => calls.find((one) => one.session === session)!;
  const room = (): MediaRoom => ({
    seat: (session, seat) => {
      callOf(session).seat = seat;
    },
    reseat: (seat) => {
      calls.find(({ id }) => id === seat.name)!.seat = seat;
    },
    ...{ play() {}, stop() {}, record() {}, pauseRecording() {}, stopRecording() {}, close: async () => {} },
  });
  const unused = (): never => {
    throw new Error('not in these tests');
  };
  const parts: ConferenceParts = {
    ...{ clock, log: silentLog, ask: unused, notify: unused, durable: async () => {} },
    plane: { openRoom: room },
    sounds: { load: unused, file: unused },
    shelf: { take: unused, heldBytes: 0 },
    recordingPlace: () => ({ of: unused, pathOf: unused }),
    repairRecording: unused,
    onLine: ({ id }, line) => {
      const tape = tapes.get(id) ?? [];
      tapes.set(id, [...tape, line]);
    },
    newId: () => {
      ids += 1;
      return `room-${ids}`;
    },
    createConferenceInterpreter: () => createConferenceRun({ defaults: { language: 'en-US' } }),
    accountOf: (app) => `account of ${app}`,
  };

  function call(id: string, app = 'menu'): Call {
    const facts: CallFacts = {
      ...{ id, app, direction: 'inbound', from: `from ${id}`, to: '1', state: 'live' },
      ...{ startedAt: '2030-01-01T00:00:00.000Z', answeredAt: '2030-01-01T00:00:01.000Z' },
    };
    const one: Call = {
      ...{ id, facts, told: [], seat: null },
      session: {
        unbridge() {
          one.seat = null;
        },
      } as MediaSession,
      put: (event) => void one.told.push(event),
    };
    calls.push(one);
    return one;
  }
  return { conferences: createConferences(parts), call, tapes, clock };
}

/** Another process reads the tapes of one that was killed, up to `lines` of each. */
function startAgain(tapes: ReadonlyMap<string, readonly TapeLine[]>, lines = Number.POSITIVE_INFINITY) {
  const next = start(100);
  const unfinished = [...tapes].map(([id, tape]) => ({
    row: { id, app: 'menu', from: '', to: '', startedAt: 0 },
    lines: JSON.parse(JSON.stringify(tape.slice(0, lines))) as TapeLine[],
    legs: [],
  }));
  expect(next.conferences.resume(unfinished, null)).toEqual([]);
  return next;
}

const types = (tape: readonly TapeLine[] | undefined) => tape?.map(({ event }) => event.type);
const membersOf = (conferences: LiveConferences, id: string) => conferences.get(id)?.members.map(({ call }) => call);

describe('a call', () => {
  it('begins a conference, is told so, and the next one is not the first', () => {
    const { conferences, call, tapes } = start();
    const [a, b] = [call('a'), call('b')];
    conferences.join(a, joins('ops'));
    conferences.join(b, joins('ops', { mute: true }));
    const joined = { type: 'conference.joined', conference: 'room-1', name: 'ops' };
    expect([...a.told, ...b.told]).toEqual([
      { ...joined, created: true },
      { ...joined, created: false },
    ]);
    expect([a.seat, b.seat]).toEqual([
      { name: 'a', mute: false, hold: false, coach: null },
      { name: 'b', mute: true, hold: false, coach: null },
    ]);
    expect(types(tapes.get('room-1'))).toEqual(['conference.created', 'member.joined', 'member.joined']);
  });

  it('meets those of its account only', () => {
    const { conferences, call } = start();
    conferences.join(call('a'), joins('ops'));
    conferences.join(call('b', 'other'), joins('ops'));
    expect(conferences.list().map(({ account }) => account)).toEqual(['account of menu', 'account of other']);
    expect(conferences.named('account of menu', 'ops')?.id).toBe('room-1');
    expect(conferences.named('account of nobody', 'ops')).toBeUndefined();
  });

  it('leaves one when it joins another, and is not told what it did itself', () => {
    const { conferences, call, tapes } = start();
    const a = call('a');
    conferences.join(a, joins('one'));
    conferences.join(a, joins('two'));
    expect(types(tapes.get('room-1'))?.slice(2)).toEqual(['member.left', 'conference.ended', 'call.ended']);
    expect(a.told.map(({ type }) => type)).toEqual(['conference.joined', 'conference.joined']);
    conferences.leave('a');
    conferences.leave('a');
    expect(a.seat).toBeNull();
    expect(conferences.size).toBe(0);
  });

  it('without audio is not let in, nor is the twenty-first', () => {
    const { conferences, call } = start();
    const silent = { ...call('silent'), session: null };
    conferences.join(silent, joins('ops'));
    for (let i = 0; i < 21; i += 1) conferences.join(call(String(i)), joins('ops'));
    expect(silent.told).toMatchObject([{ type: 'conference.failed', code: 'call-not-answered' }]);
    expect(membersOf(conferences, 'room-1')).toHaveLength(20);
  });

  it('is heard by nobody while it keys a secret, whatever is changed meanwhile', () => {
    const { conferences, call } = start();
    const a = call('a');
    conferences.join(a, joins('ops'));
    conferences.quiet('a', true);
    expect(a.seat?.mute).toBe(true);
    conferences.list()[0]!.command({ kind: 'member', call: 'a', mute: false, hold: false });
    expect(a.seat?.mute).toBe(true);
    conferences.quiet('a', false);
    expect(a.seat?.mute).toBe(false);
    expect(conferences.list()[0]!.members[0]!.mute).toBe(false);
  });
});

describe('a conference', () => {
  it('that is begun by request waits for its first member, and its name is taken', () => {
    const { conferences, call } = start();
    const order = { app: 'menu', account: 'account of menu', name: 'ops', events: null };
    const { id } = conferences.create(order);
    expect(() => conferences.create(order)).toThrow('There is a conference "ops" already.');
    const a = call('a');
    conferences.join(a, joins('ops'));
    expect(a.told).toMatchObject([{ conference: id, created: false }]);
  });

  it('ends for all when it is ended, and sends each on', () => {
    const { conferences, call } = start();
    const [a, b] = [call('a'), call('b')];
    for (const one of [a, b]) conferences.join(one, joins('ops'));
    conferences.list()[0]!.command({ kind: 'remove', call: 'a' });
    conferences.list()[0]!.command({ kind: 'end', reason: 'over' });
    expect([a.told[1], b.told[1]]).toMatchObject([{ why: 'removed' }, { why: 'ended' }]);
    expect([a.seat, b.seat, conferences.size]).toEqual([null, null, 0]);
  });
});

describe('behind a kill', () => {
  function three() {
    const first = start();
    for (const id of ['a', 'b', 'c']) first.conferences.join(first.call(id), joins('ops'));
    first.conferences.list()[0]!.command({ kind: 'member', call: 'b', coach: ['a'] });
    return first.tapes;
  }

  it('everybody has the seat again, and is told nothing', () => {
    const next = startAgain(three());
    const back = ['a', 'b', 'c'].map((id) => next.call(id));
    for (const one of back) next.conferences.rejoin(one, { join: joins('ops'), conference: 'room-1' });
    next.conferences.settle();
    expect(back.map(({ seat }) => seat?.coach)).toEqual([null, ['a'], null]);
    expect(back.flatMap(({ told }) => told)).toEqual([]);
    expect(types(next.tapes.get('room-1'))).toEqual(['call.recovered']);
    expect(membersOf(next.conferences, 'room-1')).toEqual(['a', 'b', 'c']);
  });

  it('who has not come back has left, and the last of them ends it', () => {
    const next = startAgain(three());
    next.conferences.rejoin(next.call('b'), { join: joins('ops'), conference: 'room-1' });
    next.conferences.settle();
    expect(membersOf(next.conferences, 'room-1')).toEqual(['b']);
    const empty = startAgain(three());
    empty.conferences.settle();
    expect(empty.conferences.size).toBe(0);
    expect(types(empty.tapes.get('room-1'))).toEqual([
      ...['call.recovered', 'member.left', 'member.left', 'member.left', 'conference.ended', 'call.ended'],
    ]);
  });

  it('one that had joined and did not learn of it learns of it now', () => {
    const next = startAgain(three());
    const c = next.call('c');
    next.conferences.rejoin(c, { join: joins('ops'), conference: null });
    next.conferences.settle();
    expect(c.told).toEqual([{ type: 'conference.joined', conference: 'room-1', name: 'ops', created: false }]);
  });

  it('one that was about to join joins: before the others are back, and where nobody had been', () => {
    const next = startAgain(three());
    const d = next.call('d');
    next.conferences.rejoin(d, { join: joins('ops'), conference: null });
    for (const id of ['a', 'b', 'c'])
      next.conferences.rejoin(next.call(id), { join: joins('ops'), conference: 'room-1' });
    const e = next.call('e');
    next.conferences.rejoin(e, { join: joins('else'), conference: null });
    next.conferences.settle();
    expect(membersOf(next.conferences, 'room-1')).toEqual(['a', 'b', 'c', 'd']);
    expect(types(next.tapes.get('room-1'))).toEqual(['call.recovered', 'member.joined']);
    expect(e.told).toMatchObject([{ name: 'else', created: true }]);
  });

  it('one that is out and did not learn of it is sent on', () => {
    const next = startAgain(three(), 3);
    const [c, gone] = [next.call('c'), next.call('a')];
    next.conferences.rejoin(c, { join: joins('ops'), conference: 'room-1' });
    next.conferences.rejoin(gone, { join: joins('ops'), conference: 'room-9' });
    next.conferences.settle();
    expect(c.told).toEqual([{ type: 'conference.left', conference: 'room-1', why: 'ended' }]);
    expect(gone.told).toEqual([{ type: 'conference.left', conference: 'room-9', why: 'ended' }]);
  });

  it('one that nobody had got into is over, unless it waits for its first member', () => {
    const begun = startAgain(three(), 1);
    begun.conferences.settle();
    expect(begun.conferences.size).toBe(0);
    const first = start();
    first.conferences.create({ app: 'menu', account: 'account of menu', name: 'ops', events: null });
    const waits = startAgain(first.tapes);
    waits.conferences.settle();
    expect(waits.conferences.named('account of menu', 'ops')?.isOpen).toBe(true);
  });

  it('one that had ended only says so, and its name is free', () => {
    const first = three();
    const lines = first.get('room-1')!;
    const ended = {
      ...lines.at(-1)!,
      seq: lines.length + 1,
      event: { type: 'conference.ended', reason: 'over' } as const,
    };
    const next = startAgain(new Map([['room-1', [...lines, ended]]]));
    expect(next.conferences.named('account of menu', 'ops')).toBeUndefined();
    const a = next.call('a');
    next.conferences.rejoin(a, { join: joins('ops'), conference: 'room-1' });
    next.conferences.settle();
    expect(a.told).toMatchObject([{ type: 'conference.left' }]);
    expect(next.conferences.size).toBe(0);
  });

  it('a tape that is not whole is not taken up', () => {
    const lines = three().get('room-1')!;
    const { conferences } = start();
    const row = { id: 'room-1', app: 'menu', from: '', to: '', startedAt: 0 };
    const [lost] = conferences.resume([{ row, lines: [lines[0]!, lines[2]!], legs: [] }], null);
    expect(String(lost?.error)).toContain('not whole');
    expect(conferences.size).toBe(0);
  });
});
