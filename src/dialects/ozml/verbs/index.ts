// Owns: the table of commands. The compiler refuses to build when a command of support.ts that scripts may have has no entry here.
import type { CommandInput, CompileCommand, CompiledCommand } from '../scope.ts';
import type { CommandName, commands } from '../support.ts';
import { receiveAlarm } from './alarm.ts';
import { exit, goTo, hangup, reject } from './ends.ts';
import { errand, requestErrand } from './errands.ts';
import { blindTransfer, forwardCall, route } from './legs.ts';
import { record } from './record.ts';
import { sendDtmf } from './send-dtmf.ts';
import { beep, delay, play, speak } from './sounds.ts';
import { userInput } from './user-input.ts';
import { array, forEach, setVar } from './variables.ts';
import { waitForMsg } from './wait-for-msg.ts';

export type RunnableName = {
  [Name in CommandName]: (typeof commands)[Name] extends { inside: 'script'; script: 'yes' | 'part' } ? Name : never;
}[CommandName];

const runnable: Readonly<Record<RunnableName, CompileCommand>> = {
  SendDTMF: sendDtmf,
  Speak: speak,
  Play: play,
  Record: record,
  UserInput: userInput,
  Delay: delay,
  Beep: beep,
  Var: setVar,
  Array: array,
  ForEach: forEach,
  Exit: exit,
  GoTo: goTo,
  Reject: reject,
  Hangup: hangup,
  Route: route,
  ForwardCall: forwardCall,
  BlindTransfer: blindTransfer,
  ReceiveAlarmNotification: receiveAlarm,
  AttendedTransfer: errand('AttendedTransfer', ['TargetCallId'], 'TransferredCallId'),
  Hold: errand('Hold', [], 'CallId'),
  Unhold: errand('Unhold', [], 'CallId'),
  Call: errand('Call', ['Dialed']),
  CallSetup: errand('CallSetup', ['Caller', 'Callee']),
  Request: requestErrand,
  WaitForMsg: waitForMsg,
  SendSms: errand('SendSms', ['Recipient', 'Message']),
  SendEmail: errand('SendEmail', ['Recipient']),
  SendAlarmNotification: errand('SendAlarmNotification', ['PhoneNumber', 'AccountNumber', 'EventCode']),
  SendMsg: errand('SendMsg', ['ToConnection', 'Text']),
  MoveFile: errand('MoveFile', ['Source', 'Target']),
  DeleteFile: errand('DeleteFile', ['File']),
};

export const isRunnable = (name: CommandName): name is RunnableName => Object.hasOwn(runnable, name);

export const compileCommand = (name: RunnableName, input: CommandInput): CompiledCommand => runnable[name](input);

/** As the first command they let the caller's phone ring. */
export const ringsOn = (name: CommandName): boolean => name === 'Route' || name === 'ForwardCall';
