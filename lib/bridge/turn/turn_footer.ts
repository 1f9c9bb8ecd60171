import { dollars, thousands } from "../../base/dollars.ts";
import { duration } from "../../base/time/duration.ts";
import type { Reading } from "../../model/reading.ts";
import type { Texts } from "../../texts/texts.ts";

/** What the footer depends on besides the reading. */
export interface FooterOptions {
  readonly texts: Texts;
  /** In milliseconds since 1970, like `startedAt`, without what the machine slept. */
  readonly now: number;
  readonly startedAt: number;
  /** The branch of the worktree in which it runs, if it is in one that was begun here. */
  readonly branch?: string | undefined;
  /** The context window of the model in tokens, if it is known. */
  readonly contextLimit?: number | undefined;
}

/** The line below an answer: how long it took, by which model, what it used, and on which branch it worked. */
export function footer(reading: Reading, options: FooterOptions): string {
  const { texts, now, startedAt, contextLimit, branch } = options;
  const { tokens, context, cost, model } = reading;
  const percent = contextLimit ? Math.round((100 * context) / contextLimit) : 0;
  return [
    duration(now - startedAt),
    model,
    tokens > 0 && texts.tokens(thousands(tokens)),
    cost > 0 && dollars(cost),
    percent > 0 && texts.contextUsed(percent),
    branch !== undefined && texts.branchFooter(branch),
  ].filter((part) => part).join(" · ");
}
