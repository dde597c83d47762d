// Owns: the legs that a call dialled: each from its INVITE to its end, told in words of the tape. The end of one is told
// exactly once, whether it was refused, cancelled, cannot be understood or was talked to.
import type { DialTarget } from '../flow/node.ts';
import type { LegHandlers, OutgoingInvite } from '../sip/endpoint.ts';
import type { CallParts } from './call-parts.ts';
import type { LegName, WorldEvent } from './event.ts';
import type { KeyWay } from './key-sender.ts';
import { createLeg, type Leg, type LegOptions, type SavedParts } from './leg.ts';

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

const incompatibleDestination = 88;
const normalClearing = 16;
const temporaryFailure = 41;

interface Dialled {
  readonly leg: Leg;
  readonly handlers: LegHandlers;
  readonly over: boolean;
  end(event: WorldEvent): void;
}

export function createDialledLegs(options: DialledLegsOptions): DialledLegs {
  const { parts, put, onFault } = options;
  const legs = new Map<LegName, Dialled>();

  function make(name: LegName, keyWay: KeyWay | null, saved: SavedParts | null): Dialled {
    const leg = createLeg({ ...options, name, keyWay, ...(saved === null ? {} : { saved }) });
    let over = false;
    let answered = saved !== null;
    const end = (event: WorldEvent): void => {
      if (over) return;
      over = true;
      legs.delete(name);
      put(event);
      leg.close();
    };
    const handlers: LegHandlers = {
      ...leg.inDialog,
      onProgress: (sipStatus) => {
        if (!over) put({ type: 'leg.ringing', leg: name, sipStatus });
      },
      onConfirmed: (sdp) => {
        const wrong = sdp === null ? 'there is no description in its answer' : leg.accept(sdp);
        if (wrong !== null) {
          end({ type: 'leg.failed', leg: name, sipStatus: 488, reason: wrong });
          leg.sip?.hangup({ q850Cause: incompatibleDestination });
          return;
        }
        answered = true;
        if (!over) put({ type: 'leg.answered', leg: name });
      },
      onEnded: ({ by, status, q850Cause, reason }) => {
        const cause = q850Cause ?? normalClearing;
        if (answered)
          end({ type: 'leg.ended', leg: name, by, q850Cause: cause, reason: reason === '' ? 'hung up' : reason });
        else {
          const sipStatus = status === 0 ? 487 : status;
          const words = sipStatus === 487 ? 'cancelled' : reason === '' ? `refused with ${sipStatus}` : reason;
          end({ type: 'leg.failed', leg: name, sipStatus, reason: words });
        }
      },
    };
    const one: Dialled = {
      leg,
      handlers,
      end,
      get over() {
        return over;
      },
    };
    legs.set(name, one);
    return one;
  }

  function dial(name: LegName, target: DialTarget, callerId: string): void {
    const route = parts.route(target, callerId);
    if (!route.ok) {
      put({ type: 'leg.failed', leg: name, sipStatus: route.sipStatus, reason: route.reason });
      return;
    }
    const one = make(name, route.keyWay, null);
    const { leg, handlers, end } = one;
    function place(invite: Pick<OutgoingInvite, 'uri' | 'from'>): void {
      if (one.over) return;
      const sdp = (localAddress: string): string => {
        leg.face(localAddress);
        return leg.offer();
      };
      leg.sip = parts.invite({ ...invite, sdp }, handlers);
    }
    leg
      .open()
      .then(
        () => place(route.invite),
        (error: Error) => end({ type: 'leg.failed', leg: name, sipStatus: 503, reason: error.message }),
      )
      .catch(onFault);
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
    const { leg, handlers } = make(name, route.ok ? route.keyWay : null, saved);
    const credentials = route.ok ? route.invite.credentials : undefined;
    try {
      leg.sip = parts.restore(saved.sip, handlers, { downMs, ...(credentials === undefined ? {} : { credentials }) });
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
