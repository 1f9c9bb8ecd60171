import type { FileChange } from "../v1/tool.ts";
import type { AssistantMessage, SessionStatus, TextPart } from "../v1/message.ts";
import { isText, type Step, type ToolLine } from "./step.ts";
import { isAccepted, isComplete, type Transcript } from "./transcript.ts";

/** What a reader should see of a turn now. */
export type Reading = ReturnType<typeof read>;

/** Reads the turn. Costs time in proportion to its length: call it when something is to be shown. */
export function read(t: Transcript) {
  const { status } = t;
  const phase: SessionStatus["type"] | "waiting" = status?.type ?? "waiting";
  const answers = t.steps.filter(({ info }) => !info.summary);
  const last = t.steps.at(-1)?.info;
  const answer = answers.at(-1)?.info ?? last;
  // While the turn runs it may still get over what was announced; its own messages' errors are final.
  const isFinal = status === undefined || (phase === "idle" && !(last?.completed && last.finish));
  const error = last?.error ?? (isFinal ? t.error : undefined);
  const aborted = error?.name === "MessageAbortedError";
  const infos = [...t.byMessage.values()].map(({ info }) => info);
  const sum = (count: (info: AssistantMessage) => number) =>
    infos.reduce((total, info) => total + count(info), 0);
  return {
    /**
     * `waiting`: nothing was heard of the turn yet. `busy`, `retry`: it runs; `retry` waits for the
     * model provider. `idle`: the session rests, after having been busy with this turn.
     */
    phase,
    /** In phase `retry`: what went wrong, and when the next attempt begins. */
    retry: status?.type === "retry"
      ? { attempt: status.attempt, message: status.message, next: status.next }
      : undefined,
    /** opencode has stored our user message. */
    accepted: isAccepted(t),
    /** An assistant message of this turn exists. */
    started: t.steps.length > 0,
    /**
     * Each assistant message of the turn that is known has ended. Also true for a moment between two
     * steps; `idle` without `complete` is the first idle of an aborted or failed turn, whose last
     * messages follow within a second, or a turn that died with its server.
     */
    complete: isComplete(t),
    /** Somebody stopped the turn. An abort while a retry waits leaves no trace (observed). */
    aborted,
    /** All that the agent wrote, its messages separated by an empty line. ANSI codes are left in. */
    ...readTexts(answers),
    tools: readTools(t, answers),
    todos: t.todos,
    /** What ended the turn, other than an abort. */
    error: aborted ? undefined : error,
    /** Of the last step: `stop`, `length`, `tool-calls` after a rejected permission, … */
    finish: answer?.finish,
    /** `provider/model` of the last step. */
    model: answer?.model ?? t.prompts.get(t.userMessageId)?.model,
    /** All that the model read and wrote, for subagents too. */
    tokens: sum(({ tokens }) => tokens),
    /** Tokens in the context after the session's last step; a running one counts nothing yet. */
    context: answers.findLast(({ info }) => info.tokens > 0)?.info.tokens ?? 0,
    /** US dollars, subagents included. */
    cost: sum(({ cost }) => cost),
    files: readFiles(t, answer?.cwd),
    /** What the agent or a subagent waits for; an abort leaves some behind for ever (observed). */
    asks: phase === "idle" ? [] : [...t.asks.values()],
    /** The context was compacted during the turn. */
    compacted: t.compacted ||
      t.steps.some(({ info }) => info.summary && info.completed !== undefined && !info.error),
  };
}

function readTexts(answers: Step[]): { text: string; reasoning: string } {
  const shown: TextPart[] = [];
  for (const { slots } of answers) {
    let unfinished: number | undefined;
    for (const { part } of slots) {
      if (part.type === "step-start") {
        // A failed attempt's parts stay in the message when the model is asked again (observed).
        shown.length = unfinished ?? shown.length;
        unfinished = shown.length;
      } else if (part.type === "step-finish") {
        unfinished = undefined;
      } else if (isText(part) && !part.hidden && part.text.trim() !== "") {
        shown.push(part);
      }
    }
  }
  const all = (type: TextPart["type"]) =>
    shown.filter((part) => part.type === type).map(({ text }) => text).join("\n\n");
  return { text: all("text"), reasoning: all("reasoning") };
}

/** The tool calls, a subagent's behind the task that started it. */
function readTools(t: Transcript, answers: Step[]): ToolLine[] {
  const waiting = new Map(t.children);
  const lines = (steps: Step[]): ToolLine[] =>
    steps.flatMap(({ slots, depth }) =>
      slots.flatMap(({ part }) =>
        part.type === "tool" ? [{ ...part, depth }, ...childLines(part.child)] : []
      )
    );
  const childLines = (sessionId = "") => {
    const steps = waiting.get(sessionId) ?? [];
    waiting.delete(sessionId);
    return lines(steps);
  };
  const linked = lines(answers);
  // Then those whose task is not linked yet, or not known.
  return [...linked, ...[...waiting.keys()].flatMap((sessionId) => childLines(sessionId))];
}

/** What changed, from git's view of the turn where there is one, else from the edits. */
function readFiles(t: Transcript, cwd: string | undefined): FileChange[] {
  const diffs = [...t.prompts.values()].flatMap((prompt) => prompt.diffs);
  const edits = [...t.byMessage.values()].flatMap(({ slots }) =>
    slots.flatMap(({ part }) => part.type === "tool" && part.change ? [part.change] : [])
  );
  const changes = Map.groupBy(
    diffs.length > 0 ? diffs : edits,
    ({ file }) =>
      cwd !== undefined && file.startsWith(`${cwd}/`) ? file.slice(cwd.length + 1) : file,
  );
  return [...changes].map(([file, all]) => ({
    file,
    additions: all.reduce((sum, { additions }) => sum + additions, 0),
    deletions: all.reduce((sum, { deletions }) => sum + deletions, 0),
  }));
}
