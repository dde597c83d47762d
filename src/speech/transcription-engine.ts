// Owns: what an engine must do that writes down what was said. The engines stand beside this file; nothing else knows which
// one runs.

/** Times are milliseconds from the beginning of the samples. */
export interface SpokenPart {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  /** 0..1; null when the engine does not say. */
  readonly confidence: number | null;
}

export interface TranscriptionEngine {
  readonly name: string;
  /**
   * 8 kHz mono samples of a few minutes at most. `language` null: whichever it is. Rejects with CodedError
   * `transcription-failed` where it may work later, `transcription-refused` where it would not.
   */
  transcribe(
    samples: Int16Array,
    options: { readonly language: string | null },
    signal: AbortSignal,
  ): Promise<{ readonly language: string | null; readonly parts: readonly SpokenPart[] }>;
  close(): Promise<void>;
}
