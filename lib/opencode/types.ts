/**
 * What the bridge needs to know of opencode's data, in its own narrow types; everything else a server
 * sends is dropped by the parsers beside this file. Times are milliseconds since 1970 on the server's
 * clock. Names and meanings observed on opencode 1.18.33.
 */

/** Why a message or a session failed: opencode's `{name, data}` flattened. */
export interface AgentError {
  /** For example `APIError`, `ProviderAuthError`, `ContextOverflowError`, `MessageAbortedError`. */
  name: string;
  message: string;
  /** HTTP status of the model provider's answer. */
  statusCode?: number | undefined;
  retryable?: boolean | undefined;
}

/** How much one file changed. */
export interface FileChange {
  file: string;
  additions: number;
  deletions: number;
}

/** Tokens of one model step; `input` excludes what came from the cache, `output` excludes reasoning. */
export interface Tokens {
  input: number;
  output: number;
  reasoning: number;
  cacheRead: number;
  cacheWrite: number;
  /** All together, as counted by the server; about what the context holds after the step. */
  total: number;
}

/** One entry of the agent's todo list. */
export interface Todo {
  content: string;
  /** `pending`, `in_progress`, `completed` or `cancelled`. */
  status: string;
  priority?: string | undefined;
}

/** A prompt, or a message that opencode itself put in the user's place (compaction, shell). */
export interface UserMessage {
  role: "user";
  id: string;
  sessionID: string;
  created: number;
  agent?: string | undefined;
  /** `provider/model`. */
  model?: string | undefined;
  /** What the turn changed so far; empty outside git. Filled in late, also after `session.idle`. */
  diffs: FileChange[];
}

/** One model step: opencode makes a new assistant message for each. */
export interface AssistantMessage {
  role: "assistant";
  id: string;
  sessionID: string;
  /** The user message that this step answers. */
  parentID: string;
  created: number;
  completed?: number | undefined;
  /** `stop`, `tool-calls`, `length`, …; absent while running and after an error. */
  finish?: string | undefined;
  error?: AgentError | undefined;
  /** A compaction's summary: not meant for the reader. */
  summary: boolean;
  agent?: string | undefined;
  /** `provider/model`. */
  model?: string | undefined;
  /** US dollars. */
  cost: number;
  tokens: Tokens;
  /** The directory in which the step worked. */
  cwd?: string | undefined;
}

/** What `message.updated` carries. */
export type MessageInfo = UserMessage | AssistantMessage;

interface PartBase {
  id: string;
  sessionID: string;
  messageID: string;
}

/** Text or reasoning. While it streams, the server reports and stores it with an empty `text`. */
export interface TextPart extends PartBase {
  type: "text" | "reasoning";
  text: string;
  /** Written by opencode for the model (`synthetic` or `ignored`), not for the reader. */
  hidden: boolean;
  /** `time.end` is set: `text` is whole. */
  ended: boolean;
}

/** State of a tool call. A command with a non-zero exit code is `completed` too. */
export type ToolStatus = "pending" | "running" | "completed" | "error";

/** A tool call, with what the bridge keeps of its input, output and metadata. */
export interface ToolPart extends PartBase {
  type: "tool";
  tool: string;
  callID: string;
  status: ToolStatus;
  /** The tool's own title, else the telling field of its input; may be empty. */
  title: string;
  /** Everything printed so far. */
  output?: string | undefined;
  error?: string | undefined;
  /** Exit code of `bash`; `null` when it was killed. */
  exit?: number | null | undefined;
  started?: number | undefined;
  ended?: number | undefined;
  /** The child session of a `task`. */
  childSessionID?: string | undefined;
  /** The list that a `todowrite` wrote. */
  todos?: Todo[] | undefined;
  /** What an `edit` or `write` changed. */
  change?: FileChange | undefined;
}

/** Begin of a model attempt; a second one without a {@linkcode StepFinishPart} between is a retry. */
export interface StepStartPart extends PartBase {
  type: "step-start";
}

/** End of a model attempt that came through. */
export interface StepFinishPart extends PartBase {
  type: "step-finish";
}

