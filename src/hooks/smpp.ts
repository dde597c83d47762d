// Owns: text messages through an SMPP 3.4 gateway: one session, bound when it is first needed and again when it was lost.
// Does not: queue or retry; who asked is told that a message was not taken.
import smpp, { type Pdu, type Session } from 'smpp';

export interface SmppOptions {
  /** `smpp://host:port`, `ssmpp://` over TLS. */
  readonly url: string;
  readonly systemId: string;
  readonly password: string;
  readonly timeoutMs?: number;
}

export interface SmppSender {
  /** Resolves with the id that the gateway gave it. */
  send(message: { readonly to: string; readonly from: string; readonly text: string }): Promise<string>;
  close(): void;
}

/** Shorter than whoever asked over HTTP waits. */
const patienceMs = 8000;
const enquireMs = 30_000;
/** Longer ones go in a field of their own. */
const shortBytes = 140;
const accepted = 0;

export function createSmpp({ url, systemId, password, timeoutMs = patienceMs }: SmppOptions): SmppSender {
  let bound: Promise<Session> | null = null;
  let open: Session | null = null;

  function bind(): Promise<Session> {
    const session = smpp.connect({ url, auto_enquire_link_period: enquireMs, connectTimeout: timeoutMs });
    open = session;
    return new Promise((resolve, reject) => {
      const lost = (why: string): void => {
        if (open === session) {
          open = null;
          bound = null;
        }
        session.destroy();
        reject(new Error(why));
      };
      session.on('error', () => lost('The gateway cannot be reached.'));
      session.on('close', () => lost('The gateway closed the connection.'));
      const late = setTimeout(() => lost('The gateway did not answer in time.'), timeoutMs);
      session.bind_transmitter({ system_id: systemId, password }, ({ command_status }) => {
        clearTimeout(late);
        if (command_status === accepted) resolve(session);
        else lost(`The gateway refused the login with status ${command_status}.`);
      });
    });
  }

  return {
    async send({ to, from, text }) {
      bound ??= bind();
      const session = await bound;
      const answer = await new Promise<Pdu>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error('The gateway did not answer in time.')), timeoutMs);
        const gone = (): void => reject(new Error('The gateway closed the connection.'));
        session.once('close', gone);
        session.submit_sm({ ...party('source', from), ...party('dest', to), ...content(text) }, (pdu) => {
          clearTimeout(late);
          session.off('close', gone);
          resolve(pdu);
        });
      });
      if (answer.command_status !== accepted)
        throw new Error(`The gateway refused it with status ${answer.command_status}.`);
      return answer.message_id ?? '';
    },
    close() {
      open?.destroy();
    },
  };
}

/** Type of number: international, unknown, or a name. */
function party(end: 'source' | 'dest', written: string): Readonly<Record<string, unknown>> {
  const isName = /[A-Za-z]/.test(written);
  const ton = isName ? 5 : written.startsWith('+') ? 1 : 0;
  const address = written.replace(/^\+/, '');
  return {
    [`${end}_addr_ton`]: ton,
    [`${end}_addr_npi`]: isName ? 0 : 1,
    [end === 'source' ? 'source_addr' : 'destination_addr']: address,
  };
}

const content = (text: string): Readonly<Record<string, unknown>> =>
  Buffer.byteLength(text, 'utf16le') <= shortBytes
    ? { short_message: text }
    : { short_message: '', message_payload: text };
