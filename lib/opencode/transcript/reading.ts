import { defined } from "../../base/json.ts";
import type { ModelRetry, Reading } from "../../model/reading.ts";
import type { FileChange, ToolCall } from "../../model/tool_call.ts";
import type { AssistantMessage, TextPart, ToolPart } from "./message.ts";
import { ownToolName } from "../tools/mcp_address.ts";
import { openRequests } from "./open_requests.ts";
import { isClosed, isText, type Step } from "./step.ts";
import { isAccepted, isComplete, isOthers, type Transcript } from "./transcript.ts";

/** Reads the turn. Costs time in proportion to its length: call it when something is to be shown. */
export function read(t: Transcript): Reading {
  const retry = readRetry(t);
  const answers = t.steps.filter(({ info }) => !info.isSummary);
  const answer = (answers.at(-1) ?? t.steps.at(-1))?.info;
  const infos = [...t.byMessage.values()].map(({ info }) => info);
  const sum = (count: (info: AssistantMessage) => number) =>
    infos.reduce((total, info) => total + count(info), 0);
  return defined({
    phase: retry ? "retry" : t.status?.type ?? "waiting",
    retry,
    accepted: isAccepted(t),
    started: t.steps.length > 0,
    complete: isComplete(t),
    ...readError(t),
    ...readTexts(answers),
    tools: readTools(t, answers),
    todos: t.todos,
    finish: answer?.finish,
    model: answer?.model ?? t.prompts.get(t.userMessageId)?.model,
    tokens: sum(({ tokens }) => tokens),
    // A step that still runs counts nothing yet.
    context: answers.findLast(({ info }) => info.tokens > 0)?.info.tokens ?? 0,
    cost: sum(({ cost }) => cost),
    files: readFiles(t, answer?.directory),
    requests: openRequests(t),
    compacted: t.compacted ||
      t.steps.some(({ info }) => info.isSummary && info.completed !== undefined && !info.error),
    isEndless: t.isEndless || undefined,
    joined: t.steps.some(({ info }) => isOthers(t, info.promptId)),
  });
}

/** Reads what the turn waits for, or one of its subagents, which is cheap. */
export function readRetry(
  { status, steps, children, childRetries }: Transcript,
): ModelRetry | undefined {
  if (status?.type !== "retry" && status?.type !== "busy") return undefined;
  const [ofChild] = childRetries.values();
  const lasts = [steps, ...children.values()].flatMap((all) => all.at(-1) ?? []);
  const waits = status.type === "retry"
    ? status
    : ofChild ?? lasts.find(({ info }) => info.retry && !isClosed(info))?.info.retry;
  return waits && { attempt: waits.attempt, message: waits.message, next: waits.next };
}

function readError(t: Transcript): Pick<Reading, "aborted" | "error"> {
  const last = t.steps.at(-1)?.info;
  // While the turn runs it may still get over what was announced; its own messages' errors are final.
  const isFinal = t.status === undefined ||
    (t.status.type === "idle" && !(last?.completed && last.finish));
  const error = last?.error ?? (isFinal ? t.error : undefined);
  if (error === undefined) return { aborted: false };
  return error.isAbort ? { aborted: true } : { aborted: false, error };
}

/** What the model wrote and thought. ANSI codes are left in. */
function readTexts(answers: Step[]): Pick<Reading, "text" | "reasoning" | "isTextMissing"> {
  const shown: TextPart[] = [];
  let isMissing = false;
  for (const { entries } of answers) {
    let unfinished: number | undefined;
    for (const { part, hasGap } of entries) {
      // What follows an unfinished text shows that it has ended or was given up.
      isMissing = hasGap && isText(part) && !part.hidden && part.text.trim() === "";
      if (part.type === "attempt_begin") {
        // A failed attempt's parts stay in the message when the model is asked again (observed).
        shown.length = unfinished ?? shown.length;
        unfinished = shown.length;
      } else if (part.type === "attempt_end") {
        unfinished = undefined;
      } else if (isText(part) && !part.hidden && part.text.trim() !== "") {
        shown.push(part);
      }
    }
  }
  const all = (type: TextPart["type"]) =>
    shown.filter((part) => part.type === type).map(({ text }) => text).join("\n\n");
  const texts = { text: all("text"), reasoning: all("reasoning") };
  return isMissing ? { ...texts, isTextMissing: true } : texts;
}

/** The tool calls, a subagent's behind the task that started it. */
function readTools(t: Transcript, answers: Step[]): ToolCall[] {
  const waiting = new Map(t.children);
  const calls = (steps: Step[]): ToolCall[] =>
    steps.flatMap(({ entries, depth }) =>
      entries.flatMap(({ part }) =>
        part.type === "tool" ? [readTool(part, depth), ...childCalls(part.child)] : []
      )
    );
  const childCalls = (sessionId = "") => {
    const steps = waiting.get(sessionId) ?? [];
    waiting.delete(sessionId);
    return calls(steps);
  };
  const linked = calls(answers);
  // Then those whose task is not linked yet, or not known.
  return [...linked, ...[...waiting.keys()].flatMap((sessionId) => childCalls(sessionId))];
}

function readTool({ call, startedAt, endedAt }: ToolPart, depth: Step["depth"]): ToolCall {
  const took = startedAt !== undefined && endedAt !== undefined &&
    { seconds: Math.round((endedAt - startedAt) / 1000) };
  return { ...call, tool: ownToolName(call.tool), ...took, depth };
}

/** What changed: what git says of the turn where there is git, else what the edits say. */
function readFiles(t: Transcript, directory: string | undefined): FileChange[] {
  const snapshots = [...t.prompts.values()].flatMap((prompt) => prompt.changes);
  const edits = [...t.byMessage.values()].flatMap(({ entries }) =>
    entries.flatMap(({ part }) => part.type === "tool" ? part.changes ?? [] : [])
  );
  const changes = Map.groupBy(
    snapshots.length > 0 ? snapshots : edits,
    ({ file }) =>
      directory !== undefined && file.startsWith(`${directory}/`)
        ? file.slice(directory.length + 1)
        : file,
  );
  return [...changes].map(([file, all]) => ({
    file,
    additions: all.reduce((sum, { additions }) => sum + additions, 0),
    deletions: all.reduce((sum, { deletions }) => sum + deletions, 0),
  }));
}
