/** Turns what somebody says into text. */
export interface Transcriber {
  /** What does it, for people. */
  readonly name: string;
  /** The longest recording that it takes, in milliseconds. */
  readonly maxMs: number;
  /** The largest one, in bytes. */
  readonly maxBytes: number;

  /**
   * Resolves with what is said in a recording; empty if nothing was heard. What may pass is tried again a few times.
   *
   * @throws {ApiError} If it is refused.
   * @throws {NetworkError} If there is no answer.
   * @throws The signal's reason.
   */
  transcribe(recording: Recording, signal: AbortSignal): Promise<string>;
}

/** A recording of speech: Opus in an Ogg container. */
export interface Recording {
  readonly path: string;
  /** How long it is, in milliseconds; 0 if unknown. */
  readonly durationMs: number;
}
