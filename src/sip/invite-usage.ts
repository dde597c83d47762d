// Owns: what both sides of a call share (RFC 3261 sections 12 to 15): the dialog table entry, the leg's state, its end,
// and the fence around handlers: a fault in one leg ends that leg and nothing else.
// Mirrored pairs build on it: uas-invite/uac-invite, uas-reoffer/uac-reoffer, uas-in-dialog/uac-in-dialog.
import type { NewId } from '../base/ids.ts';
import type { Log } from '../base/log.ts';
import { allowHeader, listTokens, supportedHeader } from './capabilities.ts';
import { type Dialog, dialogKey } from './dialog.ts';
import type { DigestClient } from './digest-client.ts';
import type { LegHandlers, SavedLeg, SipEndpointOptions } from './endpoint.ts';
import type { Header, Peer, SipRequest, SipResponse } from './message.ts';
import type { RequestOrder } from './request-order.ts';
import type { Resolver } from './resolver.ts';
import type { LastAnswer } from './saved-leg.ts';
import { createSessionCountdown, type SessionCountdown } from './session-timer.ts';
import type { TransactionLayer } from './transaction.ts';
import { formatHostPort } from './uri.ts';

export interface AgentContext {
  readonly options: SipEndpointOptions;
  readonly layer: TransactionLayer;
  readonly resolver: Resolver;
  readonly newId: NewId;
  /** By dialog key. */
  readonly dialogs: Map<string, { readonly usage: InviteUsage; readonly dialog: Dialog }>;
  readonly legs: Set<InviteUsage>;
}

export type LegEnd = Parameters<LegHandlers['onEnded']>[0];
export type HangupOptions = { readonly status?: number; readonly q850Cause?: number; readonly text?: string };

/** A 2xx of ours that waits for its ACK. */
export interface AckWait {
  readonly cseq: number;
  /** To the first INVITE of a call that came in: no BYE may go out before it (section 15). */
  readonly holdsBye: boolean;
  acknowledged(ack: SipRequest): void;
  close(): void;
}

export interface InviteUsage {
  readonly context: AgentContext;
  readonly id: string;
  readonly direction: 'incoming' | 'outgoing';
  readonly log: Log;
  handlers: LegHandlers;
  state: 'early' | 'confirmed' | 'ended';
  /** The one that counts; null while a call we placed has none. */
  dialog: Dialog | null;
  readonly keys: Set<string>;
  readonly digest: DigestClient | null;
  /** Our last session description, for refreshes. */
  localSdp: string | null;
  peerTakesUpdate: boolean;
  /** It said so in Allow, and refused one all the same. */
  updateRefused: boolean;
  /** A re-INVITE, or UPDATE with an offer, of ours has no final answer yet. */
  offering: boolean;
  /** A request of the peer with an offer has no final answer yet. */
  answering: boolean;
  ackWait: AckWait | null;
  /** Set while a reliable provisional response of ours is open. */
  prack: ((request: SipRequest) => boolean) | null;
  readonly countdown: SessionCountdown;
  /** Says goodbye on the wire as the state demands; does not tell the handlers. */
  sayGoodbye: (options: HangupOptions) => void;
  /** Run once when the leg ends. */
  readonly atEnd: Set<() => void>;
  readonly infoQueue: (() => void)[];
  infoBusy: boolean;
  /** What a restart needs; null: nothing yet. */
  describe: () => SavedLeg | null;
  last: LastAnswer | null;
  /** After a restart, until the peer's next request: a copy of this one was answered by the process before. */
  replay: LastAnswer | null;
  /** After a restart, for what the peer sent meanwhile. */
  order: RequestOrder | null;
  /** After a restart: what an ACK to a late copy of the peer's 2xx carries. */
  lateAckSdp: string | null;
}

