/**
 * What the bridge needs to know of opencode's data, as the parsers make it; their fields are explained
 * there. Times are milliseconds since 1970 on the server's clock, models are `provider/model`. Names and
 * meanings observed on opencode 1.18.33.
 */
import type { Parsed } from "../json.ts";
import type {
  parseAgentError,
  parseMessage,
  parseMessageInfo,
  parsePart,
  parseSession,
  parseStatus,
} from "./parse.ts";
import type { parsePermission, parseQuestion } from "./parse_ask.ts";
import type { parseAgent, parseCommand, parseProviders } from "./parse_catalog.ts";
import type { parseGlobalEvent } from "./parse_event.ts";
import type { parseDiff, parseFileChange, parseTodo } from "./parse_tool.ts";

/** A session; `parentID` makes it a subagent's. */
export type Session = Parsed<typeof parseSession>;
/** What a session does. Sessions that `GET /session/status` does not list are idle. */
export type SessionStatus = Parsed<typeof parseStatus>;
/** Why a message or a session failed. */
export type AgentError = Parsed<typeof parseAgentError>;

/** A message as `GET /session/:id/message` gives it. */
export type Message = Parsed<typeof parseMessage>;
/** What `message.updated` carries. */
export type MessageInfo = Parsed<typeof parseMessageInfo>;
/** A prompt, or a message that opencode itself put in the user's place (compaction, shell). */
export type UserMessage = Extract<MessageInfo, { role: "user" }>;
/** One model step: opencode makes a new assistant message for each. */
export type AssistantMessage = Extract<MessageInfo, { role: "assistant" }>;
/** The parts of a message that matter to a reader. */
export type Part = Parsed<typeof parsePart>;
/** What the model writes and thinks. */
export type TextPart = Extract<Part, { type: "text" | "reasoning" }>;
/** A tool call, with what the bridge keeps of its input, output and metadata. */
export type ToolPart = Extract<Part, { type: "tool" }>;
/** One entry of the agent's todo list. */
export type Todo = Parsed<typeof parseTodo>;
/** How much one file changed. */
export type FileChange = Parsed<typeof parseFileChange>;
/** The same with the change itself. */
export type Diff = Parsed<typeof parseDiff>;

/** The agent wants to do something that a rule `ask` guards. */
export type PermissionAsk = Parsed<typeof parsePermission>;
/** The agent's `question` tool waits for answers. */
export type QuestionAsk = Parsed<typeof parseQuestion>;
/** Something that the agent waits for until somebody answers. */
export type Ask = PermissionAsk | QuestionAsk;

/** An agent as `GET /agent` lists it. */
export type Agent = Parsed<typeof parseAgent>;
/** The providers with their models, and the default model of each. */
export type Providers = Parsed<typeof parseProviders>;
/** A slash command that opencode knows. */
export type Command = Parsed<typeof parseCommand>;

/** The events that the bridge uses. */
export type OpencodeEvent = Parsed<typeof parseGlobalEvent>;
