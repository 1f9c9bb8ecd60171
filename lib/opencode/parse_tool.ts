import { type JsonObject, list, number, object, string } from "./json.ts";
import type { FileChange, Todo, ToolPart } from "./types.ts";

/** Input fields that tell best what a call is about, the most telling first. */
const TELLING = [
  "command",
  "filePath",
  "pattern",
  "path",
  "url",
  "query",
  "description",
  "name",
] as const;

/** Parses what a tool part has beyond the ids; `undefined` when it has no name or an unknown state. */
export function parseToolState(
  part: JsonObject,
): Omit<ToolPart, "type" | "id" | "sessionID" | "messageID"> | undefined {
  const tool = string(part.tool);
  const state = object(part.state);
  const status = state?.status;
  if (tool === undefined || state === undefined) return undefined;
  if (
    status !== "pending" && status !== "running" && status !== "completed" && status !== "error"
  ) return undefined;
  const input = object(state.input);
  const metadata = object(state.metadata);
  const time = object(state.time);
  const exit = metadata?.exit;
  return {
    tool,
    callID: string(part.callID) ?? "",
    status,
    title: string(state.title) || telling(input),
    output: string(state.output) ?? string(metadata?.output),
    error: status === "error" ? string(state.error) ?? "" : undefined,
    exit: exit === null ? null : number(exit),
    started: number(time?.start),
    ended: number(time?.end),
    childSessionID: tool === "task" ? string(metadata?.sessionId) : undefined,
    todos: tool === "todowrite" && Array.isArray(metadata?.todos)
      ? parseTodos(metadata.todos)
      : undefined,
    change: status === "completed" ? fileChange(tool, input, metadata) : undefined,
  };
}

function telling(input: JsonObject | undefined): string {
  for (const key of TELLING) {
    const value = string(input?.[key]);
    if (value) return value;
  }
  const questions = list(input?.questions, (item) => string(object(item)?.question));
  return questions[0] ?? "";
}

function fileChange(
  tool: string,
  input: JsonObject | undefined,
  metadata: JsonObject | undefined,
): FileChange | undefined {
  const change = parseFileChange(metadata?.filediff);
  if (change !== undefined || tool !== "write") return change;
  const file = string(metadata?.filepath) ?? string(input?.filePath);
  if (file === undefined) return undefined;
  // A write reports no counts. A new file is all additions; of a replaced one they are not known.
  const content = metadata?.exists === false ? string(input?.content) ?? "" : "";
  const additions = content.split("\n").length - (content === "" || content.endsWith("\n") ? 1 : 0);
  return { file, additions, deletions: 0 };
}

/** Parses a todo list; entries without content are left out. */
export function parseTodos(json: unknown): Todo[] {
  return list(json, (item) => {
    const todo = object(item);
    const content = string(todo?.content);
    if (content === undefined) return undefined;
    return { content, status: string(todo?.status) ?? "pending", priority: string(todo?.priority) };
  });
}

/** Parses one entry of a diff list. */
export function parseFileChange(json: unknown): FileChange | undefined {
  const change = object(json);
  const file = string(change?.file);
  if (file === undefined) return undefined;
  return {
    file,
    additions: number(change?.additions) ?? 0,
    deletions: number(change?.deletions) ?? 0,
  };
}
