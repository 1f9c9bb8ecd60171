import { defined, type JsonObject, list, need, number, object } from "../../base/json.ts";
import { parser, string } from "../../base/json.ts";
import type { FileChange, FilePatch, Todo } from "../../model/tool_call.ts";
import type { PartIds, ToolPart } from "../transcript/message.ts";

const STATES = ["pending", "running", "completed", "error"] as const;
const TODO_STATES = ["pending", "in_progress", "completed", "cancelled"] as const;

/** Input fields that tell best what a call is about, the most telling first. */
const TELLING = ["command", "filePath", "pattern", "path", "url", "query", "description", "name"];

/** Most characters of a title or a tool's error that are kept, from the beginning. */
const MAX_CHARS = 1000;

/** Reads what a tool part has beyond its ids. For a parser: it needs a name and a known state. */
export function toolFields(part: JsonObject): Omit<ToolPart, keyof PartIds> {
  const tool = need(string(part.tool));
  const state = object(part.state);
  const status = need(STATES.find((one) => one === state.status));
  const input = object(state.input);
  const metadata = object(state.metadata);
  const time = object(state.time);
  const error = status === "error"
    ? head(string(state.error) ?? "")
    : status === "completed"
    ? exitError(metadata.exit)
    : undefined;
  return defined({
    type: "tool",
    callId: string(part.callID) ?? "",
    call: defined({
      tool,
      // The tool's own title, else the telling field of its input.
      title: head(string(state.title) || telling(input)),
      state: error === undefined ? status : "error",
      error,
    }),
    // They may be large, and an ended call asks nothing.
    input: status === "running" ? input : undefined,
    startedAt: number(time.start),
    endedAt: number(time.end),
    child: tool === "task" ? string(metadata.sessionId) : undefined,
    todos: tool === "todowrite" && Array.isArray(metadata.todos)
      ? list(metadata.todos, parseTodo)
      : undefined,
    change: status === "completed" ? fileChange(tool, input, metadata) : undefined,
  });
}

/**
 * What an exit code says about a command, which opencode reports as `completed` whatever the code is; it is
 * `null` when the command was ended by an abort or for want of time.
 */
function exitError(exit: unknown): string | undefined {
  if (exit === null) return "killed";
  const code = number(exit);
  return code ? `exit ${code}` : undefined;
}

function telling(input: JsonObject): string {
  const questions = list(input.questions, (item) => string(object(item).question));
  return [...TELLING.map((key) => string(input[key])), ...questions].find((text) => text) ?? "";
}

/** What an `edit` or `write` changed. */
function fileChange(tool: string, input: JsonObject, metadata: JsonObject): FileChange | undefined {
  const change = parseFileChange(metadata.filediff);
  if (change !== undefined || tool !== "write") return change;
  const file = string(metadata.filepath) ?? string(input.filePath);
  if (file === undefined) return undefined;
  // A write reports no counts. A new file is all additions; of a replaced one they are not known.
  const content = metadata.exists === false ? string(input.content) ?? "" : "";
  const additions = content.split("\n").length - (content === "" || content.endsWith("\n") ? 1 : 0);
  return { file, additions, deletions: 0 };
}

/** Parses an entry of a todo list. */
export const parseTodo = parser((todo): Todo => ({
  text: need(string(todo.content)),
  state: TODO_STATES.find((one) => one === todo.status) ?? "pending",
}));

/** Parses an entry of a diff list, without the diff. */
export const parseFileChange = parser((change): FileChange => ({
  file: need(string(change.file)),
  additions: number(change.additions) ?? 0,
  deletions: number(change.deletions) ?? 0,
}));

/** Parses an entry of `GET /session/:id/diff`. */
export const parseFilePatch = parser((diff): FilePatch => ({
  ...need(parseFileChange(diff)),
  patch: string(diff.patch) ?? "",
}));

/** Parses a tool part into what its call changed; `undefined` when it changed nothing. */
export const parseEdit = parser((part): FilePatch => {
  const change = need(toolFields(part).change);
  const { input, metadata } = object(part.state);
  const { filediff, diff } = object(metadata);
  // A write says only what the file holds now.
  const lines = (string(object(input).content) ?? "").replace(/\n$/, "").split("\n");
  const written = [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join("\n");
  const patch = string(object(filediff).patch) ?? string(diff) ?? written;
  return {
    ...change,
    patch: patch.startsWith("Index: ") ? patch : `Index: ${change.file}\n${patch}`,
  };
});

/** The beginning of `text`, copied: a slice would keep all of it in memory. */
function head(text: string): string {
  if (text.length <= MAX_CHARS) return text;
  const bytes = new TextEncoder().encode(text.slice(0, MAX_CHARS).toWellFormed());
  return new TextDecoder().decode(bytes);
}
