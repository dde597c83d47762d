// Owns: the table of commands. The compiler refuses to build when a supported command of support.ts has no entry here.
import type { CompileVerb } from '../scope.ts';
import type { VerbName, verbs } from '../support.ts';
import { callback, redirect } from './callback.ts';
import { dial } from './dial.ts';
import { answer, hangup, reject } from './ends.ts';
import { gather } from './gather.ts';
import { hold, unhold } from './hold.ts';
import { pause, tone } from './pause-tone.ts';
import { record, recordStart, recordStop } from './record.ts';
import { play, say } from './say-play.ts';

type CommandName = {
  [Name in VerbName]: (typeof verbs)[Name] extends { inside: 'command'; level: 'yes' | 'part' } ? Name : never;
}[VerbName];
export type RunnableName = Exclude<CommandName, 'Error'>;

export const commands: Readonly<Record<RunnableName, CompileVerb>> = {
  Answer: answer,
  Say: say,
  Play: play,
  Pause: pause,
  Record: record,
  RecordStart: recordStart,
  RecordStop: recordStop,
  Gather: gather,
  Callback: callback,
  Redirect: redirect,
  Dial: dial,
  Reject: reject,
  Hangup: hangup,
  Hold: hold,
  Unhold: unhold,
  Tone: tone,
};

const unfailing: ReadonlySet<RunnableName> = new Set(['Answer', 'Pause', 'Reject', 'Hangup', 'Hold', 'Unhold']);

export const isCommand = (name: VerbName): name is RunnableName => Object.hasOwn(commands, name);
export const canFail = (name: RunnableName): boolean => !unfailing.has(name);
