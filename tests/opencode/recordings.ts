/** Event streams of the real opencode 1.18.33, one JSON frame a line, read for the tests. */
import { object } from "../../lib/base/json.ts";
import type {
  PendingRequest,
  SessionEvent,
  SessionStatus,
} from "../../lib/opencode/transcript/event.ts";
import type { Message } from "../../lib/opencode/transcript/message.ts";
import { parseGlobalEvent } from "../../lib/opencode/v1/event.ts";
import { parseMessage } from "../../lib/opencode/v1/message.ts";

const DIR = new URL("../fixtures/opencode-events/", import.meta.url);

export interface Recording {
  /** The frames of the types that we know. */
  frames: unknown[];
  /** The event in each of them. */
  events: SessionEvent[];
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
    if (event.type !== "message" || event.info.role !== "user") continue;
    sessionId ??= event.sessionId;
    if (event.sessionId === sessionId) prompts.add(event.info.id);
  }
  return { frames, events, sessionId: sessionId ?? "ses_none", prompts: [...prompts] };
}

export interface Stored {
  messages: Message[];
  status: SessionStatus | undefined;
  requests: PendingRequest[];
}

/**
 * What the server would answer after `frames`: a streaming text is stored empty, `GET /session/status`
 * lists busy sessions only, and the lists of requests hold what nobody replied to.
 */
export function stored(frames: unknown[], sessionId: string): Stored {
  const messages = new Map<string, { info: unknown; parts: Map<string, unknown> }>();
  const requests = new Map<string, PendingRequest>();
  let status: SessionStatus | undefined;
  for (const frame of frames) {
    const event = parseGlobalEvent(frame);
    const { payload, properties = object(payload).properties } = object(frame);
    const { info, part } = object(properties);
    if (event?.type === "message") {
      const message = messages.get(event.info.id) ?? { info: {}, parts: new Map() };
      messages.set(event.info.id, { ...message, info });
    } else if (event?.type === "part") {
      messages.get(event.part.messageId)?.parts.set(event.part.id, part);
    } else if (event?.type === "status" && event.sessionId === sessionId) {
      status = event.status.type === "idle" ? undefined : event.status;
    } else if (event?.type === "asked") {
      requests.set(event.pending.request.id, event.pending);
    } else if (event?.type === "answered") requests.delete(event.requestId);
  }
  return {
    messages: [...messages.values()]
      .map(({ info, parts }) => parseMessage({ info, parts: [...parts.values()] }))
      .filter((message) => message !== undefined),
    status,
    requests: [...requests.values()],
  };
}
