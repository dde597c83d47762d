// Owns: sending a mail over SMTP (RFC 5321) by the operator's own server. Text only: no file and no address is ever fetched for it.
// Does not: queue, retry or know templates; who asked is told that it was not taken.
import { createTransport } from 'nodemailer';

export interface MailOptions {
  /** `smtp://user:password@host:port` or `smtps://…`. */
  readonly smtpUrl: string;
  readonly from: string;
  readonly timeoutMs?: number;
}

export interface Mail {
  readonly to: readonly string[];
  /** Who is answered to; mail always leaves as `from`, which the operator's server may send for. */
  readonly sender: string | null;
  readonly subject: string;
  readonly text: string;
}

export interface MailSender {
  /** Resolves once the server has taken it for all recipients. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** Shorter than whoever asked over HTTP waits. */
const patienceMs = 8000;

export function createMail({ smtpUrl, from, timeoutMs = patienceMs }: MailOptions): MailSender {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 2,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, sender, subject, text }) {
      const replyTo = sender === null || sender === from ? {} : { replyTo: sender };
      const sent = await within(timeoutMs, transport.sendMail({ from, to: [...to], subject, text, ...replyTo }));
      if (sent.rejected.length > 0) throw new Error(`${sent.rejected.length} of ${to.length} recipients were refused.`);
    },
    close: () => transport.close(),
  };
}

/** The library bounds its steps, not their sum. */
function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('The mail server did not take it in time.')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(late));
  });
}
