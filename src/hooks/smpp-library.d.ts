// Owns: the part of the library smpp that is used here, which has no types of its own.
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:net';

  export interface Pdu {
    readonly command_status: number;
    readonly message_id?: string;
    readonly [field: string]: unknown;
    response(fields?: Readonly<Record<string, unknown>>): Pdu;
  }
  type Ask = (fields: Readonly<Record<string, unknown>>, answered: (pdu: Pdu) => void) => boolean;
  export interface Session extends EventEmitter {
    readonly bind_transmitter: Ask;
    readonly submit_sm: Ask;
    send(pdu: Pdu): boolean;
    close(): void;
    destroy(): void;
  }
  interface Smpp {
    connect(options: Readonly<Record<string, unknown>>): Session;
    createServer(onSession: (session: Session) => void): Server;
  }
  const smpp: Smpp;
  export default smpp;
}
