/** Event streams of the real opencode 1.18.33, one JSON frame a line, read for the tests. */
import type { Ask } from "../../lib/opencode/v1/ask.ts";
import { type OpencodeEvent, parseGlobalEvent } from "../../lib/opencode/v1/event.ts";
import { type Message, parseMessage, type SessionStatus } from "../../lib/opencode/v1/message.ts";
import { object } from "../../lib/base/json.ts";

const DIR = new URL("../fixtures/opencode-events/", import.meta.url);

export interface Recording {
  /** The frames of the types that we know. */
  frames: unknown[];
  /** The event in each of them. */
  events: OpencodeEvent[];
  /** The session of the first prompt. */
  sessionId: string;
  /** Its user messages in the order of their appearance. */
  prompts: string[];
}

export function names(): string[] {
  return [...Deno.readDirSync(DIR)].map((entry) => entry.name.replace(/\.jsonl$/, "")).sort();
}

export function recording(name: string): Recording {
  const lines = Deno.readTextFileSync(new URL(`${name}.jsonl`, DIR)).trimEnd().split("\n");
  const all = lines.map((line): unknown => JSON.parse(line));
  const frames = all.filter((frame) => parseGlobalEvent(frame) !== undefined);
  const events = frames.map(parseGlobalEvent).filter((event) => event !== undefined);
  let sessionId: string | undefined;
  const prompts = new Set<string>();
  for (const event of events) {
    if (event.type !== "message.updated" || event.info.role !== "user") continue;
    sessionId ??= event.sessionID;
    if (event.sessionID === sessionId) prompts.add(event.info.id);
  }
  return { frames, events, sessionId: sessionId ?? "ses_none", prompts: [...prompts] };
}

export interface Stored {
  messages: Message[];
  status: SessionStatus | undefined;
  asks: Ask[];
}

/**
 * What the server would answer after `frames`: a streaming text is stored empty, `GET /session/status`
 * lists busy sessions only, and the lists of asks hold what nobody replied to.
 */
export function stored(frames: unknown[], sessionId: string): Stored {
  const messages = new Map<string, { info: unknown; parts: Map<string, unknown> }>();
  const asks = new Map<string, Ask>();
  let status: SessionStatus | undefined;
  for (const frame of frames) {
    const event = parseGlobalEvent(frame);
    const { payload, properties = object(payload).properties } = object(frame);
    const { info, part } = object(properties);
    if (event?.type === "message.updated") {
      const message = messages.get(event.info.id) ?? { info: {}, parts: new Map() };
      messages.set(event.info.id, { ...message, info });
    } else if (event?.type === "message.part.updated") {
      messages.get(event.part.messageID)?.parts.set(event.part.id, part);
    } else if (event?.type === "session.status" && event.sessionID === sessionId) {
      status = event.status.type === "idle" ? undefined : event.status;
    } else if (event?.type === "permission.asked" || event?.type === "question.asked") {
      asks.set(event.ask.id, event.ask);
    } else if (event && "requestID" in event) asks.delete(event.requestID);
  }
  return {
    messages: [...messages.values()]
      .map(({ info, parts }) => parseMessage({ info, parts: [...parts.values()] }))
      .filter((message) => message !== undefined),
    status,
    asks: [...asks.values()],
  };
}