export function createUsage(
  context: AgentContext,
  direction: InviteUsage['direction'],
  handlers: LegHandlers,
  digest: DigestClient | null,
  refresh: (usage: InviteUsage) => void,
  id = context.newId(),
): InviteUsage {
  const usage: InviteUsage = {
    context,
    id,
    direction,
    log: context.options.log.child({ leg: id }),
    handlers,
    state: 'early',
    dialog: null,
    keys: new Set(),
    digest,
    localSdp: null,
    peerTakesUpdate: false,
    updateRefused: false,
    offering: false,
    answering: false,
    ackWait: null,
    prack: null,
    countdown: createSessionCountdown(context.options.clock, {
      refresh: () => guard(usage, () => refresh(usage)),
      expire: () => abandon(usage, 408, 'session timer expired'),
    }),
    sayGoodbye: () => {},
    atEnd: new Set(),
    infoQueue: [],
    infoBusy: false,
    describe: () => null,
    last: null,
    replay: null,
    order: null,
    lateAckSdp: null,
  };
  context.legs.add(usage);
  return usage;
}

export function registerDialog(usage: InviteUsage, dialog: Dialog): void {
  const key = dialogKey(dialog.callId, dialog.localTag, dialog.remoteTag);
  usage.keys.add(key);
  usage.context.dialogs.set(key, { usage, dialog });
}

export function forgetDialogs(usage: InviteUsage, except?: Dialog): void {
  const kept = except === undefined ? '' : dialogKey(except.callId, except.localTag, except.remoteTag);
  for (const key of usage.keys) {
    if (key === kept) continue;
    usage.keys.delete(key);
    usage.context.dialogs.delete(key);
  }
}

/**
 * Tells the end, once, and resolves when it is kept. The dialog stays known while a 2xx waits for its ACK, because only then
 * may a BYE go out.
 */
export function endUsage(usage: InviteUsage, end: LegEnd): Promise<void> | null {
  if (usage.state === 'ended') return null;
  usage.state = 'ended';
  usage.countdown.close();
  usage.context.legs.delete(usage);
  if (usage.ackWait?.holdsBye !== true) {
    usage.ackWait?.close();
    usage.ackWait = null;
    forgetDialogs(usage);
  }
  const last = [...usage.atEnd];
  usage.atEnd.clear();
  for (const run of last) run();
  try {
    return usage.handlers.onEnded(end) ?? null;
  } catch (error) {
    usage.log.error({ err: error }, 'sip: a leg handler failed at the end of its leg');
    return null;
  }
}

/** Ends the leg from our side because it cannot go on. */
export function abandon(usage: InviteUsage, status: number, reason: string, q850Cause = 102): void {
  if (usage.state === 'ended') return;
  try {
    usage.sayGoodbye({ status: status === 408 ? 500 : status, q850Cause, text: reason });
  } catch (error) {
    usage.log.error({ err: error }, 'sip: a leg could not say goodbye');
  }
  endUsage(usage, { by: 'fault', status, q850Cause: null, reason });
}

/** Hands out what a restart needs. Whoever cannot keep it loses a restart, not a call. */
export function saveUsage(usage: InviteUsage): void {
  if (usage.state === 'ended' || usage.handlers.onSaved === undefined) return;
  try {
    const saved = usage.describe();
    if (saved !== null) usage.handlers.onSaved(saved);
  } catch (error) {
    usage.log.error({ err: error }, 'sip: a leg could not be saved');
  }
}

/** Runs what may throw; a throw ends this leg only. */
export function guard(usage: InviteUsage, run: () => void): void {
  try {
    run();
  } catch (error) {
    usage.log.error({ err: error }, 'sip: a leg handler failed');
    abandon(usage, 500, 'internal error', 41);
  }
}

/** Our Contact as this peer should see it. */
export function contactFor(context: AgentContext, peer: Peer): string {
  const local = context.layer.localFor(peer);
  return `<sip:${formatHostPort(local.address, local.port)}${local.transport === 'tcp' ? ';transport=tcp' : ''}>`;
}

/** Headers of every INVITE and UPDATE, and of their 1xx and 2xx. */
export const abilityHeaders: readonly Header[] = [allowHeader, supportedHeader];

export function learnAbilities(usage: InviteUsage, message: SipRequest | SipResponse): void {
  const allow = listTokens(message, 'Allow');
  if (allow.length > 0) usage.peerTakesUpdate = allow.includes('update') && !usage.updateRefused;
}
