// Owns: one live call: its tape, its legs and its timers, and the carrying out of what the interpreter says, with SIP, media
// and HTTP; one that comes in, that we place, or that a killed process left (origin.ts).
// Does not: decide (run/), admit calls (server/), know other calls (calls.ts joins two).
import type { Flow } from '../flow/node.ts';
import type { CallFacts } from '../flow/report.ts';
import type { MediaSession } from '../media/plane.ts';
import { createApplicationRequests } from './application-requests.ts';
import type { CallParts } from './call-parts.ts';
import type { CutCall } from './cut-call.ts';
import { createDialledLegs } from './dialled-legs.ts';
import type { Effect, EffectType } from './effect.ts';
import type { Command, LegName, WorldEvent } from './event.ts';
import { createKeyRequests } from './key-requests.ts';
import type { Leg, LegOptions } from './leg.ts';
import { createCallLoop } from './loop.ts';
import { createFirst, firstEvent, lastingFacts, type Origin } from './origin.ts';
import { createRecordings } from './recordings.ts';
import { resumeCall } from './resume-call.ts';
import { createStreams } from './streams.ts';
import { createTape } from './tape.ts';
import { createTimers } from './timers.ts';
import { createToneEar } from './tone-ear.ts';

export interface LiveCall {
  readonly id: string;
  readonly facts: CallFacts;
  /** The caller's; null before the answer. */
  readonly session: MediaSession | null;
  /** Resolves when a call of a killed process goes on; at once for others. */
  readonly ready: Promise<void>;
  command(command: Command): void;
  /** Tells the call something that came of another one. */
  put(event: WorldEvent): void;
  /** Ends it without asking anybody. */
  hangUp(reason: string, why?: HangUpWhy): void;
}

export interface LiveCallOptions {
  readonly parts: CallParts;
  readonly from: Origin;
  /** Connects the caller with another call's; null when that was done, or why it cannot be. */
  readonly join: (
    call: LiveCall,
    other: string,
    target: Flow | undefined,
  ) => { readonly code: string; readonly message: string } | null;
  /** Whether that call has connected itself with this one. */
  readonly isJoinedBy: (call: LiveCall, other: string) => boolean;
  readonly split: (call: LiveCall) => void;
  /** Once, when nothing of the call is left. */
  readonly onOver: (call: LiveCall) => void;
}

type EffectOf<Type extends EffectType> = Extract<Effect, { type: Type }>;
/** An effect without somebody who carries it out does not compile. Notes are written by the loop. */
type Performers = { readonly [Type in Exclude<EffectType, 'note'>]: (effect: EffectOf<Type>) => void };

/** How long the files of recordings may take to be complete once the caller is gone. */
const lastFilesMs = 15_000;
/** What a phone is told that was not answered yet: declined, our fault, try somewhere else. */
const whileRinging = { normal: 603, fault: 500, stopping: 503 } as const;
type HangUpWhy = keyof typeof whileRinging;
const normalClearing = 16;
const temporaryFailure = 41;

