// Owns: one leg: a SIP dialog, the session that carries its audio, what both agreed on, its prompts and its keys. Here SIP
// meets media. What happens is told in words of the tape. Does not: decide anything; live-call.ts says what to do.
import { randomInt } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { MediaEvent, MediaPlane, MediaSession, SavedSession } from '../media/plane.ts';
import type { AudioCodec } from '../media/sdp.ts';
import type { LegHandlers, SavedLeg, SipLeg } from '../sip/endpoint.ts';
import { type AudioLine, createAudioLine, type Described, openAudioLine, type SavedAudio } from './audio-line.ts';
import type { ClipShelf } from './clip-shelf.ts';
import type { LegName, WorldEvent } from './event.ts';
import { readInfoDigit } from './info-digit.ts';
import { createKeySender, type KeyFailure, type KeySender, type KeyWay } from './key-sender.ts';
import { createPromptQueue, type PromptQueue } from './prompt-queue.ts';

export interface LegParts {
  readonly plane: Pick<MediaPlane, 'open'>;
  readonly shelf: ClipShelf;
  readonly clock: Clock;
  readonly log: Log;
  /** Most liked first. */
  readonly codecs: readonly AudioCodec[];
  /** The address for SDP, of a leg whose SIP goes out from `localAddress`. */
  readonly mediaAddress: (localAddress: string) => string;
  /** Resolves when what was told so far outlives the process. Never rejects, never takes long. */
  readonly durable: () => Promise<void>;
}

/** What was kept of a leg of a killed process, as its owners wrote it. */
export interface SavedParts {
  readonly sip: SavedLeg;
  readonly media: SavedSession;
  readonly audio: SavedAudio;
}

export interface LegOptions {
  readonly name: LegName;
  readonly parts: LegParts;
  readonly put: (event: WorldEvent) => void;
  readonly nextPress: () => number;
  readonly onFault: (error: unknown) => void;
  /** Recordings and taps, which belong to the call, the end of the session, and a peer that nothing comes from. */
  readonly onMedia: (
    leg: LegName,
    event: Extract<MediaEvent, { type: 'recorded' | 'tapped' | 'fault' | 'media-absent' }>,
  ) => void;
  /** Once for each request to `keys`. */
  readonly onKeysSent: (leg: LegName, id: string, failure: KeyFailure | null) => void;
  /** How its keys are sent; null as its description says. */
  readonly keyWay: KeyWay | null;
  readonly save: <Part extends keyof SavedParts>(leg: LegName, part: Part, state: SavedParts[Part]) => void;
  /** A leg of a killed process that is taken up. */
  readonly saved?: Pick<SavedParts, 'media' | 'audio'>;
}

export interface Leg {
  readonly name: LegName;
  /** Set as soon as there is one. */
  sip: SipLeg | null;
  /** null until `open` has resolved. */
  readonly session: MediaSession | null;
  readonly prompts: PromptQueue | null;
  readonly keys: KeySender;
  /** Takes ports and makes the session; rejects with the plane's CodedError. */
  open(): Promise<void>;
  /** Says which address of ours the peer's signalling sees; once, before the first offer or answer. */
  face(localAddress: string): void;
  answer(offer: string): Described;
  offer(): string;
  /** null when the answer is good, or what is wrong with it. */
  accept(answer: string): string | null;
  /** What the dialog may ask of the leg at any time. */
  readonly inDialog: Pick<LegHandlers, 'onOffer' | 'onAnswer' | 'onInfo' | 'onSaved'>;
  /** Puts the peer on hold by SIP, and takes it off again. */
  hold(on: boolean): Promise<void>;
  close(): void;
}

/** Of a session that says nothing: its thread stands still. The dialog waits no longer either. */
const infoPatienceMs = 2000;

