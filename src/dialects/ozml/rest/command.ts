// Owns: what a command of the HTTP API is handed, by URL or as the errand of a script.
import type { Voice } from '../../rest.ts';
import type { Parameters } from '../parameters.ts';
import type { CommandName } from '../support.ts';
import type { Answer } from './answer.ts';

export interface AddressBook {
  readonly name: string;
  readonly contacts: readonly {
    readonly name: string;
    readonly phoneNumber?: string | undefined;
    readonly email?: string | undefined;
  }[];
}

export interface Mail {
  readonly to: readonly string[];
  readonly sender: string | null;
  readonly subject: string;
  readonly text: string;
}

export interface TextMessage {
  readonly to: string;
  /** null: the configured one. */
  readonly from: string | null;
  readonly text: string;
}

/** What the configuration gives; null is not configured. */
export interface OzmlOptions {
  /** Sounds by path, and what MoveFile and DeleteFile may touch. */
  readonly filesDir: string | null;
  readonly addressBooks: readonly AddressBook[];
  /** Resolves once it was taken. */
  readonly sendMail: ((mail: Mail) => Promise<void>) | null;
  readonly sendSms: ((message: TextMessage) => Promise<void>) | null;
  readonly sendSip: ((message: TextMessage) => Promise<void>) | null;
  /** The next text from there to an app of the account; null when none came in time. */
  readonly nextMessage: ((wait: MessageWait) => Promise<ReceivedMessage | null>) | null;
}

export interface MessageWait {
  readonly account: string;
  /** null: from anybody. */
  readonly from: string | null;
  readonly timeoutMs: number;
}

export interface ReceivedMessage {
  readonly from: string;
  readonly text: string;
}

export const noOptions: OzmlOptions = {
  filesDir: null,
  addressBooks: [],
  sendMail: null,
  sendSms: null,
  sendSip: null,
  nextMessage: null,
};

export interface CommandRequest {
  readonly name: CommandName;
  /** As the client wrote it. */
  readonly written: string;
  readonly given: Parameters;
  readonly voice: Voice;
  readonly options: OzmlOptions;
  /** What relative addresses are relative to; `rest:` by URL. */
  readonly source: string;
}

export type RunCommand = (request: CommandRequest) => Promise<Answer>;
