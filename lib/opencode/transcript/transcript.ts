/** One turn of one session, as far as its events and messages tell, and what follows from that. */
import type { ToolImage } from "../../model/agent_tool.ts";
import type { OutsideAct } from "../../model/outside_act.ts";
import type { ModelRetry } from "../../model/reading.ts";
import type { Todo } from "../../model/tool_call.ts";
import type { PartEvent, PendingRequest, SessionEvent, SessionStatus } from "./event.ts";
import type {
  AssistantMessage,
  MessageInfo,
  Part,
  SessionError,
  ToolPart,
  UserMessage,
} from "./message.ts";
import { isClosed, type Step } from "./step.ts";

/** What is known of the turn that a user message began. Create it before the post, so that it misses no event. */
export class Transcript {
  /** The user messages whose answers belong to the turn, as far as they were seen, ours first. */
  readonly prompts = new Map<string, UserMessage>();
  /** User messages that were read before they had parts, so that it is not known what they are for. */
  readonly halves = new Set<string>();
  /** The user messages that ask for nothing: opencode itself put them in, or they were taken back. */
  readonly continuations = new Set<string>();
  /** The turn's own steps, oldest first. */
  readonly steps: Step[] = [];
  /** Child session → its steps. */
  readonly children = new Map<string, Step[]>();
  /** Child session → what it waits for. */
  readonly childRetries = new Map<string, ModelRetry>();
  /** Message → its step, children's too. */
  readonly byMessage = new Map<string, Step>();
  /** Parts and deltas that came before their messages, by the messages' ids. */
  readonly early = new Map<string, PartEvent[]>();
  /** `undefined` until the session was busy with our turn. */
  status: SessionStatus | undefined;
  /** A later turn has begun. */
  superseded = false;
  /** opencode asks the model without end; see {@linkcode noteEndless}. */
  isEndless = false;
  /** The first error that was announced since the last step began. */
  error: SessionError | undefined;
  /** What the server lists for the session or a subagent's, by the request's id. */
  readonly requests = new Map<string, PendingRequest>();
  /** The ids of requests that are over, which a list that was read before may still hold. */
  readonly settled = new Set<string>();
  /** The ids of messages and parts that were removed, of which older events and readings may still tell. */
  readonly removed = new Set<string>();
  /** What others did to its requests and permissions. */
  readonly outsideActs: OutsideAct[] = [];
  /** Pictures that tools have returned, until somebody takes them. */
  readonly images: ToolImage[] = [];
  /** The keys of all such pictures so far. */
  readonly imageKeys = new Set<string>();
  todos: readonly Todo[] = [];
  compacted = false;

  constructor(readonly sessionId: string, readonly userMessageId: string) {}
}

/** The tool call that a request waits for, as far as it is known. */
export function callOf(t: Transcript, { origin }: PendingRequest): ToolPart | undefined {
  return t.byMessage.get(origin?.messageId ?? "")?.entries.map(({ part }) => part)
    .filter((part) => part.type === "tool")
    .find(({ callId }) => callId === origin?.callId);
}

/** Whether an event is about the turn's session or a subagent's, or about all. */
export function concerns(t: Transcript, event: SessionEvent): boolean {
  return !("sessionId" in event) || event.sessionId === undefined || isOfTurn(t, event.sessionId);
}

/** Whether opencode has stored our prompt. */
export function isAccepted(t: Transcript): boolean {
  return t.prompts.size > 0 || t.steps.length > 0;
}

/** Whether each assistant message of the turn that is known has ended. */
export function isComplete(t: Transcript): boolean {
  return t.steps.length > 0 && t.steps.every(({ info }) => isClosed(info));
}

/** Whether the turn has ended for good, so that what follows belongs to others. */
export function isOver(t: Transcript): boolean {
  if (t.superseded || t.isEndless) return true;
  if (t.status?.type !== "idle") return false;
  if (t.error?.isAbort) return true;
  return t.steps.length > 0 ? isComplete(t) : t.error !== undefined;
}