export function createLiveCall(options: LiveCallOptions): LiveCall {
  const { parts } = options;
  const { clock } = parts;
  const cut = 'cut' in options.from ? options.from.cut : null;
  const lasting = lastingFacts(options.from, parts);
  const { id, app, from } = lasting;
  const log = parts.log.child({ call: id });
  let over = false;
  let sensitive = false;
  let presses = cut?.outstanding.presses ?? 0;

  const tape = createTape({
    clock,
    onLine: (line) => parts.onLine(facts(), line, sensitive),
    ...(cut === null ? {} : { cut }),
  });
  const loop = createCallLoop({
    tape,
    run: cut?.run ?? parts.createInterpreter(app),
    perform,
    onFault: tellFault,
    resumed: cut !== null,
  });
  const timers = createTimers(clock, (timer) => put({ type: 'timer.fired', timer }));
  const { recordingPlace, repairRecording: repair } = parts;
  const recordings = createRecordings({ place: recordingPlace(id), put, wall: clock.wall, repair });
  const streams = createStreams({ open: parts.openStream, facts, put });
  const toneEar = createToneEar(put);
  const keys = createKeyRequests(put);
  const requests = createApplicationRequests({ id, parts: { ...parts, log }, facts, put, onFault: crash });
  const legOptions: Omit<LegOptions, 'name' | 'keyWay'> & { readonly parts: CallParts } = {
    parts: { ...parts, log },
    put,
    nextPress: () => {
      presses += 1;
      return presses;
    },
    onFault: crash,
    onMedia(leg, event) {
      if (event.type === 'recorded') recordings.onEvent(event);
      else if (event.type === 'tapped') {
        if (!toneEar.onAudio(event)) streams.onAudio(event);
      } else if (event.type === 'media-absent') silent(leg, event.forMs);
      else {
        log.error({ message: event.message }, 'the session of a leg failed');
        recordings.giveUp(event.message);
        // Nobody hears or is heard any more; a flow that waits for a key would wait for ever.
        hangUp('fault');
      }
    },
    onKeysSent: keys.onDone,
    save: (leg, part, state) => {
      if (!over) parts.saveLeg(id, leg, part, state);
    },
  };
  const { caller, ring } = createFirst(options.from, legOptions);
  const dialled = createDialledLegs(legOptions);

  function facts(): CallFacts {
    return { ...lasting, state: caller.state, answeredAt: caller.answeredAt };
  }

  function put(event: WorldEvent): void {
    if (over) return;
    loop.put(event);
    if (caller.gone && event.type === 'leg.ended' && event.leg === 'caller') boundLastFiles();
    closeWhenOver();
  }

  function closeWhenOver(): void {
    if (over || !loop.over) return;
    over = true;
    close();
  }

  function boundLastFiles(): void {
    timers.after(lastFilesMs, () => recordings.giveUp('The file was not complete in time.'));
  }

  /** A peer that went without a goodbye, perhaps while nobody was here to hear it. */
  function silent(leg: LegName, forMs: number): void {
    const isGone = forMs >= parts.mediaAbsentMs;
    log.warn({ leg, forMs }, isGone ? 'no media from the peer for too long: it is hung up' : 'no media from the peer');
    if (!isGone) return;
    if (leg === 'caller') hangUp('no media came');
    else dialled.hangUp(leg);
  }

  function tellFault(err: unknown): void {
    log.error({ err }, 'a fault of ours ends the call');
  }

  /** A fault outside of a turn. */
  function crash(err: unknown): void {
    tellFault(err);
    hangUp('fault');
  }

  function hangUp(reason: string, why: HangUpWhy = reason === 'fault' ? 'fault' : 'normal', cause?: number): void {
    dialled.close();
    caller.hangUp(reason, cause ?? (why === 'normal' ? normalClearing : temporaryFailure), whileRinging[why]);
  }

  function close(): void {
    timers.close();
    streams.close();
    options.split(call);
    parts.conferences.leave(id);
    dialled.close();
    caller.close();
    options.onOver(call);
  }

  function everyLeg(): readonly Leg[] {
    return [caller.leg, ...dialled.all()];
  }

  /** Who talks to the caller, or is about to: others that were rung may not be gone yet. */
  function calledLeg(): Leg | undefined {
    return dialled.all().find(({ sip, session }) => session !== null && sip?.state === 'confirmed');
  }

  /** Who hears or sends for a party; the caller when nobody else is there. */
  function legsOf(party: EffectOf<'prompt.start'>['to']): readonly [Leg, ...Leg[]] {
    const callee = calledLeg();
    if (party === 'caller' || callee === undefined) return [caller.leg];
    return party === 'callee' ? [callee] : [caller.leg, callee];
  }

  /** Unlike sounds, keys that are meant for somebody who is not there go to nobody. */
  function keyLegs(party: EffectOf<'digits.send'>['to']): readonly Leg[] {
    const callee = calledLeg();
    return [
      ...(party === 'callee' ? [] : [caller.leg]),
      ...(party === 'caller' || callee === undefined ? [] : [callee]),
    ];
  }

  function play(
    { prompt, to: party, sound, times, stopKeys }: EffectOf<'prompt.start'>,
    playedMs: number | null,
  ): void {
    const load = (signal: AbortSignal) =>
      sound.kind === 'recorded'
        ? recordings.path(sound.tag).then((path) => parts.sounds.file(path, signal))
        : parts.sounds.load(sound, app, signal);
    const place = playedMs === null ? {} : { playedMs };
    const [first, ...others] = legsOf(party);
    first.prompts?.start({ prompt, times, stopKeys, load, ...place });
    // The others hear it too; only the first one's is on the tape, and only its keys stop it.
    for (const { name, prompts } of others)
      prompts?.start({ prompt: `${prompt}/${name}`, times, stopKeys: '', load, ...place });
  }

  function setSensitive(on: boolean, sinceMs: number): void {
    sensitive = on;
    for (const { session } of everyLeg()) session?.sensitive(on, sinceMs);
    parts.conferences.quiet(id, on);
  }

  const performers: Performers = {
    'call.answer': () => caller.answer().catch(crash),
    'call.reject': ({ sipStatus }) => caller.reject(sipStatus),
    'call.hangup': ({ reason, q850Cause }) => hangUp(reason ?? 'hung up by the application', undefined, q850Cause),
    'document.ask': ({ request, report }) => requests.ask(request, report),
    'http.send': ({ request, report }) => requests.send(request, report),
    'application.notify': ({ notice, report }) => requests.notify(notice, report),
    'prompt.start': (effect) => play(effect, null),
    'prompt.stop': ({ prompt }) => {
      for (const { name, prompts } of everyLeg()) {
        prompts?.stop(prompt);
        prompts?.stop(`${prompt}/${name}`);
      }
    },
    'digits.send': ({ request, to: party, digits, toneMs, gapMs }) =>
      keys.send(request, keyLegs(party), digits, toneMs, gapMs),
    'digits.cancel': ({ request }) => keys.cancel(request),
    'record.start': (effect) => recordings.start(caller.leg.session, effect),
    'record.pause': ({ recording, on }) => recordings.pause(caller.leg.session, recording, on),
    'record.stop': ({ recording }) => recordings.stop(caller.leg.session, recording),
    'leg.dial': ({ leg, target, callerId }) => dialled.dial(leg, target, callerId ?? from),
    'leg.hangup': ({ leg }) => dialled.hangUp(leg),
    'bridge.join': ({ leg }) => {
      const callee = dialled.get(leg)?.session;
      if (callee) caller.leg.session?.bridge(callee);
    },
    'bridge.split': () => {
      caller.leg.session?.unbridge();
      options.split(call);
    },
    'bridge.call': ({ call: other, target }) => {
      const refused = options.join(call, other, target);
      if (refused !== null) put({ type: 'bridge.failed', call: other, ...refused });
    },
    'bridge.await': ({ call: other }) => {
      if (!options.isJoinedBy(call, other)) put({ type: 'bridge.ended', call: other });
    },
    'conference.join': (effect) => parts.conferences.join(call, effect),
    'conference.leave': () => parts.conferences.leave(id),
    'voice.watch': ({ on }) => caller.leg.session?.watchVoice(on),
    'tones.watch': ({ on }) => toneEar.watch(caller.leg.session, on),
    'stream.start': (effect) => streams.start(caller.leg.session, effect),
    'stream.stop': ({ stream }) => streams.stop(stream),
    'hold.start': () => caller.leg.hold(true).catch(crash),
    'hold.stop': () => caller.leg.hold(false).catch(crash),
    'timer.arm': ({ timer, delayMs }) => timers.arm(timer, delayMs),
    'timer.cancel': ({ timer }) => timers.cancel(timer),
    sensitive: ({ on, sinceMs }) => setSensitive(on, sinceMs),
  };

  function perform(effect: Effect): void {
    if (effect.type === 'note') throw new Error('a note is a line of the tape');
    (performers[effect.type] as (effect: Effect) => void)(effect);
  }

  async function resume(from: CutCall): Promise<void> {
    await resumeCall({
      ...{ cut: from, loop, caller, ring, dialled, timers, recordings, streams, put, perform },
      play: ({ effect, playedMs }) => play(effect, playedMs),
      setSensitive: (sinceMs) => setSensitive(true, sinceMs),
      rejoin: (was) => parts.conferences.rejoin(call, was),
      giveUp(err) {
        log.error({ err }, 'the audio of the call cannot be taken up again');
        hangUp('its audio was lost in a restart', 'fault');
      },
    });
    if (caller.gone) boundLastFiles();
    closeWhenOver();
  }

  const call: LiveCall = {
    id,
    get facts() {
      return facts();
    },
    get session() {
      return caller.answeredAt === null && lasting.direction === 'outbound' ? null : caller.leg.session;
    },
    get ready() {
      return ready;
    },
    put,
    command: (command) => put({ type: 'command.received', command }),
    hangUp,
  };
  const ready = cut === null ? Promise.resolve() : resume(cut);
  const first = firstEvent(options.from, lasting);
  if (first !== null) {
    put(first);
    ring();
  }
  return call;
}
