import { array, defined, type JsonObject, list, need, number } from "../../base/json.ts";
import { object, parser, string } from "../../base/json.ts";
import type { FileChange, FilePatch } from "../../model/tool_call.ts";
import { imagesOf } from "../tool_images.ts";
import { exitError, head, telling } from "../tool_words.ts";
import type { PartIds, ToolPart } from "../transcript/message.ts";
import { withPatch, writtenChange, writtenPatch } from "../written_file.ts";
import { commonName } from "./names.ts";

/** What opencode 2 says of a call, put together from its events or read from its store. */
export interface CallFields {
  readonly callId: string;
  /** opencode's own name for the tool. */
  readonly name: string;
  readonly status: ToolPart["call"]["state"];
  readonly input: JsonObject;
  /** What it returned: `{type, …}` each. */
  readonly content?: readonly unknown[];
  readonly metadata?: JsonObject;
  /** `{type, message}`. */
  readonly error?: JsonObject;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

const STATES = { streaming: "pending", running: "running", completed: "completed", error: "error" };

/** Parses an entry `tool` of a message's content. The pre-release of 2.0 said `structured` for `metadata`. */
export const parseCall = parser((entry): CallFields => {
  const state = object(entry.state);
  const time = object(entry.time);
  const [, status] = need(Object.entries(STATES).find(([name]) => name === state.status));
  return defined({
    callId: need(string(entry.id)),
    name: need(string(entry.name)),
    status: status as CallFields["status"],
    input: object(state.input),
    content: array(state.content),
    metadata: object(state.metadata ?? state.structured),
    error: object(state.error),
    startedAt: number(time.ran) ?? number(time.created),
    endedAt: number(time.completed),
  });
});

/** The call as a part of its message. */
export function toolPart(ids: PartIds, call: CallFields): ToolPart {
  const { callId, name, status, input, content, metadata = {}, error = {} } = call;
  const tool = commonName(name);
  const failure = status === "error"
    ? head(string(error.message) || string(error.type) || "")
    : status === "completed"
    ? exitError(exitOf(metadata))
    : undefined;
  return defined({
    ...ids,
    type: "tool",
    callId,
    call: defined({
      tool,
      title: head(telling(input)),
      state: failure === undefined ? status : "error",
      error: failure,
    }),
    // It may be large, and an ended call asks nothing.
    input: status === "running" ? input : undefined,
    startedAt: call.startedAt,
    endedAt: call.endedAt,
    child: tool === "task" ? string(metadata.sessionID) : undefined,
    changes: status === "completed" ? changesOf(call) : undefined,
    images: status === "completed" ? imagesOf(tool, list(content, parseFile)) : undefined,
    cut: status === "error" ? cutOf(error) : undefined,
  });
}

/** Parses an entry `{type: "file", uri, mime}` of a result. */
const parseFile = parser((file) => ({
  mime: need(string(file.mime)),
  url: need(string(file.uri)),
}));

/** What a call changed, file by file. */
export function patchesOf(call: CallFields): FilePatch[] {
  if (call.status !== "completed") return [];
  const patches = list(object(call.metadata).files, parseFilePatch)
    .map((patch) => withPatch(patch, patch.patch));
  const written = patches.length > 0 ? undefined : writtenOf(call);
  if (written === undefined) return patches;
  return [withPatch(written, writtenPatch(string(call.input.content) ?? ""))];
}

/** Parses a FileDiff, as edits, `GET /api/session/:id/diff` and permission requests carry it. */
export const parseFilePatch = parser((diff): FilePatch => ({
  file: need(string(diff.file)),
  additions: number(diff.additions) ?? 0,
  deletions: number(diff.deletions) ?? 0,
  patch: string(diff.patch) ?? "",
}));

function changesOf(call: CallFields): FileChange[] | undefined {
  const changes = list(object(call.metadata).files, parseFilePatch)
    .map(({ file, additions, deletions }) => ({ file, additions, deletions }));
  const written = changes.length > 0 ? undefined : writtenOf(call);
  if (written !== undefined) changes.push(written);
  return changes.length > 0 ? changes : undefined;
}

/** What a `write` changed. It is counted as all new: 2.0.26 does not say whether there was a file before. */
function writtenOf({ name, input, metadata = {} }: CallFields): FileChange | undefined {
  const file = string(metadata.resource) ?? string(input.path);
  if (name !== "write" || file === undefined) return undefined;
  return writtenChange(file, metadata.existed === true ? undefined : string(input.content));
}

/** The exit code of a command; `null` when it was ended by a signal or for want of time. */
function exitOf({ exit, signal, timeout }: JsonObject): unknown {
  return exit ?? (string(signal) !== undefined || timeout === true ? null : undefined);
}

/** How a call was cut short. In the pre-release of 2.0 a rejection cannot be told from an abort. */
function cutOf({ type, message }: JsonObject): ToolPart["cut"] {
  if (type === "permission.rejected" || isDeclined(message)) return "rejected";
  return type === "aborted" ? "stopped" : undefined;
}

/** Whether an error says that a person rejected what the call asked for (2.0.26). */
export function isDeclined(message: unknown): boolean {
  return /declined/i.test(string(message) ?? "");
}
