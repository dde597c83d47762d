// Owns: what a session tells its host: its events, which after a restart are kept back until somebody listens, and, when it
// changes, all that another process needs to go on with it. Does not: reckon what became of it meanwhile (session-saved.ts).
import type { KeyReport, MediaEvent, SavedSession } from './plane.ts';
import type { SessionHost } from './session-host.ts';
import type { Inbound } from './session-inbound.ts';
import type { Outbound } from './session-outbound.ts';
import type { Moment } from './session-saved.ts';

/** What is saved, as it is when it is told. */
export interface Remembered {
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  readonly agreed: Pick<SavedSession, 'everyMs' | 'audio' | 'cname'>;
}

export class SessionTeller {
  /** It was on hold before a restart, and nobody has taken it up yet. */
  heldBefore = false;
  readonly #number: number;
  readonly #port: number;
  readonly #host: SessionHost;
  readonly #remembered: () => Remembered;
  #untold: MediaEvent[] | null = null;
  #unsaved = false;
  #state: 'open' | 'closing' | 'closed' = 'open';

  constructor(number: number, port: number, host: SessionHost, remembered: () => Remembered) {
    this.#number = number;
    this.#port = port;
    this.#host = host;
    this.#remembered = remembered;
  }

  get now(): Moment {
    const { boot } = this.#host;
    const uptime = boot ? { boot: boot.id, ms: this.#host.now() + boot.toUptimeMs } : null;
    return { at: this.#host.wall(), uptime };
  }

  tell(event: MediaEvent): void {
    if (this.#untold !== null) this.#untold.push(event);
    else if (this.#state !== 'closed') this.#host.emit(this.#number, event);
  }

  /** Tells nothing until `tellAll`, but what is saved by now. */
  keepBack(): void {
    this.#tellSaved();
    this.#untold = [];
  }

  /** Somebody listens again. */
  tellAll(): void {
    this.heldBefore = false;
    const untold = this.#untold;
    this.#untold = null;
    for (const event of untold ?? []) this.tell(event);
  }

  /** Nobody will go on with it. */
  closing(): void {
    this.#state = 'closing';
  }

  /** Tells nothing any more. */
  close(): void {
    this.#state = 'closed';
  }

  /** Once for all that happens in a turn. */
  save(): void {
    if (this.#unsaved) return;
    this.#unsaved = true;
    this.#host.beforeTelling(this.#tellSaved);
  }

  readonly #tellSaved = (): void => {
    if (!this.#unsaved || this.#state !== 'open') return;
    this.#unsaved = false;
    const { inbound, outbound, agreed } = this.#remembered();
    const { ssrc, sequence, timestamp, packets, octets } = outbound.stream;
    const held = inbound.held || this.heldBefore;
    const saved: SavedSession = {
      version: 1,
      port: this.#port,
      ssrc,
      sequence,
      timestamp,
      packets,
      octets,
      ...this.now,
      ...agreed,
      sending: agreed.audio !== null && !outbound.mute && !held,
      held,
      source: inbound.peer.source,
      keys: inbound.keys.saved,
      event: inbound.event,
    };
    this.tell({ type: 'saved', saved });
  };
}

/** A restart has to know the keys, and of a tone also its end, until which it may be sounding. */
export function isToBeSaved(event: MediaEvent): boolean {
  return event.type === 'digit' || (event.type === 'digit-released' && hasTone(event.heard));
}

function hasTone(heard: readonly KeyReport[]): boolean {
  return heard.some(({ via }) => via === 'inband');
}
