// Owns: the conferences of a simulated call, in its process: each a tape and a run of its own, as live ones have, with the
// simulated call and others of whom nothing is known but that they are there. Another process takes them up from their tapes.
// Does not: carry sound; what is played there takes its time and is heard by nobody.
import type { Effect } from '../call/effect.ts';
import type { ConferenceCommand, TapeLine, WorldEvent } from '../call/event.ts';
import type { Outstanding } from '../call/outstanding.ts';
import { createSimulatedRoom, isOther, type SimulatedRoom, type SimulatedRoomOptions } from './simulate-room.ts';

type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;
type Join = EffectOf<'conference.join'>;
type Left = Extract<WorldEvent, { type: 'conference.left' }>;

/** Of a conference that somebody else has begun. */
export interface ConferenceScript {
  /** How many are there before the story's call. */
  readonly others: number;
  /** They leave so long after it came. */
  readonly leaveAfterMs?: number;
}

export interface SimulatedConferencesOptions extends SimulatedRoomOptions {
  readonly put: (event: WorldEvent) => void;
  readonly scripts: Readonly<Record<string, ConferenceScript>>;
  /** Tells `othersLeave` of the process that lives by then. */
  readonly laterOthersLeave: (name: string, delayMs: number) => void;
  /** Their tapes, by id; those that are not over are taken up when another process left them so. */
  readonly tapes: Map<string, TapeLine[]>;
}

export interface SimulatedConferences {
  join(effect: Join): void;
  rejoin(was: NonNullable<Outstanding['conference']>): void;
  leave(): void;
  othersLeave(name: string): void;
  command(command: ConferenceCommand): void;
  settle(): void;
  readonly over: boolean;
}

const mostMembers = 20;

export function createSimulatedConferences(options: SimulatedConferencesOptions): SimulatedConferences {
  const { tapes, call, scripts } = options;
  const rooms: SimulatedRoom[] = [...tapes].map(([id, lines]) =>
    createSimulatedRoom(id, lines, { ...options, sentOut }),
  );
  let mine: SimulatedRoom | null = null;

  /** A call that knows of it already has not come back. */
  function sentOut(conference: string, why: Left['why']): void {
    if (mine?.id !== conference) return;
    mine = null;
    options.put({ type: 'conference.left', conference, why });
  }

  const named = (name: string): SimulatedRoom | undefined => rooms.find((room) => room.name === name && room.isOpen);

  function begin(name: string, events: Join['events']): SimulatedRoom {
    const id = `conference-${tapes.size + 1}`;
    const lines: TapeLine[] = [];
    tapes.set(id, lines);
    const created = { type: 'conference.created', conference: id, name, app: 'app-1', account: '' } as const;
    const room = createSimulatedRoom(id, lines, { ...options, sentOut }, { ...created, events, waits: false });
    rooms.push(room);
    return room;
  }

  function join({ name, mute, hold, coach, tones, events }: Join): void {
    const { others = 0, leaveAfterMs } = scripts[name] ?? {};
    const there = named(name);
    const room = there ?? begin(name, others > 0 ? null : events);
    if (there === undefined) {
      for (let i = 1; i <= others; i += 1)
        room.enter({ call: `other-${i}`, from: `other ${i}`, to: call.to, mute: false, hold: false, coach: null });
      if (leaveAfterMs !== undefined) options.laterOthersLeave(name, leaveAfterMs);
    }
    if (room.size >= mostMembers) {
      const message = `The conference "${name}" has ${mostMembers} members.`;
      options.put({ type: 'conference.failed', name, code: 'conference-full', message });
      return;
    }
    mine = room;
    const { id: own, from, to } = call;
    room.enter({ call: own, from, to, mute, hold, coach, ...(tones === undefined ? {} : { tones }) });
    const created = there === undefined && others === 0;
    options.put({ type: 'conference.joined', conference: room.id, name, created });
  }

  return {
    join,
    rejoin({ join: how, conference }) {
      const was = conference === null ? named(how.name) : rooms.find(({ id }) => id === conference);
      if (was?.isOpen === true && was.has(call.id)) {
        mine = was;
        if (conference === null)
          options.put({ type: 'conference.joined', conference: was.id, name: was.name, created: !was.has('other-1') });
      } else if (conference === null) join(how);
      else options.put({ type: 'conference.left', conference, why: 'ended' });
    },
    leave() {
      mine?.leave(call.id, 'left');
      mine = null;
    },
    othersLeave: (name) => named(name)?.othersLeave(),
    command: (command) => mine?.command(command),
    settle() {
      for (const room of rooms) room.settle((who) => isOther(who) || (who === call.id && mine === room));
    },
    get over() {
      return rooms.every((room) => room.over);
    },
  };
}
