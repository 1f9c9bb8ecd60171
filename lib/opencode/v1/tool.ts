import { defined, type JsonObject, list, need, number, object } from "../../base/json.ts";
import { parser, string } from "../../base/json.ts";
import type { FileChange, FilePatch, Todo } from "../../model/tool_call.ts";
import { exitError, head, telling } from "../tool_words.ts";
import { imagesOf } from "../tool_images.ts";
import { withPatch, writtenChange, writtenPatch } from "../written_file.ts";
import type { PartIds, ToolPart } from "../transcript/message.ts";

const STATES = ["pending", "running", "completed", "error"] as const;
const TODO_STATES = ["pending", "in_progress", "completed", "cancelled"] as const;

/** What opencode makes the error of a tool whose permission or question was rejected (observed on 1.18.33). */
const REJECTED = /rejected permission|dismissed this question/;
/** What it makes that of a tool that was stopped before it was done. */
const STOPPED = /abort|interrupt/i;

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
    changes: status === "completed" ? fileChanges(tool, input, metadata) : undefined,
    images: status === "completed" ? imagesOf(tool, list(state.attachments, parseFile)) : undefined,
    cut: error === undefined ? undefined : parseCut(error),
  });
}

function parseCut(error: string): ToolPart["cut"] {
  if (REJECTED.test(error)) return "rejected";
  return STOPPED.test(error) ? "stopped" : undefined;
}

/** What an `edit` or `write` changed. */
function fileChanges(
  tool: string,
  input: JsonObject,
  metadata: JsonObject,
): FileChange[] | undefined {
  const change = parseFileChange(metadata.filediff);
  if (change !== undefined) return [change];
  if (tool !== "write") return undefined;
  const file = string(metadata.filepath) ?? string(input.filePath);
  if (file === undefined) return undefined;
  return [writtenChange(file, metadata.exists === false ? string(input.content) : undefined)];
}

/** Parses an attachment of a result: `{type: "file", mime, url}`. */
const parseFile = parser((file) => ({
  mime: need(string(file.mime)),
  url: need(string(file.url)),
}));

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
  const change = need(toolFields(part).changes?.[0]);
  const { input, metadata } = object(part.state);
  const { filediff, diff } = object(metadata);
  const patch = string(object(filediff).patch) ?? string(diff);
  return withPatch(change, patch ?? writtenPatch(string(object(input).content) ?? ""));
});
