// Owns: taking a call up where its killed process left it: its legs on their dialogs and ports, then everything that was
// begun and not ended. Does not: read the tape (outstanding.ts), choose which calls (server/recovery.ts).
import type { IncomingLeg, LegHandlers, SipEndpoint } from '../sip/endpoint.ts';
import type { CutCall } from './cut-call.ts';
import type { DialledLegs } from './dialled-legs.ts';
import type { Effect } from './effect.ts';
import type { WorldEvent } from './event.ts';
import type { FirstLeg } from './first-leg.ts';
import type { CallLoop } from './loop.ts';
import type { Outstanding, OutstandingPrompt } from './outstanding.ts';
import type { Recordings } from './recordings.ts';
import type { Streams } from './streams.ts';
import type { Timers } from './timers.ts';

export interface ResumeContext {
  readonly cut: CutCall;
  readonly loop: CallLoop;
  readonly caller: FirstLeg;
  /** Has one that waited for its turn wait again. */
  readonly ring: () => void;
  readonly dialled: DialledLegs;
  readonly timers: Timers;
  readonly recordings: Recordings;
  readonly streams: Streams;
  readonly put: (event: WorldEvent) => void;
  readonly perform: (effect: Effect) => void;
  readonly play: (prompt: OutstandingPrompt) => void;
  /** What is left of a leg that cannot go on. */
  readonly giveUp: (error: unknown) => void;
  readonly setSensitive: (sinceMs: number) => void;
  /** Takes its seat in a conference again. */
  readonly rejoin: (was: NonNullable<Outstanding['conference']>) => void;
}

/** Resolves when the call goes on. Nothing happens to it before. */
export async function resumeCall(context: ResumeContext): Promise<void> {
  const { cut, loop, caller, dialled, put } = context;
  const { outstanding: it, downMs } = cut;
  let lost: unknown = null;
  await Promise.all([
    cut.callerMedia() === null ? undefined : caller.leg.open().catch((error: unknown) => (lost = error)),
    ...it.legs.map(({ dial: { leg, target, callerId } }) =>
      dialled.restore(leg, { target, callerId: callerId ?? cut.from }, cut.saved(leg), downMs),
    ),
  ]);
  for (const leg of it.lostLegs) dialled.dismiss(leg, cut.savedSip(leg));
  loop.resume(it.notes, { type: 'call.recovered', downMs }, () => {
    // The ACK came, and the process ended before it could say so.
    if (it.caller === 'answering' && caller.leg.sip?.state === 'confirmed')
      put({ type: 'leg.answered', leg: 'caller' });
    restore(context);
    if (lost !== null) context.giveUp(lost);
  });
}

function restore({
  cut,
  caller,
  ring,
  dialled,
  timers,
  recordings,
  streams,
  put,
  perform,
  play,
  setSensitive,
  rejoin,
}: ResumeContext): void {
  const { outstanding: it, downMs } = cut;
  const { session } = caller.leg;
  if (it.held) perform({ type: 'hold.start' });
  if (it.watched) perform({ type: 'voice.watch', on: true });
  if (it.tonesWatched) perform({ type: 'tones.watch', on: true });
  for (const { effect, begun, stopping } of it.streams) {
    if (begun) streams.resume(session, effect);
    else perform(effect);
    if (stopping) perform({ type: 'stream.stop', stream: effect.stream });
  }
  for (const { recording, tag, file } of it.kept) recordings.keep(recording, tag, file);
  for (const { effect, begun, paused, stopping } of it.recordings) {
    if (begun === null) perform(effect);
    else recordings.resume(session, effect, { startedAt: begun.at, gapMs: paused ? 0 : downMs });
    if (paused) perform({ type: 'record.pause', recording: effect.recording, on: true });
    if (stopping) perform({ type: 'record.stop', recording: effect.recording });
  }
  if (it.conference !== null) rejoin(it.conference);
  if (it.sensitiveSinceMs !== null) setSensitive(it.sensitiveSinceMs + downMs);
  if (it.bridged !== null) perform({ type: 'bridge.join', leg: it.bridged });
  for (const prompt of it.prompts) play(prompt);
  for (const { timer, delayMs } of it.timers) timers.arm(timer, delayMs);
  for (const event of it.events) put(event);
  for (const { dial, leaving } of it.legs) if (leaving) dialled.hangUp(dial.leg);
  for (const effect of [...it.requests, ...it.notices]) perform(effect);
  if (it.caller === 'answering' && cut.savedSip('caller')?.state === 'early') perform({ type: 'call.answer' });
  if (it.caller === 'queued') ring();
  if (it.ending !== null && it.caller !== 'gone') perform(it.ending);
}

/** The dialog of the caller, taken up. Throws when that cannot be. */
export function attachCaller(cut: CutCall, restoreLeg: SipEndpoint['restore'], handlers: LegHandlers): IncomingLeg {
  if (cut.outstanding.caller === 'gone') return goneLeg(cut);
  const saved = cut.savedSip('caller');
  if (saved === null) throw new Error('nothing was kept of its signalling');
  const leg = restoreLeg(saved, handlers, { downMs: cut.downMs });
  if (leg.direction !== 'incoming') throw new Error('what was kept of its signalling is not of a call that came in');
  return leg;
}

/** Of a caller who hung up: nothing comes of it any more. */
function goneLeg({ id, to, caller: { login, source } }: CutCall): IncomingLeg {
  const nothing = (): void => {};
  return {
    ...{ id, callId: '', direction: 'incoming', state: 'ended', localAddress: '' },
    ...{ remote: { uri: '', displayName: '' }, local: { uri: '' } },
    ...{ requestUri: '', requestUser: to, source, login, offer: null, handlers: { onEnded: nothing } },
    hangup: nothing,
    reoffer: async () => ({ status: 481, sdp: null }),
    info: async () => 481,
    header: () => undefined,
    progress: nothing,
    answer: nothing,
    refuse: nothing,
  };
}
