// Owns: INFO from our side (RFC 6086 section 4.2.2). One at a time in a dialog: two on the way over UDP could arrive in
// the wrong order and the first would be refused.
import { abandon, endUsage, type InviteUsage } from './invite-usage.ts';
import { sendInDialog } from './uac-in-dialog.ts';

/** Resolves with the final status; 481 when the leg is over. */
export function sendInfo(usage: InviteUsage, contentType: string, body: string): Promise<number> {
  return new Promise((resolve) => {
    const over = () => resolve(481);
    if (usage.state === 'ended' || usage.dialog === null) return over();
    usage.atEnd.add(over);
    usage.infoQueue.push(() => {
      const { dialog } = usage;
      if (usage.state === 'ended' || dialog === null) return over();
      sendInDialog(usage, dialog, 'INFO', { body: { type: contentType, text: body } }, (response) => {
        usage.atEnd.delete(over);
        usage.infoBusy = false;
        resolve(response.status);
        // 12.2.1.2: the peer does not know the dialog any more, or is not there any more.
        if (response.status === 481)
          endUsage(usage, { by: 'peer', status: 0, q850Cause: null, reason: 'dialog unknown to the peer' });
        else if (response.status === 408) abandon(usage, 408, 'no answer inside the dialog');
        next(usage);
      });
    });
    next(usage);
  });
}

function next(usage: InviteUsage): void {
  if (usage.infoBusy) return;
  const run = usage.infoQueue.shift();
  if (run === undefined) return;
  usage.infoBusy = true;
  run();
}