export function createLeg(options: LegOptions): Leg {
  const { name, parts, put, nextPress, onFault, onMedia, onKeysSent, keyWay, saved, save } = options;
  const { plane, shelf, clock, log, codecs, mediaAddress, durable } = parts;
  let opened: { readonly session: MediaSession; readonly prompts: PromptQueue } | null = null;
  let line: AudioLine | null = null;
  let closed = false;
  let held = false;
  let offering: Promise<void> = Promise.resolve();

  /** The call's number of a press, by the session's. */
  const presses = new Map<number, number>();
  const keys = createKeySender({
    clock,
    way: keyWay,
    session: () => opened?.session ?? null,
    takesEvents: () => (line?.agreed == null ? null : line.agreed.telephoneEvent !== null),
    info: (contentType, body) => leg.sip?.info(contentType, body) ?? Promise.resolve(481),
    onDone: (id, failure) => onKeysSent(name, id, failure),
  });

  /** INFOs whose key is not on the tape yet, oldest first. */
  let untold: (() => void)[] = [];
  /** Says that such an INFO was taken: not to be kept before its key is, or a restart would answer it and know no key. */
  let heldBack: SavedLeg | null = null;

  function keyIsTold(): Promise<void> {
    return new Promise((resolve) => {
      const timer = clock.after(infoPatienceMs, tell);
      function tell(): void {
        timer.cancel();
        untold = untold.filter((other) => other !== tell);
        if (untold.length === 0 && heldBack !== null) {
          save(name, 'sip', heldBack);
          heldBack = null;
        }
        resolve();
      }
      untold.push(tell);
    });
  }

  /** A key that INFO told before there was a session: no other path can have heard it. */
  function putWhole(digit: string, durationMs: number): void {
    if (digit === 'flash') {
      put({ type: 'flash', leg: name });
      return;
    }
    const press = nextPress();
    const heard = { via: 'info', at: Math.round(clock.wall()) } as const;
    put({ type: 'digit', leg: name, press, digit, heard: [heard] });
    put({ type: 'digit.released', leg: name, press, durationMs, heard: [{ ...heard, durationMs }] });
  }

  function hear(event: MediaEvent): void {
    switch (event.type) {
      case 'digit': {
        const press = nextPress();
        presses.set(event.press, press);
        put({ type: 'digit', leg: name, press, digit: event.digit, heard: event.heard });
        return;
      }
      case 'digit-released': {
        const press = presses.get(event.press);
        // One of before a restart; its end was told then.
        if (press === undefined) return;
        presses.delete(event.press);
        put({ type: 'digit.released', leg: name, press, durationMs: event.durationMs, heard: event.heard });
        return;
      }
      case 'relay-digit':
        keys.relay(event.digit);
        return;
      case 'sent':
        keys.onSent(event.id, event.ok);
        return;
      case 'flash':
        put({ type: 'flash', leg: name });
        return;
      case 'voice':
        put({ type: event.speaking ? 'voice.began' : 'voice.ended', leg: name });
        return;
      case 'play-started':
      case 'play-finished':
        opened?.prompts.onEvent(event);
        return;
      case 'latched':
        log.debug({ leg: name, address: event.address, port: event.port }, 'media comes from here');
        return;
      case 'key-taken':
        untold[0]?.();
        return;
      case 'saved':
        save(name, 'media', event.saved);
        return;
      default:
        onMedia(name, event);
    }
  }

  function onEvent(event: MediaEvent): void {
    if (closed) return;
    try {
      hear(event);
    } catch (error) {
      onFault(error);
    }
  }

  const inDialog: Leg['inDialog'] = {
    onOffer(offer) {
      if (line === null) return { status: 488 };
      if (offer === null) return { sdp: line.offer() };
      const answered = line.answer(offer);
      return answered.ok ? { sdp: answered.sdp } : { status: answered.status };
    },
    onAnswer(answer) {
      const wrong = line?.accept(answer) ?? null;
      if (wrong !== null) log.warn({ leg: name, wrong }, 'the answer of the peer cannot be used');
    },
    onInfo(contentType, body) {
      const read = readInfoDigit(contentType, body);
      if (read === 'unknown-type') return 415;
      if (read === 'malformed') return 400;
      // One press may be heard in the media as well: the session is the door of both.
      if (opened === null) {
        putWhole(read.digit, read.durationMs);
        return durable().then(() => 200);
      }
      opened.session.key(read.digit, read.durationMs);
      // A 200 says that the key is not lost any more.
      return keyIsTold()
        .then(durable)
        .then(() => 200);
    },
    onSaved(state) {
      if (untold.length > 0) heldBack = state;
      else save(name, 'sip', state);
    },
  };

  /** One offer after the other: one that the peer puts off must not come behind its own end. */
  async function offerHold(on: boolean): Promise<void> {
    if (line === null || leg.sip === null || closed || on !== held) return;
    const { status, sdp } = await leg.sip.reoffer(line.offer(on ? 'sendonly' : 'sendrecv'));
    const wrong = status < 300 && sdp !== null ? line.accept(sdp) : `refused with ${status}`;
    if (wrong !== null && !closed) log.warn({ leg: name, on, wrong }, 'the peer did not follow the hold');
  }

  function lineEvents(session: MediaSession): Pick<Parameters<typeof createAudioLine>[0], 'onAgreed' | 'onSaved'> {
    return { onAgreed: (audio) => session.configure(audio), onSaved: (state) => save(name, 'audio', state) };
  }

  const leg: Leg = {
    name,
    sip: null,
    get session() {
      return opened?.session ?? null;
    },
    get prompts() {
      return opened?.prompts ?? null;
    },
    keys,
    async open() {
      const session = await plane.open({ onEvent, keyWay, ...(saved === undefined ? {} : { restore: saved.media }) });
      if (closed) {
        void session.close();
        return;
      }
      opened = { session, prompts: createPromptQueue({ session, shelf, put, onFault }) };
      if (saved === undefined) return;
      line = openAudioLine(saved.audio, lineEvents(session));
      if (line.agreed !== null) session.configure(line.agreed);
    },
    face(localAddress) {
      if (opened === null) throw new Error(`${name} has no session to describe`);
      const { session } = opened;
      line = createAudioLine({
        address: mediaAddress(localAddress),
        port: session.port,
        codecs,
        sessionId: String(randomInt(2 ** 47)),
        ...lineEvents(session),
      });
    },
    answer: (offer) => line?.answer(offer) ?? { ok: false, status: 500, reason: 'the leg has no session' },
    offer() {
      if (line === null) throw new Error(`${name} has nothing to offer`);
      return line.offer();
    },
    accept: (answer) => (line === null ? 'the leg has no session' : line.accept(answer)),
    inDialog,
    hold(on) {
      held = on;
      opened?.session.hold(on);
      offering = offering.then(() => offerHold(on));
      return offering;
    },
    close() {
      if (closed) return;
      closed = true;
      keys.close();
      opened?.prompts.close();
      // Rejects never: the plane waits for its sockets.
      void opened?.session.close();
    },
  };
  return leg;
}
