// Owns: which file compiles which verb. A verb of the support table without one does not compile.
import type { CompiledVerb, CompileVerb, VerbInput } from '../scope.ts';
import type { VerbName, verbs } from '../support.ts';
import { conference } from './conference.ts';
import { hangup, pause, redirect, sendDtmf } from './ends.ts';
import { gather } from './gather.ts';
import { record } from './record.ts';
import { playAudio, speakSentence } from './sounds.ts';
import { transfer } from './transfer.ts';

export type RunnableName = {
  [Name in VerbName]: (typeof verbs)[Name] extends {
    inside: 'document' | readonly ['document', ...string[]];
    level: 'yes' | 'part';
  }
    ? Name
    : never;
}[VerbName];

const runnable: Readonly<Record<RunnableName, CompileVerb>> = {
  Gather: gather,
  SpeakSentence: speakSentence,
  PlayAudio: playAudio,
  Pause: pause,
  SendDtmf: sendDtmf,
  Record: record,
  Redirect: redirect,
  Transfer: transfer,
  Hangup: hangup,
  Reject: hangup,
  Conference: conference,
};

export const isRunnable = (name: VerbName): name is RunnableName => Object.hasOwn(runnable, name);

export const compileVerb = (name: RunnableName, input: VerbInput): CompiledVerb => runnable[name](input);
