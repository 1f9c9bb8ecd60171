import { type JsonObject, list, need, number, object, type Parsed } from "../../base/json.ts";
import { parser, string } from "../../base/json.ts";

const STATES = ["pending", "running", "completed", "error"] as const;

/** Input fields that tell best what a call is about, the most telling first. */
const TELLING = ["command", "filePath", "pattern", "path", "url", "query", "description", "name"];

/** Most characters of a title or a tool's error that are kept, from the beginning. */
const MAX_CHARS = 1000;

/** What a tool part has beyond its ids; for a parser, since it needs a name and a known state. */
export function toolState(part: JsonObject) {
  const tool = need(string(part.tool));
  const call = object(part.state);
  const state = need(STATES.find((one) => one === call.status));
  const input = object(call.input);
  const metadata = object(call.metadata);
  const time = object(call.time);
  return {
    tool,
    callID: string(part.callID) ?? "",
    /** A command with a non-zero exit code is `completed` too. */
    state,
    /** The tool's own title, else the telling field of its input; may be empty. */
    title: head(string(call.title) || telling(input)),
    error: state === "error" ? head(string(call.error) ?? "") : undefined,
    /** Exit code of `bash`; `null` when it was killed. */
    exit: metadata.exit === null ? null : number(metadata.exit),
    startedAt: number(time.start),
    endedAt: number(time.end),
    /** The session of a subagent. */
    child: tool === "task" ? string(metadata.sessionId) : undefined,
    /** The whole list that was written. */
    todos: tool === "todowrite" && Array.isArray(metadata.todos)
      ? list(metadata.todos, parseTodo)
      : undefined,
    /** What an `edit` or `write` changed. */
    change: state === "completed" ? fileChange(tool, input, metadata) : undefined,
  };
}

function telling(input: JsonObject): string {
  const questions = list(input.questions, (item) => string(object(item).question));
  return [...TELLING.map((key) => string(input[key])), ...questions].find((text) => text) ?? "";
}

function fileChange(tool: string, input: JsonObject, metadata: JsonObject) {
  const change = parseFileChange(metadata.filediff);
  if (change !== undefined || tool !== "write") return change;
  const file = string(metadata.filepath) ?? string(input.filePath);
  if (file === undefined) return undefined;
  // A write reports no counts. A new file is all additions; of a replaced one they are not known.
  const content = metadata.exists === false ? string(input.content) ?? "" : "";
  const additions = content.split("\n").length - (content === "" || content.endsWith("\n") ? 1 : 0);
  return { file, additions, deletions: 0 };
}

/** One entry of the agent's todo list. */
export type Todo = Parsed<typeof parseTodo>;
/** Parses an entry of a todo list. */
export const parseTodo = parser((todo) => ({
  content: need(string(todo.content)),
  /** `pending`, `in_progress`, `completed` or `cancelled`. */
  status: string(todo.status) ?? "pending",
}));

/** How much one file changed. */
export type FileChange = Parsed<typeof parseFileChange>;
/** Parses an entry of a diff list. */
export const parseFileChange = parser((change) => ({
  file: need(string(change.file)),
  additions: number(change.additions) ?? 0,
  deletions: number(change.deletions) ?? 0,
}));

/** The same with the change itself. */
export type Diff = Parsed<typeof parseDiff>;
/** Parses an entry of `GET /session/:id/diff`. */
export const parseDiff = parser((diff) => ({
  ...need(parseFileChange(diff)),
  patch: string(diff.patch) ?? "",
}));

/** Parses a tool part into what its call changed, with the change itself. */
export const parseEdit = parser((part) => {
  const change = need(toolState(part).change);
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
