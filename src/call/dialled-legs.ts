// Owns: the legs that a call dialled: which there are, by their names. Each is a dialled-leg.ts.
import type { DialTarget } from '../flow/node.ts';
import type { CallParts } from './call-parts.ts';
import { createDialledLeg, type DialledLeg } from './dialled-leg.ts';
import type { LegName } from './event.ts';
import type { KeyWay } from './key-sender.ts';
import type { Leg, LegOptions, SavedParts } from './leg.ts';

export interface DialledLegs {
  dial(name: LegName, target: DialTarget, callerId: string): void;
  /** Takes up one that was talked to when its process was killed; what cannot be is told as ended. */
  restore(
    name: LegName,
    dialled: { readonly target: DialTarget; readonly callerId: string },
    saved: SavedParts | null,
    downMs: number,
  ): Promise<void>;
  /** Lets go of one that rang when its process was killed; the tape has been told. */
  dismiss(name: LegName, saved: SavedParts['sip'] | null): void;
  /** CANCEL or BYE, as its state demands; harmless when it is over. */
  hangUp(name: LegName): void;
  get(name: LegName): Leg | undefined;
  all(): readonly Leg[];
  close(): void;
}

export interface DialledLegsOptions extends Omit<LegOptions, 'name' | 'keyWay' | 'saved'> {
  readonly parts: CallParts;
}

const normalClearing = 16;
const temporaryFailure = 41;

export function createDialledLegs(options: DialledLegsOptions): DialledLegs {
  const { parts, put } = options;
  const legs = new Map<LegName, DialledLeg>();

  function make(name: LegName, keyWay: KeyWay | null, saved: SavedParts | null): DialledLeg {
    const one = createDialledLeg({
      ...options,
      ...{ name, keyWay, answered: saved !== null },
      ...(saved === null ? {} : { saved }),
      onAnswered: () => put({ type: 'leg.answered', leg: name }),
      onEnd(event) {
        legs.delete(name);
        put(event);
        one.leg.close();
      },
    });
    legs.set(name, one);
    return one;
  }

  function dial(name: LegName, target: DialTarget, callerId: string): void {
    const route = parts.route(target, callerId);
    const { displayName, headers } = target;
    if (route.ok)
      make(name, route.keyWay, null).call({
        ...route.invite,
        ...(displayName === undefined ? {} : { from: { ...route.invite.from, displayName } }),
        ...(headers === undefined ? {} : { headers }),
      });
    else put({ type: 'leg.failed', leg: name, sipStatus: route.sipStatus, reason: route.reason });
  }

  async function restore(
    name: LegName,
    { target, callerId }: { readonly target: DialTarget; readonly callerId: string },
    saved: SavedParts | null,
    downMs: number,
  ): Promise<void> {
    const lost = (): void =>
      put({
        ...{ type: 'leg.ended', leg: name, by: 'fault', q850Cause: temporaryFailure },
        reason: 'a restart of the server lost it',
      });
    if (saved === null || saved.sip.state !== 'confirmed') {
      lost();
      return;
    }
    const route = parts.route(target, callerId);
    const one = make(name, route.ok ? route.keyWay : null, saved);
    const { leg } = one;
    const credentials = route.ok ? route.invite.credentials : undefined;
    try {
      one.restore(saved.sip, { downMs, ...(credentials === undefined ? {} : { credentials }) });
      await leg.open();
    } catch (err) {
      parts.log.warn({ err, leg: name }, 'a leg cannot be taken up again');
      if (leg.sip !== null) leg.sip.hangup({ q850Cause: temporaryFailure });
      else {
        legs.delete(name);
        lost();
      }
    }
  }

  function dismiss(name: LegName, saved: SavedParts['sip'] | null): void {
    if (saved === null) return;
    try {
      parts.restore(saved, { onEnded() {} }).hangup({ q850Cause: temporaryFailure });
    } catch (err) {
      parts.log.warn({ err, leg: name }, 'a phone that rings cannot be told to stop');
    }
  }

  function hangUp(name: LegName): void {
    const one = legs.get(name);
    if (one === undefined) return;
    if (one.leg.sip === null) one.end({ type: 'leg.failed', leg: name, sipStatus: 487, reason: 'cancelled' });
    else one.leg.sip.hangup({ q850Cause: normalClearing });
  }

  return {
    dial,
    restore,
    dismiss,
    hangUp,
    get: (name) => legs.get(name)?.leg,
    all: () => [...legs.values()].map(({ leg }) => leg),
    close() {
      for (const name of [...legs.keys()]) hangUp(name);
    },
  };
}
