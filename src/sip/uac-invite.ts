// Owns: the calling side of an INVITE (RFC 3261 sections 9.1, 13.2, 15): progress, the first 2xx that wins (the forked
// dialogs are uac-fork.ts), ACK, CANCEL, challenges, 422, the next address when one is dead. The called side is uas-invite.ts.
// Does not: follow redirections; a 3xx is a refusal that call/ sees, with a reason that says so.
import { listTokens, sdpOf } from './capabilities.ts';
import { confirmDialog } from './dialog.ts';
import { createDigestClient } from './digest-client.ts';
import type { LegHandlers, OutgoingInvite, OutgoingLeg } from './endpoint.ts';
import { getHeader } from './header.ts';
import {
  type AgentContext,
  abilityHeaders,
  contactFor,
  createUsage,
  endUsage,
  forgetDialogs,
  guard,
  learnAbilities,
  registerDialog,
  saveUsage,
} from './invite-usage.ts';
import type { Header, Peer, SipRequest, SipResponse } from './message.ts';
import { formatNameAddress, parseNameAddress, tagOf } from './name-address.ts';
import { formatReason, parseQ850Cause, parseReasonText } from './reason-header.ts';
import { type CallingInner, describeConfirmed, requestText } from './saved-leg.ts';
import {
  defaultSessionS,
  minSessionS,
  parseMinSession,
  readSessionTimer,
  requestSessionTimer,
} from './session-timer.ts';
import type { ClientTransaction, ResponseOrigin } from './transaction.ts';
import { acknowledgeProgress, type Branch, createFork, dismissBranch, inviteNumber } from './uac-fork.ts';
import { challengesOf, sendAck, sendBye, sign } from './uac-in-dialog.ts';
import { sendInfo } from './uac-info.ts';
import { refreshSession, reofferUsage } from './uac-reoffer.ts';

const maxRounds = 6;

