// Owns: one conference of a simulated call, in its process: a tape and a run of its own, as a live one has.
// Does not: know who comes and goes (simulate-conference.ts).
import type { Clock } from '../base/clock.ts';
import { membersOf } from '../call/cut-conference.ts';
import type { Effect } from '../call/effect.ts';
import type { ConferenceCommand, TapeLine, WorldEvent } from '../call/event.ts';
import { createCallLoop } from '../call/loop.ts';
import { type Outstanding, readOutstanding } from '../call/outstanding.ts';
import { createTape } from '../call/tape.ts';
import type { CallFacts, ConferenceMember } from '../flow/report.ts';
import { createConferenceRun } from '../run/create-conference-run.ts';
import { createSimulatedMedia, type SimulatedMediaOptions } from './simulate-media.ts';

type EffectOf<Type extends Effect['type']> = Extract<Effect, { type: Type }>;
type Left = Extract<WorldEvent, { type: 'conference.left' }>;

export interface SimulatedRoomOptions {
  readonly clock: Clock;
  readonly alive: () => boolean;
  /** The story's call. */
  readonly call: { readonly id: string; readonly from: string; readonly to: string };
  readonly media: Omit<SimulatedMediaOptions, 'clock' | 'put'>;
  readonly ask: (effect: EffectOf<'document.ask'>, room: CallFacts, then: (event: WorldEvent) => void) => void;
  readonly notify: (effect: EffectOf<'application.notify'>, room: CallFacts, then: (event: WorldEvent) => void) => void;
  readonly onFault: (error: unknown) => void;
  /** When the process before this one died, by the clock of the wall. */
  readonly diedAt: number | null;
  readonly downMs: number;
  readonly language: string;
}

export interface SimulatedRoom {
  readonly id: string;
  readonly name: string;
  readonly isOpen: boolean;
  readonly over: boolean;
  readonly size: number;
  enter(member: ConferenceMember): void;
  has(call: string): boolean;
  leave(call: string, why: Extract<WorldEvent, { type: 'member.left' }>['why']): void;
  othersLeave(): void;
  command(command: ConferenceCommand): void;
  settle(isBack: (call: string) => boolean): void;
}

/** Nobody is known of them but that they are there. */
export const isOther = (call: string): boolean => call.startsWith('other-');

export function createSimulatedRoom(
  id: string,
  lines: TapeLine[],
  options: SimulatedRoomOptions & { readonly sentOut: (conference: string, why: Left['why']) => void },
  created?: Extract<WorldEvent, { type: 'conference.created' }>,
): SimulatedRoom {
  const { clock, alive, call, diedAt, downMs } = options;
  const run = createConferenceRun({ defaults: { language: options.language } });
  const last = lines.at(-1);
  const cut =
    last === undefined || diedAt === null
      ? null
      : { lines: [...lines], sinceMs: last.since + Math.max(0, Math.round(diedAt) - last.at) };
  const first = created ?? lines[0]!.event;
  if (first.type !== 'conference.created') throw new Error('not the tape of a conference');
  const { name } = first;
  const members = new Map(membersOf(lines).map((member) => [member.call, member as ConferenceMember]));
  const timers = new Map<string, { cancel(): void }>();
  let isOpen = !lines.some(({ event }) => event.type === 'conference.ended');
  const wasOver = lines.some(({ event }) => event.type === 'call.ended');
  const tape = createTape({
    clock,
    onLine: (line) => void (alive() && lines.push(line)),
    ...(cut === null ? {} : { cut }),
  });
  const outstanding = cut === null || wasOver ? null : readOutstanding(cut.lines, run, cut.sinceMs);
  const loop = createCallLoop({ tape, run, perform, onFault: options.onFault, resumed: outstanding !== null });
  const put = (event: WorldEvent): void => {
    if (alive() && !wasOver) loop.put(event);
  };
  const media = createSimulatedMedia({ clock, put, ...options.media });

  function facts(): CallFacts {
    const startedAt = new Date(lines[0]?.at ?? 0).toISOString();
    const lasting = { id, app: 'app-1', direction: 'inbound', from: '', to: '', conference: name } as const;
    return { ...lasting, state: isOpen ? 'live' : 'ended', startedAt, answeredAt: startedAt };
  }

  function arm(timer: string, delayMs: number): void {
    timers.set(
      timer,
      clock.after(delayMs, () => put({ type: 'timer.fired', timer })),
    );
  }

  function leave(who: string, why: Parameters<SimulatedRoom['leave']>[1]): void {
    if (!members.delete(who)) return;
    put({ type: 'member.left', call: who, why });
    if (who === call.id && why !== 'left') options.sentOut(id, why);
  }

  function end(reason: string): void {
    if (!isOpen) return;
    isOpen = false;
    for (const who of [...members.keys()]) leave(who, 'ended');
    put({ type: 'conference.ended', reason });
  }

  function perform(effect: Effect): void {
    if (!alive()) return;
    switch (effect.type) {
      case 'call.hangup':
        end(effect.reason ?? 'ended');
        return;
      case 'document.ask':
        options.ask(effect, facts(), put);
        return;
      case 'application.notify':
        options.notify(effect, facts(), put);
        return;
      case 'prompt.start':
        media.start(effect, null);
        return;
      case 'prompt.stop':
        media.stop(effect.prompt);
        return;
      case 'record.start':
        media.record({ ...effect, silenceMs: null }, null);
        return;
      case 'record.pause':
        media.pauseRecording(effect.recording, effect.on);
        return;
      case 'record.stop':
        media.stopRecording(effect.recording);
        return;
      case 'timer.arm':
        arm(effect.timer, effect.delayMs);
        return;
      case 'timer.cancel':
        timers.get(effect.timer)?.cancel();
        return;
    }
  }

  function restore(it: Outstanding): void {
    for (const { tag, durationMs } of it.kept) if (tag !== null) media.keep(tag, durationMs);
    for (const { effect, begun, paused, stopping } of it.recordings) {
      media.record(effect, begun === null ? null : begun.sinceMs + (paused ? 0 : downMs));
      if (paused) media.pauseRecording(effect.recording, true);
      if (stopping) media.stopRecording(effect.recording);
    }
    for (const { effect, playedMs } of it.prompts) media.start(effect, playedMs);
    for (const { timer, delayMs } of it.timers) arm(timer, delayMs);
    for (const event of it.events) put(event);
    for (const effect of [...it.requests, ...it.notices]) perform(effect);
    if (it.ending !== null) perform(it.ending);
  }

  if (created !== undefined) put(created);
  return {
    id,
    name,
    get isOpen() {
      return isOpen;
    },
    get over() {
      return wasOver || loop.over;
    },
    get size() {
      return members.size;
    },
    has: (who) => members.has(who),
    enter(member) {
      members.set(member.call, member);
      put({ type: 'member.joined', member });
    },
    leave,
    othersLeave() {
      for (const who of [...members.keys()]) if (isOther(who)) leave(who, 'left');
    },
    command(command) {
      if (!isOpen) return;
      put({ type: 'conference.commanded', command });
      if (command.kind === 'remove') leave(command.call, 'removed');
      if (command.kind !== 'member') return;
      const { kind: _kind, call: who, ...changes } = command;
      const was = members.get(who);
      if (was === undefined) return;
      members.set(who, { ...was, ...changes });
      put({ type: 'member.changed', member: { ...was, ...changes } });
    },
    settle(isBack) {
      if (outstanding === null) return;
      loop.resume(outstanding.notes, { type: 'call.recovered', downMs }, () => restore(outstanding));
      for (const who of [...members.keys()]) if (!isBack(who)) leave(who, 'left');
    },
  };
}
