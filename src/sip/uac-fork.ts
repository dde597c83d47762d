// Owns: the early dialogs of one INVITE of ours (RFC 3261 section 12.1.2, 13.2.2.4): a proxy may have forked it, so there is
// one for each To tag; the PRACK each of its reliable 1xx is due (RFC 3262 section 4).
// Does not: choose the one that counts; uac-invite.ts does, at the first 2xx.
import { confirmDialog, type Dialog, dialogOfResponse } from './dialog.ts';
import { getHeader, parseCSeq, parseUnsigned } from './header.ts';
import type { InviteUsage } from './invite-usage.ts';
import type { Peer, SipRequest, SipResponse } from './message.ts';
import { tagOf } from './name-address.ts';
import { sendAck, sendBye, sendInDialog } from './uac-in-dialog.ts';

export interface Branch {
  readonly dialog: Dialog;
  /** Highest RSeq acknowledged; null: none yet. */
  rseq: number | null;
  /** The description of its last 1xx. */
  sdp: string | null;
  /** The answer of our ACK, sent again with it. */
  ackSdp: string | null;
  /** Its 2xx came when it was not wanted any more; BYE is sent. */
  dismissed: boolean;
}

/** More than any sane proxy makes would only fill the table. */
const maxBranches = 32;

export interface Fork {
  readonly size: number;
  /** The branch that a response belongs to, made at its first; null: none can be made. */
  branchOf(request: SipRequest, response: SipResponse, peer: Peer): Branch | null;
  clear(): void;
}

export function createFork(): Fork {
  const branches = new Map<string, Branch>();
  return {
    get size() {
      return branches.size;
    },
    branchOf(request, response, peer) {
      const tag = tagOf(getHeader(response, 'To')) ?? '';
      const known = branches.get(tag);
      if (known !== undefined) return known;
      const dialog = dialogOfResponse(request, response, peer);
      if (dialog === null || branches.size >= maxBranches) return null;
      const branch: Branch = { dialog, rseq: null, sdp: null, ackSdp: null, dismissed: false };
      branches.set(tag, branch);
      return branch;
    },
    clear: () => branches.clear(),
  };
}

/** Acknowledges a reliable 1xx. False: it is a copy, or out of order. */
export function acknowledgeProgress(usage: InviteUsage, branch: Branch, response: SipResponse): boolean {
  const rseq = parseUnsigned(getHeader(response, 'RSeq') ?? '');
  if (rseq === null || (branch.rseq !== null && rseq !== branch.rseq + 1)) return false;
  if (branch.rseq === null) confirmDialog(branch.dialog, response);
  branch.rseq = rseq;
  const invite = inviteNumber(branch, response);
  sendInDialog(usage, branch.dialog, 'PRACK', { headers: [{ name: 'RAck', value: `${rseq} ${invite} INVITE` }] });
  return true;
}

/** Another branch won, or we had hung up: 13.2.2.4 wants the 2xx acknowledged, and the dialog ended. */
export function dismissBranch(usage: InviteUsage, branch: Branch, response: SipResponse): void {
  sendAck(usage, branch.dialog, inviteNumber(branch, response), null);
  if (!branch.dismissed) sendBye(usage, branch.dialog, []);
  branch.dismissed = true;
}

/** The CSeq number of the INVITE that a response is to. */
export function inviteNumber(branch: Branch, response: SipResponse): number {
  return parseCSeq(getHeader(response, 'CSeq'))?.number ?? branch.dialog.localCSeq;
}
