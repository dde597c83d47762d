// Owns: what the commands of OzML have of this server: its HTTP API, the errands of scripts, and mail and messages as they are
// configured. Does not: know a command (dialects/ozml).

import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { CallParts } from '../call/call-parts.ts';
import type { OzmlOptions, TextMessage } from '../dialects/ozml/rest/command.ts';
import { answerErrand, isErrand } from '../dialects/ozml/rest/errand.ts';
import { createOzmlFace } from '../dialects/ozml/rest/face.ts';
import { errandsAtEnd } from '../dialects/ozml/rest/states.ts';
import type { CommandFace, Voice } from '../dialects/rest.ts';
import type { DialectName } from '../flow/node.ts';
import type { CallFacts, Report } from '../flow/report.ts';
import type { AppTrust } from '../hooks/app-trust.ts';
import type { SipEndpoint } from '../sip/endpoint.ts';
import type { Config } from './config.ts';
import { createMessageWaits } from './message-waits.ts';

export interface Ozml {
  readonly face: CommandFace;
  /** null: the report is for the application. */
  errand(report: Report, call: CallFacts): Promise<Delivery> | null;
  /** Sounds by path lie in a folder that every app of the dialect may read. */
  soundTrust(dialect: DialectName, trust: AppTrust): AppTrust;
  /** null: texts are not taken at all. Whether a script waited for it is what it is answered. */
  readonly onMessage: ((account: string, from: string, text: string) => boolean) | null;
  close(): void;
}

type Delivery =
  | { readonly ok: true; readonly httpStatus: number; readonly variables?: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly code: string; readonly message: string };

export interface OzmlParts {
  readonly config: Config;
  readonly voiceOf: (account: string) => Voice;
  readonly accountOf: (app: string) => string;
  readonly route: CallParts['route'];
  readonly message: SipEndpoint['message'];
  readonly clock: Clock;
  readonly log: Log;
}

/** The libraries of transports are loaded where they are configured: a start that calls wait for must not pay for others. */
export async function createOzmlParts(parts: OzmlParts): Promise<Ozml> {
  const { config, voiceOf, accountOf, route, message, clock, log } = parts;
  const mail = config.mail === null ? null : (await import('../hooks/mail.ts')).createMail(config.mail);
  const { messages } = config;
  const own = messages?.from ?? '';
  const waits = createMessageWaits(clock);
  const smpp = messages?.smpp == null ? null : (await import('../hooks/smpp.ts')).createSmpp(messages.smpp);

  async function sendSip({ to, from, text }: TextMessage): Promise<void> {
    const target = to.includes('@')
      ? ({ kind: 'sip', address: to } as const)
      : ({ kind: 'number', address: to } as const);
    const found = route(target, from ?? own);
    if (!found.ok) throw new Error(found.reason);
    const { invite } = found;
    const status = await message({ ...invite, from: invite.from.uri, text });
    if (status >= 300) throw new Error(`It was answered with ${status}.`);
  }

  const options: OzmlOptions = {
    filesDir: config.ozml.filesDir,
    addressBooks: config.ozml.addressBooks,
    sendMail: mail === null ? null : (message) => mail.send(message),
    sendSms: smpp === null ? null : ({ to, from, text }) => smpp.send({ to, from: from ?? own, text }).then(() => {}),
    sendSip: messages?.sip === true ? sendSip : null,
    nextMessage: messages?.sip === true ? waits.next : null,
  };

  async function run(report: Report, call: CallFacts): Promise<Delivery> {
    const { account, app, id } = call;
    const refused: string[] = [];
    let set: Readonly<Record<string, string>> | undefined;
    try {
      for (const url of errandsAtEnd(report, call) ?? [report.destination.url]) {
        const { code, message, variables } = await answerErrand(url, voiceOf(account ?? accountOf(app)), options);
        if (code !== 200) refused.push(`${code} ${message}`);
        set = variables;
      }
      if (refused.length === 0) return { ok: true, httpStatus: 200, ...(set !== undefined && { variables: set }) };
      return { ok: false, code: 'command-refused', message: refused.join('; ') };
    } catch (error) {
      if (!(error instanceof CodedError)) log.error({ call: id, err: error }, 'a command of a script failed');
      const { code, message } =
        error instanceof CodedError ? error : { code: 'command-refused', message: 'It failed.' };
      return { ok: false, code, message };
    }
  }

  return {
    face: createOzmlFace(options),
    errand: (report, call) => (isErrand(report.destination.url) ? run(report, call) : null),
    soundTrust(dialect, trust) {
      const { filesDir } = config.ozml;
      return dialect !== 'ozml' || filesDir === null ? trust : { ...trust, folders: [...trust.folders, filesDir] };
    },
    onMessage: messages?.sip === true ? waits.deliver : null,
    close() {
      waits.close();
      mail?.close();
      smpp?.close();
    },
  };
}
