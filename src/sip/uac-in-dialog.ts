// Owns: requests from our side inside a dialog (RFC 3261 section 12.2.1): where they go, whose credentials they carry, the
// next hop when one is dead; and the ACK to a 2xx, which is no transaction. The peer's are uas-in-dialog.ts.
// Does not: know what a request means; its sender does.
import { createDialogRequest, type Dialog } from './dialog.ts';
import type { Challenge, DigestClient } from './digest-client.ts';
import { getHeaders } from './header.ts';
import { type AgentContext, contactFor, guard, type InviteUsage } from './invite-usage.ts';
import type { Header, Peer, SipRequest, SipResponse } from './message.ts';
import type { ResponseOrigin } from './transaction.ts';
import { parseUri } from './uri.ts';

/** Where a request of this dialog goes, best first. */
export function routeDialog(
  context: AgentContext,
  dialog: Dialog,
  hop: string,
  found: (peers: readonly Peer[]) => void,
) {
  const { source } = dialog;
  const uri = parseUri(hop);
  const host = uri?.kind === 'sip' ? uri.host : '';
  const numeric = /^[\d.]+$/.test(host) || host.includes(':');
  // A Contact whose address is not where the peer's packets come from stands behind a NAT and cannot be reached.
  if (dialog.routeSet.length === 0 && numeric && host !== source.address) {
    if (source.transport === 'udp') return found([source]);
    // Its connection may be gone, with the process that had it or without: then the Contact is all there is.
    return context.resolver.resolve(hop, 'tcp', (peers) => found([source, ...peers]));
  }
  context.resolver.resolve(hop, source.transport, (peers) => {
    const known = peers.some((peer) => samePeer(peer, source));
    found(known || dialog.routeSet.length > 0 ? peers : [...peers, source]);
  });
}

function samePeer(a: Peer, b: Peer): boolean {
  return a.transport === b.transport && a.address === b.address && a.port === b.port;
}

export interface InDialogParts {
  readonly headers?: readonly Header[];
  readonly body?: { readonly type: string; readonly text: string } | null;
  readonly contact?: boolean;
}

/**
 * Sends a request inside the dialog. `done` gets the final response, for INVITE every 2xx. A challenge is answered once,
 * and only with the credentials of this very leg; a dead hop is followed by the next.
 */
export function sendInDialog(
  usage: InviteUsage,
  dialog: Dialog,
  method: string,
  parts: InDialogParts,
  done: (response: SipResponse, origin: ResponseOrigin) => void = () => {},
): void {
  const { context } = usage;
  // Whoever did not challenge the INVITE gets no digest out of what follows it.
  usage.digest?.seal();
  let challenged = false;
  const attempt = () => {
    const { request, hop } = createDialogRequest(dialog, method, {
      contact: parts.contact ? contactFor(context, dialog.source) : null,
      userAgent: context.options.userAgent,
      headers: parts.headers ?? [],
      body: parts.body ?? null,
    });
    const signed = sign(usage.digest, request);
    routeDialog(context, dialog, hop, (peers) => sendTo(signed, peers, 0));
  };
  const sendTo = (request: SipRequest, peers: readonly Peer[], index: number): void => {
    const peer = peers[index] ?? dialog.source;
    context.layer.request(request, peer, {
      onResponse(response, origin) {
        if (response.status < 200) return;
        if (origin === 'transport' && index + 1 < peers.length) return sendTo(request, peers, index + 1);
        if ((response.status === 401 || response.status === 407) && !challenged && usage.digest !== null) {
          challenged = true;
          if (usage.digest.take(challengesOf(response))) return attempt();
        }
        guard(usage, () => done(response, origin));
      },
    });
  };
  attempt();
}

/** The ACK to a 2xx: not a transaction, so it is made and sent again for every copy of the 2xx. */
export function sendAck(usage: InviteUsage, dialog: Dialog, cseq: number, sdp: string | null): void {
  const { context } = usage;
  const { request, hop } = createDialogRequest(dialog, 'ACK', {
    contact: null,
    userAgent: context.options.userAgent,
    cseq,
    body: sdp === null ? null : { type: 'application/sdp', text: sdp },
  });
  const signed = sign(usage.digest, request);
  routeDialog(context, dialog, hop, (peers) => context.layer.sendRequest(signed, peers[0] ?? dialog.source));
}

export function sendBye(usage: InviteUsage, dialog: Dialog, headers: readonly Header[]): void {
  sendInDialog(usage, dialog, 'BYE', { headers });
}

export function sign(digest: DigestClient | null, request: SipRequest): SipRequest {
  const headers = digest?.headers(request.method, request.uri) ?? [];
  return headers.length === 0 ? request : { ...request, headers: [...request.headers, ...headers] };
}

export function challengesOf(response: SipResponse): readonly Challenge[] {
  const proxy = response.status === 407;
  return getHeaders(response, proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate').map((value) => ({ proxy, value }));
}
