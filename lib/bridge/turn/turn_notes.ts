import type { Reading } from "../../model/reading.ts";
import type { TurnEnding } from "./how_ended.ts";
import type { Wait } from "./wait.ts";

/** What the reader of a turn's message has to know besides the answer. */
export class TurnNotes {
  /** Why it failed, where the agent does not say so. */
  failure: string | undefined;
  /** A notice that the final answer shows too. */
  notice: string | undefined;
  wait: Wait | undefined;

  /** The lines above the answer. */
  get lines(): readonly (string | undefined)[] {
    return [this.notice, this.wait?.note];
  }

  /** Why it failed, if it has. */
  why(reading: Reading | undefined): string | undefined {
    return this.failure ?? reading?.error?.message;
  }

  /** Takes what is known of the end: nothing is waited for any more. */
  end({ notice, failure }: Pick<TurnEnding, "notice" | "failure">): void {
    this.notice = notice ?? this.notice;
    this.failure = failure ?? this.failure;
    this.wait = undefined;
  }
}
