// Owns: one live conference: its tape, its room in the media, who sits in it, and the carrying out of what its run says. It is
// like a call whose only leg is the mixer: the same loop, timers, prompts, recordings and requests.
// Does not: decide (run/create-conference-run.ts), know other conferences (conferences.ts), or play to a single member.
import type { CallFacts, ConferenceMember } from '../flow/report.ts';
import type { MediaRoom, RoomSeat } from '../media/plane.ts';
import { createApplicationRequests } from './application-requests.ts';
import type { ConferenceCall, ConferenceOrder, ConferenceParts, LiveConference } from './conference-parts.ts';
import type { CutConference } from './cut-conference.ts';
import type { Effect } from './effect.ts';
import type { WorldEvent } from './event.ts';
import { createCallLoop } from './loop.ts';
import { createPromptQueue, type PromptQueue } from './prompt-queue.ts';
import { createRecordings } from './recordings.ts';
import { createTape } from './tape.ts';
import { createTimers } from './timers.ts';

export interface LiveConferenceOptions {
  readonly parts: ConferenceParts;
  readonly from: { readonly order: ConferenceOrder; readonly waits: boolean } | { readonly cut: CutConference };
  /** Nobody gets in any more: its name is free. */
  readonly onEnded: (conference: LiveConference) => void;
  readonly onLeft: (call: string) => void;
  /** Once, when nothing of it is left. */
  readonly onOver: (conference: LiveConference) => void;
}

interface Seated {
  member: ConferenceMember;
  readonly joinedAt: string;
  /** null: of before a restart, and not here yet. */
  call: ConferenceCall | null;
  quiet: boolean;
}

const lastFilesMs = 15_000;

