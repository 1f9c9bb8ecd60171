import { summaryLine } from "../../base/text.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Reading } from "../../model/reading.ts";
import type { NotifyWhen } from "../../model/settings.ts";
import { type Outcome, runOf, type TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { preferencesOf } from "../places/preferences.ts";
import type { BridgeSettings } from "../settings.ts";

/** After how long a turn counts as long, in milliseconds: whoever waits has put the phone away. */
const LONG_MS = 60_000;
/** How many characters of the reason for a failure are said. */
const REASON_CHARS = 80;

/** When the end of a turn is announced in a conversation. */
export function notifyWhen(
  conversation: Pick<ConversationRecord, "preferences">,
  settings: Pick<BridgeSettings, "notify">,
): NotifyWhen {
  return preferencesOf(conversation).notify ?? settings.notify;
}

/** What {@linkcode withPing} needs. */
export interface PingOptions {
  readonly turn: TurnRecord;
  readonly conversation: Pick<ConversationRecord, "preferences" | "chatType" | "threadId">;
  readonly reading?: Reading | undefined;
  readonly settings: Pick<BridgeSettings, "notify">;
  readonly texts: Texts;
  /** In milliseconds since 1970, without what the machine slept. */
  readonly now: number;
}

/**
 * Adds what announces the end of a turn to the row of its message. The growing message is only edited, which
 * notifies nobody. A fenced ask has a card of its own, which does.
 */
export function withPing(
  rows: readonly LedgerRow[],
  outcome: Outcome,
  options: PingOptions,
): LedgerRow[] {
  const { turn, conversation: { chatType, threadId } } = options;
  const [first, ...others] = rows;
  const people = first && rows.every(({ memo }) => memo === undefined)
    ? peopleToTell(outcome, options)
    : [];
  if (first === undefined || people.length === 0) return [...rows];
  const isDirect = chatType === "p2p" && threadId === undefined;
  const { buzzes } = turn;
  // They are new messages, which a phone announces.
  if (isDirect && others.length > 0 && buzzes === undefined) return [...rows];
  const error = rows.findLast(({ view }) => view.error)?.view.error ?? "";
  const text = pingText(outcome, tookMs(turn, options), error, options);
  const ping: View = { status: "plain", text, ...(!isDirect && { mentions: people }) };
  return [{ ...first, ping, ...(buzzes && { buzzes }) }, ...others];
}

/** A turn that also tells a person, by `open_id`, when it ends. @param isBuzz Whether the phone rings then. */
export function awaited(turn: TurnRecord, openId: string, isBuzz: boolean): TurnRecord {
  const { awaitedBy = [], buzzes = [] } = turn;
  return {
    ...turn,
    awaitedBy: [...new Set([...awaitedBy, openId])],
    ...(isBuzz && { buzzes: [...new Set([...buzzes, openId])] }),
  };
}

/** Who is told of the end of a turn, by `open_id`. */
function peopleToTell(outcome: Outcome, options: PingOptions): readonly string[] {
  const { turn, conversation, settings } = options;
  // The person who stopped it knows.
  if (outcome === "cancelled") return [];
  const hasFailed = outcome !== "done";
  const isDue: Record<NotifyWhen, boolean> = {
    long: hasFailed || tookMs(turn, options) > LONG_MS,
    always: true,
    failed: hasFailed,
    never: false,
  };
  // What was begun at the computer, or by a script, was not asked for here.
  const isElsewhere = turn.begunBy === "others" || turn.script !== undefined;
  const isOurs = !isElsewhere && turn.answeredIn === undefined;
  // Nobody looks at what runs by itself.
  const isAlone = turn.scheduled !== undefined && hasFailed;
  const isWanted = isAlone || isDue[notifyWhen(conversation, settings)];
  const asked = isOurs && isWanted ? [turn.sender] : [];
  return [...new Set([...asked, ...turn.awaitedBy ?? []])];
}

/** How long a turn has run, restarts of the program included. */
function tookMs(turn: TurnRecord, { now }: Pick<PingOptions, "now">): number {
  return now - (runOf(turn)?.startedAt ?? turn.createdAt);
}

/** How a turn ended, in half a line. */
function pingText(
  outcome: Outcome,
  ms: number,
  error: string,
  { reading, texts }: Pick<PingOptions, "reading" | "texts">,
): string {
  const files = reading?.files.length ?? 0;
  if (outcome === "failed") return texts.pingFailed(ms, summaryLine(error, REASON_CHARS));
  const isWhole = outcome === "done" && !/^(length|tool-calls)$/.test(reading?.finish ?? "");
  return isWhole ? texts.pingDone(ms, files) : texts.pingStopped(ms, files);
}
