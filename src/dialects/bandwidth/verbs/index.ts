// Owns: the table of verbs. The compiler refuses to build when a supported verb of support.ts has no entry here.
import type { CompiledVerb, CompileVerb, VerbInput } from '../scope.ts';
import type { VerbName, verbs } from '../support.ts';
import { bridge } from './bridge.ts';
import { conference } from './conference.ts';
import { hangup, redirect, tag } from './ends.ts';
import { forward } from './forward.ts';
import { gather, startGather, stopGather } from './gather.ts';
import { pause, ring, sendDtmf } from './pause-ring.ts';
import { pauseRecording, record, resumeRecording, startRecording, stopRecording } from './record.ts';
import { playAudio, speakSentence } from './sounds.ts';
import { startStream, stopStream } from './stream.ts';
import { startTranscription, stopTranscription } from './transcription.ts';
import { transfer } from './transfer.ts';

export type RunnableName = {
  [Name in VerbName]: (typeof verbs)[Name] extends { inside: 'document'; level: 'yes' | 'part' } ? Name : never;
}[VerbName];

const runnable: Readonly<Record<RunnableName, CompileVerb>> = {
  Gather: gather,
  StartGather: startGather,
  StopGather: stopGather,
  SpeakSentence: speakSentence,
  PlayAudio: playAudio,
  Pause: pause,
  Ring: ring,
  SendDtmf: sendDtmf,
  Record: record,
  StartRecording: startRecording,
  PauseRecording: pauseRecording,
  ResumeRecording: resumeRecording,
  StopRecording: stopRecording,
  StartStream: startStream,
  StopStream: stopStream,
  StartTranscription: startTranscription,
  StopTranscription: stopTranscription,
  Transfer: transfer,
  Forward: forward,
  Bridge: bridge,
  Conference: conference,
  Redirect: redirect,
  Tag: tag,
  Hangup: hangup,
};

export const isRunnable = (name: VerbName): name is RunnableName => Object.hasOwn(runnable, name);

export const compileVerb = (name: RunnableName, input: VerbInput): CompiledVerb => runnable[name](input);
