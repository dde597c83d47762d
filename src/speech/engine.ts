// Owns: what a text-to-speech engine must do. The engines stand beside this file; nothing else knows which one runs.
import type { Speech } from '../flow/node.ts';

export interface SpeechEngine {
  readonly name: string;
  /** Everything besides the Speech that changes the sound (voice defaults, rate, model): part of the cache key. */
  readonly settings: string;
  /** 8 kHz mono samples. Rejects with CodedError speech-failed. */
  speak(speech: Speech, signal: AbortSignal): Promise<Int16Array>;
  close(): Promise<void>;
}
