import type { Conversation, Row } from "../records.ts";
import type { Texts } from "../texts.ts";
import type { Turn } from "./turn.ts";

/** What `/status` tells about. */
export interface StatusOptions {
  readonly conversation: Conversation;
  /** The running turn first, then the queue. */
  readonly turns: readonly Turn[];
  /** Titles of the open questions. */
  readonly asks: readonly string[];
  readonly rows: readonly Row[];
  /** Lines about what all conversations share. */
  readonly system: readonly string[];
  readonly texts: Texts;
}

/** The answer to `/status`. */
export function statusText(options: StatusOptions): string {
  const { conversation, turns, asks, rows, system, texts } = options;
  const [current] = turns;
  const startedAt = current?.prompt.run?.startedAt ?? current?.prompt.createdAt;
  const waiting = rows.filter((row) => !row.shown);
  const model = conversation.model ?? current?.reading?.model;
  return [
    conversation.sessionId === undefined
      ? texts.noSession
      : texts.statusSession(conversation.sessionId),
    texts.statusDirectory(conversation.directory),
    ...(model === undefined ? [] : [texts.statusModel(model)]),
    ...(conversation.agent === undefined ? [] : [texts.statusAgent(conversation.agent)]),
    current === undefined || startedAt === undefined
      ? texts.statusIdle
      : texts.statusTurn(Date.now() - startedAt, current.waitsFor),
    texts.statusQueue(Math.max(turns.length - 1, 0)),
    texts.statusUndelivered(waiting.length, waiting.find((row) => row.lastError)?.lastError ?? ""),
    ...asks.map(texts.statusAsk),
    ...system,
  ].map((line) => `- ${line}`).join("\n");
}
