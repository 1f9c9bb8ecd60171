import { defined, need, number, object, parser, string } from "../../base/json.ts";
import { countTokens } from "../model_words.ts";
import type { AssistantMessage, Message, SessionError } from "../transcript/message.ts";
import { parseError } from "./error.ts";

/** A compaction, from its message or its events. */
export interface Compaction {
  readonly id: string;
  readonly created: number;
  readonly auto: boolean;
  readonly status: "running" | "completed" | "failed";
  readonly error?: SessionError;
  readonly cost?: number;
  readonly tokens?: number;
}

/** Parses a message `compaction`. */
export const parseCompaction = parser((item): Compaction => {
  const { status } = item;
  return defined({
    id: need(string(item.id)),
    created: need(number(object(item.time).created)),
    auto: item.reason !== "manual",
    status: status === "completed" || status === "failed" ? status : "running",
    error: parseError(item.error),
    cost: number(item.cost),
    tokens: countTokens(object(item.tokens)),
  });
});

/**
 * A compaction as the fold knows it: a step whose text is a summary, behind a prompt of its own when a person
 * asked for it.
 */
export function compactionMessages(
  { id, created, auto, status, error, cost = 0, tokens = 0 }: Compaction,
  { sessionId, directory }: { readonly sessionId: string; readonly directory?: string | undefined },
  promptId: string,
): Message[] {
  const summary: AssistantMessage = defined({
    role: "assistant",
    id: `${id}/summary`,
    sessionId,
    created,
    promptId: auto ? promptId : id,
    completed: status === "running" ? undefined : created,
    finish: status === "completed" ? "stop" : undefined,
    error: status === "failed" ? error ?? { name: "unknown", message: "unknown" } : undefined,
    isSummary: true,
    cost,
    tokens,
    directory,
  });
  const part = { id: `${id}/compaction`, sessionId, messageId: id, type: "compaction" } as const;
  const prompt: Message = {
    info: { role: "user", id, sessionId, created, changes: [] },
    parts: [{ ...part, auto: false }],
  };
  return [...auto ? [] : [prompt], { info: summary, parts: [] }];
}
