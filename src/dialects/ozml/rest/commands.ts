// Owns: which function runs which command, by URL and as the errand of a script. A command that support.ts allows by URL and that
// stands in no table does not compile.
import { Problems } from '../../problems.ts';
import type { Voice } from '../../rest.ts';
import type { XmlElement } from '../../xml/document.ts';
import { Parameters } from '../parameters.ts';
import { type CommandName, commandNamed, type commands, supportOf } from '../support.ts';
import { type Answer, answer, notHere, wrongParameter } from './answer.ts';
import type { ApiParameters } from './api-parameters.ts';
import type { CommandRequest, OzmlOptions, RunCommand } from './command.ts';
import { deleteFile, moveFile } from './files.ts';
import {
  listActiveCalls,
  listAddressbookContacts,
  listAddressbookNames,
  listCallHistory,
  listExtensions,
  listExtensionTypes,
} from './lists.ts';
import { attendedTransfer, besides, blindTransfer, forwardCall, hangup, hold, runOzml, unhold } from './live.ts';
import { sendEmail, sendMsg, sendSms, waitForMsg } from './messages.ts';
import { call, callSetup, requestCall, sendAlarmNotification } from './place.ts';

type ApiName = {
  [Name in CommandName]: (typeof commands)[Name] extends { inside: 'script'; api: 'yes' | 'part' } ? Name : never;
}[CommandName];

const byUrl: Readonly<Record<ApiName, RunCommand>> = {
  SendDTMF: besides,
  Speak: besides,
  Play: besides,
  Record: besides,
  Hangup: hangup,
  ForwardCall: forwardCall,
  BlindTransfer: blindTransfer,
  AttendedTransfer: attendedTransfer,
  Hold: hold,
  Unhold: unhold,
  Call: call,
  CallSetup: callSetup,
  Request: requestCall,
  RunOzML: runOzml,
  SendAlarmNotification: sendAlarmNotification,
  SendSms: sendSms,
  SendEmail: sendEmail,
  ListActiveCalls: listActiveCalls,
  ListCallHistory: listCallHistory,
  ListExtensions: listExtensions,
  ListExtensionTypes: listExtensionTypes,
  ListAddressbookNames: listAddressbookNames,
  ListAddressbookContacts: listAddressbookContacts,
};

/** What scripts may send and URLs may not. */
const inScripts: Readonly<Partial<Record<CommandName, RunCommand>>> = {
  SendMsg: sendMsg,
  WaitForMsg: waitForMsg,
  MoveFile: moveFile,
  DeleteFile: deleteFile,
};

const isByUrl = (name: CommandName): name is ApiName => Object.hasOwn(byUrl, name);

/** A command by URL, of somebody who has signed in. */
export async function runByUrl(parameters: ApiParameters, voice: Voice, options: OzmlOptions): Promise<Answer> {
  const written = parameters.command ?? '';
  if (written.trim() === '') return wrongParameter('command', '');
  const name = commandNamed(written.trim());
  if (name === null) return answer(301, written);
  const { script, api, inside } = supportOf(name);
  if (api === 'never' || inside !== 'script') return notHere(name);
  if (!isByUrl(name))
    return { ...answer(301, name), ...(script === 'no' && api === 'no' && { more: supportOf(name).note }) };
  if (parameters.ambiguous !== null) return wrongParameter(parameters.ambiguous, name);
  return byUrl[name](requestOf(name, written, parameters.element, voice, options, 'rest:ozml'));
}

/** A command that a script of a call sends. */
export async function runErrand(
  name: CommandName,
  element: XmlElement,
  source: string,
  voice: Voice,
  options: OzmlOptions,
): Promise<Answer> {
  const run = isByUrl(name) ? byUrl[name] : inScripts[name];
  return run === undefined ? notHere(name) : run(requestOf(name, name, element, voice, options, source));
}

function requestOf(
  name: CommandName,
  written: string,
  element: XmlElement,
  voice: Voice,
  options: OzmlOptions,
  source: string,
): CommandRequest {
  const given = new Parameters(element, name, new Problems(source), () => {}, 'api');
  return { name, written, given, voice, options, source };
}