/** Whether opencode has our prompt and works on it. */
export function isUnderWay(t: Transcript): boolean {
  return isAccepted(t) && !isOver(t);
}

/** Whether a session is the turn's own or a subagent's. */
export function isOfTurn(t: Transcript, sessionId: string): boolean {
  return sessionId === t.sessionId || t.children.has(sessionId);
}

/** Whether a status means that the session rests; absent means idle. */
export function isIdle(status: SessionStatus | undefined): status is { type: "idle" } | undefined {
  return status === undefined || status.type === "idle";
}

/** Whether a message was created after another one. */
export function isLater(info: MessageInfo, than: MessageInfo): boolean {
  return info.created > than.created || (info.created === than.created && info.id > than.id);
}

/** Whether a message came after our prompt, which has to be known. */
export function isAfterPrompt(t: Transcript, info: MessageInfo): boolean {
  const prompt = t.prompts.get(t.userMessageId);
  return prompt !== undefined && isLater(info, prompt);
}

/** Whether a message is older than our prompt, if that is known. */
export function isBeforePrompt(t: Transcript, info: MessageInfo): boolean {
  const prompt = t.prompts.get(t.userMessageId);
  return prompt !== undefined && info.created < prompt.created;
}

/**
 * By how much the clock must have been set back, in milliseconds, so that a turn goes on without end: less has soon
 * passed. A prompt that is posted again while it is answered becomes some seconds newer (observed on 1.18.33).
 */
const SET_BACK_MS = 60_000;

/**
 * Notes whether opencode asks the model without end: it orders messages by their times, and takes a step that is
 * older than its prompt for none that answers it. Its clock was set back meanwhile (both observed on 1.18.33). The
 * turn has to be stopped; its first such step is the last that counts.
 */
export function noteEndless(t: Transcript, info: MessageInfo): void {
  if (info.role === "user" || info.promptId !== t.userMessageId || !info.isByTime) return;
  const { created = 0 } = t.prompts.get(t.userMessageId) ?? {};
  t.isEndless ||= isClosed(info) && info.created < created - SET_BACK_MS;
}

/** Whether the model has finished its answer with a message. */
export function isAnswer(info: AssistantMessage): boolean {
  return isClosed(info) && !info.isSummary && info.finish !== undefined &&
    info.finish !== "tool-calls";
}

/** Whether opencode itself put the message in, to go on after a compaction. */
export function continues(parts: readonly Part[]): boolean {
  return parts.some((part) =>
    part.type === "compaction" ? part.auto : part.type === "text" && part.hidden
  );
}

/** Whether a prompt that was seen in the turn was put in by somebody elsewhere. */
export function isOthers(t: Transcript, promptId: string): boolean {
  const isKnown = t.prompts.has(promptId) || t.halves.has(promptId);
  return isKnown && promptId !== t.userMessageId && !t.continuations.has(promptId);
}

/** Whether the turn has answered a prompt that was put in meanwhile, or one after it. */
export function isAnswered(t: Transcript, promptId: string): boolean {
  const prompt = t.prompts.get(promptId);
  return prompt !== undefined && t.steps.some(({ info }) => {
    const answered = t.prompts.get(info.promptId);
    return answered !== undefined && !isLater(prompt, answered);
  });
}

/** Whether the message was written when all that is known of the turn had ended. */
export function isAfterEnd(t: Transcript, info: UserMessage): boolean {
  const last = t.steps.at(-1);
  if (last === undefined || !isComplete(t) || goesOn(last)) return false;
  return info.created >= (last.info.completed ?? last.info.created);
}

/** Whether the model has yet to hear what the step's tools did. */
function goesOn({ info, entries }: Step): boolean {
  return info.finish === "tool-calls" &&
    !entries.some(({ part }) => part.type === "tool" && part.cut !== undefined);
}

/** Whether a step belongs to the turn, as far as is known. */
export function belongs(t: Transcript, info: AssistantMessage): boolean {
  return info.promptId === t.userMessageId || t.prompts.has(info.promptId) ||
    (isAfterPrompt(t, info) && !isOver(t) && !t.steps.some((step) => isAnswer(step.info)));
}
