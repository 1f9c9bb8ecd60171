/**
 * How often a card is edited while it grows. All apps of a tenant share some thousand calls a month (Feishu's
 * page of the call limit), so a turn has a number of calls, which depends on its age. People look at the
 * beginning: there the edits are close together.
 *
 * By patching, the first ten seconds show words after 0.8 s in the middle. A card that is typed (CardKit)
 * costs two calls more, and 0.3 s would take two edits a second: that is more calls than a turn of six
 * seconds has. The calls are kept, and the client's typing fills the time between two edits. Who has calls to
 * spare sets `BRIDGE_CALLS=lively`.
 */
import type { Growth } from "../model/growth.ts";

/**
 * At which age of a turn, in milliseconds, a call may leave: the 10th at 5 s, the 24th at a minute. The turn
 * has a few calls less than the README says for ten minutes and an hour, which leaves room for renewing the
 * streaming mode and for reading the chat's history.
 */
const DUE: readonly (readonly [call: number, ageMs: number])[] = [
  [8, 0],
  [10, 5_000],
  [24, 60_000],
  [39, 600_000],
  [50, 3_600_000],
];
/** What a turn costs besides its live edits: two reactions, one of them removed, its message, and its end. */
const PATCHED_CALLS = 5;
/** The same by CardKit, where the card is made before it is sent, and its end takes two calls. */
const STREAMED_CALLS = 7;
/** Up to this call, text may use all; of those behind it, it leaves one in five to steps. */
const TEXT_CALLS = 10;
/** However old a turn is, and however thrifty the bridge, an edit waits no longer, in milliseconds. */
const LONGEST_MS = 600_000;

/** What {@linkcode livePaceMs} depends on besides the growth. */
export interface PaceOptions {
  /** Least milliseconds between two edits. */
  readonly throttleMs: number;
  /** See `thrift`. 0 leaves nothing but the throttle. */
  readonly thrift: number;
  /** Whether the card grows by CardKit. */
  readonly isStreamed: boolean;
}

/**
 * Least milliseconds from the last live edit of a card to the next. A step is shown earlier than text, as long
 * as the turn has calls left that text may not use.
 */
export function livePaceMs(
  { ageMs, edits, isStep }: Growth,
  { throttleMs, thrift, isStreamed }: PaceOptions,
): number {
  const call = (isStreamed ? STREAMED_CALLS : PATCHED_CALLS) + edits + 1;
  const left = isStep ? 0 : Math.max(call - TEXT_CALLS, 0) / 4;
  const waitMs = thrift === 0 ? 0 : thrift * dueMs(call + left) - ageMs;
  return Math.max(throttleMs, Math.min(waitMs, LONGEST_MS));
}

/** The age at which a call is due, by straight lines between those of the table: later ones of logarithms. */
function dueMs(call: number): number {
  const next = DUE.findIndex(([calls]) => calls > call);
  const end = next === -1 ? DUE.length - 1 : next;
  const [fromCall, fromMs] = DUE[end - 1] ?? [call, 0];
  const [toCall, toMs] = DUE[end] ?? [call, 0];
  if (call <= fromCall) return fromMs;
  if (fromMs === 0) return toMs * (call - fromCall) / (toCall - fromCall);
  const share = Math.log(call / fromCall) / Math.log(toCall / fromCall);
  return fromMs * (toMs / fromMs) ** share;
}