export function createLiveConference(options: LiveConferenceOptions): LiveConference {
  const { parts } = options;
  const { clock } = parts;
  const cut = 'cut' in options.from ? options.from.cut : null;
  const { app, account, name, events } = 'cut' in options.from ? options.from.cut.created : options.from.order;
  const id = cut?.created.conference ?? parts.newId();
  const createdAt = cut?.createdAt ?? new Date(clock.wall()).toISOString();
  const log = parts.log.child({ conference: id });
  const seated = new Map<string, Seated>(
    (cut?.members ?? []).map(({ joinedAt, ...member }) => [
      member.call,
      { member, joinedAt, call: null, quiet: false },
    ]),
  );
  let isOpen = cut?.isOpen ?? true;
  let over = false;

  const tape = createTape({
    clock,
    onLine: (line) => parts.onLine(facts(), line, false),
    ...(cut === null ? {} : { cut }),
  });
  const loop = createCallLoop({
    tape,
    run: cut?.run ?? parts.createConferenceInterpreter(),
    perform,
    onFault: tellFault,
    resumed: cut !== null,
  });
  const timers = createTimers(clock, (timer) => put({ type: 'timer.fired', timer }));
  const { recordingPlace, repairRecording: repair, shelf } = parts;
  const recordings = createRecordings({ place: recordingPlace(id), put, wall: clock.wall, repair });
  const requests = createApplicationRequests({ id, parts: { ...parts, log }, facts, put, onFault: crash });
  const room: MediaRoom = parts.plane.openRoom((event) => {
    if (event.type === 'recorded') recordings.onEvent(event);
    else if (event.type !== 'fault') prompts.onEvent(event);
    else {
      log.error({ message: event.message }, 'the room of a conference failed');
      recordings.giveUp(event.message);
      end('fault');
    }
  });
  const prompts: PromptQueue = createPromptQueue({ session: room, shelf, put, onFault: crash });

  function facts(): CallFacts {
    const lasting = { id, app, account, from: '', to: '', direction: 'inbound', conference: name } as const;
    return { ...lasting, state: isOpen ? 'live' : 'ended', startedAt: createdAt, answeredAt: createdAt };
  }

  function put(event: WorldEvent): void {
    if (over) return;
    loop.put(event);
    closeWhenOver();
  }

  function closeWhenOver(): void {
    if (over || !loop.over) return;
    over = true;
    timers.close();
    prompts.close();
    // Rejects never: the plane waits for its files.
    void room.close();
    options.onOver(conference);
  }

  function tellFault(err: unknown): void {
    log.error({ err }, 'a fault of ours ends the conference');
  }

  function crash(err: unknown): void {
    tellFault(err);
    end('fault');
  }

  function seatOf({ member, quiet }: Seated): RoomSeat {
    const { call, mute, hold, coach } = member;
    return { name: call, mute: mute || quiet, hold, coach };
  }

  function leave(call: string, why: 'left' | 'ended' | 'removed' | 'fault'): void {
    const was = seated.get(call);
    if (was === undefined) return;
    seated.delete(call);
    was.call?.session?.unbridge();
    options.onLeft(call);
    put({ type: 'member.left', call, why });
    if (why !== 'left') was.call?.put({ type: 'conference.left', conference: id, why });
  }

  function end(reason: string): void {
    if (!isOpen) return;
    isOpen = false;
    options.onEnded(conference);
    for (const call of [...seated.keys()]) leave(call, reason === 'fault' ? 'fault' : 'ended');
    put({ type: 'conference.ended', reason });
    timers.after(lastFilesMs, () => recordings.giveUp('The file was not complete in time.'));
  }

  function change(call: string, changes: Partial<Pick<ConferenceMember, 'mute' | 'hold' | 'coach' | 'tones'>>): void {
    const one = seated.get(call);
    if (one === undefined) return;
    one.member = { ...one.member, ...changes };
    room.reseat(seatOf(one));
    put({ type: 'member.changed', member: one.member });
  }

  function play({ prompt, sound, times }: Extract<Effect, { type: 'prompt.start' }>, playedMs: number | null): void {
    const load = (signal: AbortSignal) =>
      sound.kind === 'recorded'
        ? recordings.path(sound.tag).then((path) => parts.sounds.file(path, signal))
        : parts.sounds.load(sound, app, signal);
    prompts.start({ prompt, times, stopKeys: '', load, ...(playedMs === null ? {} : { playedMs }) });
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'call.hangup':
        end(effect.reason ?? 'ended');
        return;
      case 'document.ask':
        requests.ask(effect.request, effect.report);
        return;
      case 'application.notify':
        requests.notify(effect.notice, effect.report);
        return;
      case 'prompt.start':
        play(effect, null);
        return;
      case 'prompt.stop':
        prompts.stop(effect.prompt);
        return;
      case 'record.start':
        // What all hear is one channel.
        recordings.start(room, { ...effect, channels: 'mixed', silenceMs: null });
        return;
      case 'record.pause':
        recordings.pause(room, effect.recording, effect.on);
        return;
      case 'record.stop':
        recordings.stop(room, effect.recording);
        return;
      case 'timer.arm':
        timers.arm(effect.timer, effect.delayMs);
        return;
      case 'timer.cancel':
        timers.cancel(effect.timer);
        return;
      default:
        throw new Error(`a conference does not do ${effect.type}`);
    }
  }

  function restore({ outstanding: it, downMs }: CutConference): void {
    for (const { recording, tag, file } of it.kept) recordings.keep(recording, tag, file);
    for (const { effect, begun, paused, stopping } of it.recordings) {
      if (begun === null) perform(effect);
      else
        recordings.resume(
          room,
          { ...effect, channels: 'mixed', silenceMs: null },
          { startedAt: begun.at, gapMs: paused ? 0 : downMs },
        );
      if (paused) perform({ type: 'record.pause', recording: effect.recording, on: true });
      if (stopping) perform({ type: 'record.stop', recording: effect.recording });
    }
    for (const { effect, playedMs } of it.prompts) play(effect, playedMs);
    for (const { timer, delayMs } of it.timers) timers.arm(timer, delayMs);
    for (const event of it.events) put(event);
    for (const effect of [...it.requests, ...it.notices]) perform(effect);
    if (it.ending !== null) perform(it.ending);
  }

  const conference: LiveConference = {
    ...{ id, app, account, name, events, createdAt },
    get isOpen() {
      return isOpen;
    },
    get members() {
      return [...seated.values()].map(({ member, joinedAt }) => ({ ...member, joinedAt }));
    },
    join(call, how, created) {
      const { from, to } = call.facts;
      const member: ConferenceMember = { call: call.id, from, to, ...how };
      const one: Seated = { member, joinedAt: new Date(clock.wall()).toISOString(), call, quiet: false };
      seated.set(call.id, one);
      if (call.session !== null) room.seat(call.session, seatOf(one));
      put({ type: 'member.joined', member });
      call.put({ type: 'conference.joined', conference: id, name, created });
    },
    rejoin(call) {
      const one = isOpen ? seated.get(call.id) : undefined;
      if (one === undefined) return false;
      one.call = call;
      if (call.session !== null) room.seat(call.session, seatOf(one));
      return true;
    },
    leave: (call) => leave(call, 'left'),
    quiet(call, on) {
      const one = seated.get(call);
      if (one === undefined) return;
      one.quiet = on;
      room.reseat(seatOf(one));
    },
    command(command) {
      if (!isOpen) return;
      put({ type: 'conference.commanded', command });
      if (command.kind === 'remove') leave(command.call, 'removed');
      if (command.kind !== 'member') return;
      const { kind: _kind, call, ...changes } = command;
      change(call, changes);
    },
    settle() {
      if (cut === null) return;
      const { notes } = cut.outstanding;
      loop.resume(notes, { type: 'call.recovered', downMs: cut.downMs }, () => restore(cut));
      for (const [call, one] of seated) if (one.call === null) leave(call, 'left');
      // The call that began it went with the process.
      if (seated.size === 0 && !cut.created.waits) end('nobody came');
      closeWhenOver();
    },
    end,
  };
  if ('order' in options.from) {
    const { waits } = options.from;
    put({ type: 'conference.created', conference: id, name, app, account, events, waits });
  }
  return conference;
}
