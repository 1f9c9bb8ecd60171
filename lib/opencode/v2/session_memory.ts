import { RecentMap } from "../../base/recent_map.ts";
import type { AssistantMessage, Message } from "../transcript/message.ts";
import type { Form } from "./agent_request.ts";
import type { Compaction } from "./compaction.ts";
import type { Stop } from "./message.ts";
import type { CallFields } from "./tool.ts";

/** How many entries of each kind are remembered; older ones have to be read again. */
const MAX = 500;

/** What is put into an inbox. */
export interface Input {
  /** `user`, `synthetic`, … */
  readonly kind: string;
  readonly text: string;
}

/** What later events of a session say nothing more about. */
export class SessionMemory {
  /** The prompt whose turn runs, or ran last. */
  promptId: string | undefined;
  /** What was put into the inbox, by its id. */
  readonly inbox = new RecentMap<string, Input>(MAX);
  /** Whether the session has come to rest since the last prompt, so that the next one begins a turn. */
  isAtRest = true;
  readonly steps = new RecentMap<string, AssistantMessage>(MAX);
  /** Calls by the ids of their parts. */
  readonly calls = new RecentMap<string, CallFields>(MAX);
  readonly forms = new RecentMap<string, Form>(MAX);
  /** The forms that are gone, while it is not known why. */
  readonly cancelled = new Set<string>();
  /** The compaction that runs. */
  compaction: Compaction | undefined;
  /** Somebody rejected what the running step asked for. */
  isRejected = false;
  /** The step that was stopped, while it is not known by whom. */
  stopped: AssistantMessage | undefined;
  /** Who stopped a step. */
  readonly stops = new RecentMap<string, Stop>(MAX);

  /** Learns from the session's messages, which may be older than the events. */
  learn(messages: readonly Message[]): void {
    const last = messages.findLast(({ info, parts }) =>
      info.role === "user" && parts.every((part) => part.type !== "compaction")
    );
    this.promptId ??= last?.info.id;
    for (const { info, parts } of messages) {
      if (info.role !== "assistant" || info.completed !== undefined || info.isSummary) continue;
      if (!this.steps.has(info.id)) this.steps.set(info.id, info);
      for (const part of parts) {
        if (part.type !== "tool" || this.calls.has(part.id)) continue;
        const { callId, call: { tool, state }, input = {}, startedAt } = part;
        const known = { callId, name: tool, status: state, input };
        this.calls.set(part.id, {
          ...known,
          ...(startedAt !== undefined && { startedAt }),
        });
      }
    }
  }
}
