// Owns: what an interpreter may want done. Plain JSON, so that a replay can compare effects one by one. Every effect
// that is answered by an event names the id that the event will carry.
import type { ConferenceEvents, ConferenceTones, Destination, DialTarget, Flow, Party, Sound, StreamNode } from '../flow/node.ts';
import type { Report } from '../flow/report.ts';
import type { LegName, NoteEvent } from './event.ts';

export type Effect =
  /** → leg.answered {leg: 'caller'} */
  | { readonly type: 'call.answer' }
  /** Final refusal of a call that was not answered → leg.ended */
  | { readonly type: 'call.reject'; readonly sipStatus: number }
  /** Ends every leg and the call → leg.ended for each. Without a cause it is normal clearing. */
  | { readonly type: 'call.hangup'; readonly reason: string | null; readonly q850Cause?: number }
  /** → document.fetched | document.failed */
  | { readonly type: 'document.ask'; readonly request: string; readonly report: Report }
  /** → notice.told | notice.failed, for which nobody waits */
  | { readonly type: 'application.notify'; readonly notice: string; readonly report: Report }
  /** → http.answered | document.failed */
  | { readonly type: 'http.send'; readonly request: string; readonly report: Report }
  /** → prompt.started, then prompt.finished | prompt.failed. `times` null repeats until stopped. */
  | { readonly type: 'prompt.start'; readonly prompt: string; readonly to: Party; readonly sound: Sound; readonly times: number | null; readonly stopKeys: string }
  /** → prompt.finished {why: 'stopped'} if it was still playing */
  | { readonly type: 'prompt.stop'; readonly prompt: string }
  /** → digits.sent | digits.failed */
  | { readonly type: 'digits.send'; readonly request: string; readonly to: Party; readonly digits: string; readonly toneMs: number; readonly gapMs: number }
  /** → digits.failed {code: 'digits-cancelled'} if they were not all sent; the key that sounds is ended properly */
  | { readonly type: 'digits.cancel'; readonly request: string }
  /** → recording.started, later recording.finished | recording.failed */
  | { readonly type: 'record.start'; readonly recording: string; readonly tag: string | null; readonly channels: 'mixed' | 'one-each'; readonly maxMs: number | null; readonly silenceMs: number | null }
  | { readonly type: 'record.stop'; readonly recording: string }
  /** Until it is off again, nothing of what is heard gets into the recording. */
  | { readonly type: 'record.pause'; readonly recording: string; readonly on: boolean }
  /** → leg.ringing*, then leg.answered | leg.failed. callerId null shows the caller's own. */
  | { readonly type: 'leg.dial'; readonly leg: LegName; readonly target: DialTarget; readonly callerId: string | null }
  /** CANCEL or BYE, as the leg's state demands → leg.ended | leg.failed */
  | { readonly type: 'leg.hangup'; readonly leg: LegName }
  /** Connects the audio of the caller with that leg; ends by itself when either leg ends. */
  | { readonly type: 'bridge.join'; readonly leg: LegName }
  | { readonly type: 'bridge.split'; readonly leg: LegName }
  /** Connects the caller with another call's caller → bridge.failed | bridge.ended. `target`: what that call runs from now on. */
  | { readonly type: 'bridge.call'; readonly call: string; readonly target?: Flow }
  /** Another call has connected itself with the caller → bridge.ended, at once when it is not so (any more) */
  | { readonly type: 'bridge.await'; readonly call: string }
  /** → conference.joined | conference.failed, later conference.left unless it leaves by itself */
  | { readonly type: 'conference.join'; readonly name: string; readonly mute: boolean; readonly hold: boolean; readonly coach: readonly string[] | null; readonly tones?: ConferenceTones; readonly events: ConferenceEvents | null }
  | { readonly type: 'conference.leave' }
  /** → voice.began and voice.ended of the caller, while it is on */
  | { readonly type: 'voice.watch'; readonly on: boolean }
  /** → tone.heard of the caller, while it is on */
  | { readonly type: 'tones.watch'; readonly on: boolean }
  /** → stream.started, later stream.ended; or stream.failed. `notify`: told of what is written down, in the end. */
  | ({ readonly type: 'stream.start'; readonly stream: string; readonly name: string } & Pick<StreamNode, 'url' | 'credentials' | 'tracks' | 'mode' | 'params' | 'transcribe'> & { readonly notify?: Destination | null })
  /** → stream.ended */
  | { readonly type: 'stream.stop'; readonly stream: string }
  | { readonly type: 'hold.start' }
  | { readonly type: 'hold.stop' }
  /** → timer.fired */
  | { readonly type: 'timer.arm'; readonly timer: string; readonly delayMs: number }
  | { readonly type: 'timer.cancel'; readonly timer: string }
  /**
   * A sensitive gather listens (true) or no longer (false): readers mask, recorders silence. `sinceMs`: how long ago the
   * first key was pressed that waits for it, 0 when none does.
   */
  | { readonly type: 'sensitive'; readonly on: boolean; readonly sinceMs: number }
  /** A line for the tape. */
  | { readonly type: 'note'; readonly event: NoteEvent };

export type EffectType = Effect['type'];
