// Owns: every choice that the vendor's documentation of v1 leaves open or that this server makes otherwise, with its reason,
// and the numbers that the dialect needs. The support page prints the list.
import type { Decision } from '../bandwidth/decisions.ts';

export const byDefault = {
  documentBytes: 16 * 1024,
  /** Of each event. */
  callbackMs: 10_000,
  /** Of what verbs ask for. */
  requestUrlMs: 30_000,
  /** A call that we place. */
  ringMs: 60_000,
  /** A call that came in and that nobody answers over REST. */
  waitForAnswerMs: 180_000,
  /** Behind a last sentence, sound or keys. */
  lingerMs: 30_000,
  bxmlDigits: 128,
  restDigits: 30,
  transferTargets: 7,
  keysToSend: 92,
  toneMs: 200,
  gapMs: 100,
  sentenceLength: 1000,
  conferenceMembers: 20,
  mediaBytes: 8 * 1024 * 1024,
  mediaFiles: 100,
  keptErrors: 500,
} as const;

export const decisions: readonly Decision[] = [];