/** Makes its user message a request to compact the context, `auto` when opencode asked by itself. */
export interface CompactionPart extends PartBase {
  type: "compaction";
  auto: boolean;
}

/** The parts that matter to a reader. */
export type Part = TextPart | ToolPart | StepStartPart | StepFinishPart | CompactionPart;

/** A message as `GET /session/:id/message` gives it. */
export interface Message {
  info: MessageInfo;
  parts: Part[];
}

/** A session; `parentID` makes it a subagent's. */
export interface Session {
  id: string;
  directory: string;
  title: string;
  parentID?: string | undefined;
  created: number;
  updated: number;
  archived?: number | undefined;
  /** The user message from which on everything is undone. */
  revertedFrom?: string | undefined;
}

/** What a session does. Sessions that `GET /session/status` does not list are idle. */
export type SessionStatus =
  | { type: "idle" }
  | { type: "busy" }
  | {
    type: "retry";
    attempt: number;
    message: string;
    /** When the next attempt begins. */
    next: number;
  };

/** Where an ask comes from. */
export interface AskOrigin {
  messageID: string;
  callID: string;
}

/** The agent wants to do something that a rule `ask` guards. */
export interface PermissionAsk {
  kind: "permission";
  id: string;
  /** A subagent's asks carry the child's session. */
  sessionID: string;
  /** `bash`, `edit`, `external_directory`, … */
  permission: string;
  patterns: string[];
  /** What "always" would allow. */
  always: string[];
  /** For example `command`; or `filepath` and `diff`. */
  metadata: Record<string, unknown>;
  origin?: AskOrigin | undefined;
}

/** One question of a {@linkcode QuestionAsk}. */
export interface Question {
  question: string;
  header: string;
  options: { label: string; description: string }[];
  multiple: boolean;
  /** Whether free text is welcome: true unless the tool says no. */
  custom: boolean;
}

/** The agent's `question` tool waits for answers. */
export interface QuestionAsk {
  kind: "question";
  id: string;
  sessionID: string;
  questions: Question[];
  origin?: AskOrigin | undefined;
}

/** Something that the agent waits for until somebody answers. */
export type Ask = PermissionAsk | QuestionAsk;

/** One permission rule; the last one that matches wins. */
export interface PermissionRule {
  permission: string;
  pattern: string;
  action: string;
}

/** An agent as `GET /agent` lists it, its rules fully resolved. */
export interface Agent {
  name: string;
  /** `primary`, `subagent` or `all`. */
  mode: string;
  hidden: boolean;
  description?: string | undefined;
  rules: PermissionRule[];
}

/** A model that can be used now. */
export interface Model {
  id: string;
  name: string;
  /** Context window in tokens. */
  context?: number | undefined;
  images: boolean;
  variants: string[];
}

/** Providers with their models; `defaults` maps a provider to its default model. */
export interface Providers {
  providers: { id: string; name: string; models: Model[] }[];
  defaults: Record<string, string>;
}

/** The events that the bridge uses. */
export type OpencodeEvent =
  /** The stream is open; there is no replay, so what came before it is lost. */
  | { type: "server.connected" }
  | { type: "server.instance.disposed"; directory: string }
  | {
    type: "session.created" | "session.updated" | "session.deleted";
    sessionID: string;
    session: Session;
  }
  | { type: "session.status"; sessionID: string; status: SessionStatus }
  | { type: "session.idle"; sessionID: string }
  | { type: "session.compacted"; sessionID: string }
  | { type: "session.error"; sessionID?: string | undefined; error: AgentError }
  | { type: "message.updated"; sessionID: string; info: MessageInfo }
  | { type: "message.removed"; sessionID: string; messageID: string }
  | { type: "message.part.updated"; sessionID: string; part: Part }
  | {
    type: "message.part.delta";
    sessionID: string;
    messageID: string;
    partID: string;
    delta: string;
  }
  | { type: "message.part.removed"; sessionID: string; messageID: string; partID: string }
  | { type: "permission.asked" | "question.asked"; sessionID: string; ask: Ask }
  | {
    type: "permission.replied" | "question.replied" | "question.rejected";
    sessionID: string;
    requestID: string;
  }
  | { type: "todo.updated"; sessionID: string; todos: Todo[] };