export function createOutgoingLeg(context: AgentContext, options: OutgoingInvite, handlers: LegHandlers): OutgoingLeg {
  const digest = options.credentials === undefined ? null : createDigestClient(options.credentials);
  const usage = createUsage(context, 'outgoing', handlers, digest, refreshSession);
  const callId = options.callId ?? context.newId();
  const localTag = context.newId();
  const fork = createFork();
  let winner: Branch | null = null;
  let transaction: ClientTransaction | null = null;
  /** Of the transaction that had a 1xx, so that it can be cancelled; its text is made once. */
  let calling: CallingInner | null = null;
  let peers: readonly Peer[] = [];
  let peerIndex = 0;
  let cseq = 0;
  let rounds = 0;
  let sessionS = defaultSessionS;
  let minS = minSessionS;
  /** The INVITE without Contact and Via, which depend on the hop, and without credentials, which depend on the round. */
  let fixed: readonly Header[] | null = null;
  let fromUri = '';

  function describe(localAddress: string): readonly Header[] {
    const { uri: from, displayName } = options.from;
    const described = typeof options.sdp === 'function' ? options.sdp(localAddress) : options.sdp;
    usage.localSdp = described;
    fromUri = typeof from === 'function' ? from(localAddress) : from;
    const params = [{ name: 'tag', value: localTag }];
    return [
      { name: 'Max-Forwards', value: '70' },
      {
        name: 'From',
        value: formatNameAddress(
          displayName === undefined ? { uri: fromUri, params } : { uri: fromUri, displayName, params },
        ),
      },
      { name: 'To', value: formatNameAddress({ uri: options.uri }) },
      { name: 'Call-ID', value: callId },
    ];
  }

  function attempt(): void {
    const peer = peers[peerIndex]!;
    fixed ??= describe(context.layer.localFor(peer).address);
    cseq += 1;
    rounds += 1;
    // A reliable 1xx to an INVITE without an offer would carry one that only call/ could answer: not asked for.
    const abilities =
      options.sdp === null ? [abilityHeaders[0]!, { name: 'Supported', value: 'timer' }] : abilityHeaders;
    const headers: Header[] = [
      ...fixed,
      { name: 'CSeq', value: `${cseq} INVITE` },
      { name: 'Contact', value: contactFor(context, peer) },
      { name: 'User-Agent', value: context.options.userAgent },
      ...abilities,
      ...requestSessionTimer(sessionS, minS),
      ...(options.headers ?? []).map(({ name, value }) => ({ name, value: value.replace(/[\r\n]+/g, ' ') })),
    ];
    if (options.sdp !== null) headers.push({ name: 'Content-Type', value: 'application/sdp' });
    const body = Buffer.from(usage.localSdp ?? '', 'utf8');
    const request = sign(digest, { kind: 'request', method: 'INVITE', uri: options.uri, headers, body });
    const mine = context.layer.request(request, peer, {
      onResponse: (response, origin) => guard(usage, () => receive(mine.request, response, origin)),
    });
    transaction = mine;
    calling = null;
  }

  function receive(request: SipRequest, response: SipResponse, origin: ResponseOrigin): void {
    if (response.status < 200) {
      receiveProgress(request, response);
      return;
    }
    if (response.status < 300) {
      receiveAccept(request, response);
      return;
    }
    // A call that was confirmed by another branch, or given up, takes no notice.
    if (usage.state !== 'early') return;
    if (origin === 'transport' || (origin === 'timeout' && fork.size === 0)) {
      if (peerIndex + 1 < peers.length) {
        peerIndex += 1;
        attempt();
        return;
      }
    }
    if (rounds < maxRounds && origin === 'wire') {
      const { status } = response;
      if ((status === 401 || status === 407) && digest?.take(challengesOf(response))) {
        again();
        return;
      }
      if (status === 422 && parseMinSession(response) > minS) {
        minS = parseMinSession(response);
        sessionS = Math.max(sessionS, minS);
        again();
        return;
      }
    }
    forgetDialogs(usage);
    endUsage(usage, {
      by: origin === 'wire' ? 'peer' : 'fault',
      status: response.status,
      q850Cause: parseQ850Cause(response),
      reason: refusalReason(response),
    });
  }

  function again(): void {
    forgetDialogs(usage);
    fork.clear();
    usage.dialog = null;
    attempt();
  }

  function receiveProgress(request: SipRequest, response: SipResponse): void {
    if (usage.state !== 'early') return;
    if (calling === null && transaction !== null) {
      calling = { id: usage.id, invite: requestText(request, false), to: transaction.to };
      saveUsage(usage);
    }
    if (response.status === 100) return;
    const sdp = sdpOf(response);
    if (tagOf(getHeader(response, 'To')) !== undefined) {
      const branch = fork.branchOf(request, response, peers[peerIndex]!);
      if (branch === null) return;
      registerDialog(usage, branch.dialog);
      usage.dialog ??= branch.dialog;
      learnAbilities(usage, response);
      const reliable = listTokens(response, 'Require').includes('100rel');
      if (reliable && !acknowledgeProgress(usage, branch, response)) return;
      branch.sdp = sdp ?? branch.sdp;
    }
    usage.handlers.onProgress?.(response.status, sdp);
  }

  function receiveAccept(request: SipRequest, response: SipResponse): void {
    const branch = fork.branchOf(request, response, peers[peerIndex]!);
    if (branch === null) return;
    const number = inviteNumber(branch, response);
    if (winner === branch) {
      sendAck(usage, branch.dialog, number, branch.ackSdp);
      return;
    }
    confirmDialog(branch.dialog, response);
    if (winner !== null || usage.state === 'ended') {
      dismissBranch(usage, branch, response);
      return;
    }
    winner = branch;
    digest?.seal();
    registerDialog(usage, branch.dialog);
    forgetDialogs(usage, branch.dialog);
    usage.dialog = branch.dialog;
    usage.state = 'confirmed';
    learnAbilities(usage, response);
    const described = sdpOf(response);
    if (options.sdp === null) {
      // A delayed offer: the peer's is in the 2xx, and our answer belongs into the ACK.
      const verdict = described === null ? { status: 488 } : (usage.handlers.onOffer?.(described) ?? { status: 488 });
      branch.ackSdp = 'sdp' in verdict ? verdict.sdp : null;
      usage.localSdp = branch.ackSdp;
      sendAck(usage, branch.dialog, number, branch.ackSdp);
      if (branch.ackSdp === null) {
        sendBye(usage, branch.dialog, formatReason(88, 'offer refused'));
        endUsage(usage, { by: 'us', status: 488, q850Cause: 88, reason: 'offer refused' });
        return;
      }
    } else sendAck(usage, branch.dialog, number, null);
    usage.countdown.restart(readSessionTimer(response));
    saveUsage(usage);
    usage.handlers.onConfirmed?.(described ?? branch.sdp);
  }

  usage.sayGoodbye = (how) => {
    const reason = formatReason(how.q850Cause, how.text);
    if (winner !== null) sendBye(usage, winner.dialog, reason);
    else transaction?.cancel(reason);
  };

  usage.describe = () => {
    if (winner !== null) return describeConfirmed(usage, null, winner.ackSdp);
    return calling === null ? null : { version: 1, direction: 'outgoing', state: 'calling', callId, inner: calling };
  };

  function begin(found: readonly Peer[]): void {
    if (usage.state === 'ended') return;
    peers = found;
    if (found.length > 0) {
      guard(usage, attempt);
      return;
    }
    // The first event cannot come before invite() returns, and a numeric host is resolved at once.
    context.options.clock.after(0, () =>
      endUsage(usage, { by: 'fault', status: 503, q850Cause: null, reason: 'no address for the called URI' }),
    );
  }
  if (options.outboundProxy !== undefined) begin([options.outboundProxy]);
  else context.resolver.resolve(options.uri, 'udp', begin);

  return {
    id: usage.id,
    callId,
    direction: 'outgoing',
    get state() {
      return usage.state;
    },
    remote: { uri: options.uri, displayName: '' },
    get local() {
      return { uri: fromUri };
    },
    get localAddress() {
      const peer = peers[peerIndex];
      return (peer === undefined ? context.layer.local[0] : context.layer.localFor(peer))?.address ?? '';
    },
    hangup(how = {}) {
      if (usage.state === 'ended') return;
      const status = usage.state === 'early' ? 487 : 0;
      usage.sayGoodbye(how);
      endUsage(usage, { by: 'us', status, q850Cause: how.q850Cause ?? null, reason: how.text ?? '' });
    },
    reoffer: (sdp) => reofferUsage(usage, sdp),
    info: (contentType, body) => sendInfo(usage, contentType, body),
  };
}

/** A redirection is not followed: who may be called is decided before an INVITE, and a Contact would go around that. */
function refusalReason(response: SipResponse): string {
  const said = parseReasonText(response) || response.reason;
  if (response.status >= 400) return said;
  const target = parseNameAddress(getHeader(response, 'Contact') ?? '')?.uri.slice(0, 200);
  return `${said}: the redirection${target === undefined ? '' : ` to ${target}`} is not followed`;
}
