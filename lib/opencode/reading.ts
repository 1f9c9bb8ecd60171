import type { Step, ToolLine } from "./step.ts";
import type { Transcript } from "./transcript.ts";
import type { AgentError, Ask, FileChange, Todo } from "./types.ts";

/** What a reader should see of a turn now. */
export interface Reading {
  /**
   * `waiting`: nothing was heard of the turn yet. `busy`, `retry`: it runs; `retry` waits for the
   * model provider. `idle`: the session rests, after having been busy with this turn.
   */
  phase: "waiting" | "busy" | "retry" | "idle";
  /** In phase `retry`: what went wrong, and when the next attempt begins (ms since 1970). */
  retry?: { attempt: number; message: string; next: number } | undefined;
  /** opencode has stored our user message. */
  accepted: boolean;
  /** An assistant message of this turn exists. */
  started: boolean;
  /**
   * Each assistant message of the turn that is known has ended. Also true for a moment between two
   * steps; `idle` without `complete` is the first idle of an aborted or failed turn, whose last
   * messages follow within a second, or a turn that died with its server.
   */
  complete: boolean;
  /** The session was idle after it had been busy with this turn. */
  idle: boolean;
  /** Somebody stopped the turn. An abort while a retry waits leaves no trace (observed). */
  aborted: boolean;
  reasoning: string;
  /** All that the agent wrote, its messages separated by an empty line. ANSI codes are left in. */
  text: string;
  tools: ToolLine[];
  todos: Todo[];
  /** What ended the turn, other than an abort. */
  error?: AgentError | undefined;
  /** Of the last step: `stop`, `length`, `tool-calls` after a rejected permission, … */
  finish?: string | undefined;
  /** `provider/model` of the last step. */
  model?: string | undefined;
  agent?: string | undefined;
  /** Sums over all steps, subagents' too; `context` is what the session's last step held in all. */
  tokens: {
    input: number;
    output: number;
    reasoning: number;
    cacheRead: number;
    cacheWrite: number;
    context: number;
  };
  /** US dollars, subagents included. */
  cost: number;
  /** What changed, from git's view of the turn where there is one, else from the edits. */
  files: FileChange[];
  /** What the agent or a subagent waits for. */
  asks: Ask[];
  /** The context was compacted during the turn. */
  compacted: boolean;
}

/** Reads the turn. Costs time in proportion to its length: call it when something is to be shown. */
export function read(t: Transcript): Reading {
  const { status } = t;
  const idle = status?.type === "idle";
  const answers = t.steps.filter((step) => !step.info.summary);
  const last = t.steps.at(-1)?.info;
  const answer = answers.at(-1)?.info ?? last;
  // While the turn runs it may still get over what was announced; its own messages' errors are final.
  const announced = status === undefined || (idle && !(last?.completed && last.finish))
    ? t.error
    : undefined;
  const error = last?.error ?? announced;
  const aborted = error?.name === "MessageAbortedError";
  return {
    phase: status?.type ?? "waiting",
    retry: status?.type === "retry"
      ? { attempt: status.attempt, message: status.message, next: status.next }
      : undefined,
    accepted: t.prompt !== undefined || t.steps.length > 0,
    started: t.steps.length > 0,
    complete: t.steps.length > 0 && t.open === 0,
    idle,
    aborted,
    ...readParts(t, answers),
    todos: t.todos,
    error: aborted ? undefined : error,
    finish: answer?.finish,
    model: answer?.model ?? t.prompt?.model,
    agent: answer?.agent ?? t.prompt?.agent,
    ...readCosts(t, answers),
    files: readFiles(t, answer?.cwd),
    // An abort leaves its unanswered asks behind, and nothing takes them back (observed).
    asks: idle ? [] : [...t.asks.values()],
    compacted: t.compacted ||
      t.steps.some(({ info }) => info.summary && info.completed !== undefined && !info.error),
  };
}

function readParts(t: Transcript, answers: Step[]): Pick<Reading, "text" | "reasoning" | "tools"> {
  const text: string[] = [];
  const reasoning: string[] = [];
  const tools: ToolLine[] = [];
  const shown = new Set<string>();
  const addTools = (step: Step) => {
    for (const slot of step.slots) {
      if (slot.kind !== "tool") continue;
      tools.push(slot.line);
      if (slot.child !== undefined) addChild(slot.child);
    }
  };
  const addChild = (sessionId: string) => {
    if (shown.has(sessionId)) return;
    shown.add(sessionId);
    t.children.get(sessionId)?.forEach(addTools);
  };
  for (const step of answers) {
    let attempt = { text: text.length, reasoning: reasoning.length, finished: true };
    for (const slot of step.slots) {
      if (slot.kind === "step-start") {
        // A failed attempt's parts stay in the message when the model is asked again (observed).
        if (!attempt.finished) {
          text.length = attempt.text;
          reasoning.length = attempt.reasoning;
        }
        attempt = { text: text.length, reasoning: reasoning.length, finished: false };
      } else if (slot.kind === "step-finish") {
        attempt.finished = true;
      } else if (slot.kind !== "tool" && !slot.hidden && slot.text.trim() !== "") {
        (slot.kind === "text" ? text : reasoning).push(slot.text);
      }
    }
    addTools(step);
  }
  // A child whose task is not linked yet, or not known.
  for (const sessionId of t.children.keys()) addChild(sessionId);
  return { text: text.join("\n\n"), reasoning: reasoning.join("\n\n"), tools };
}

function readCosts(t: Transcript, answers: Step[]): Pick<Reading, "tokens" | "cost"> {
  const tokens = { input: 0, output: 0, reasoning: 0, cacheRead: 0, cacheWrite: 0, context: 0 };
  let cost = 0;
  for (const { info } of t.byMessage.values()) {
    tokens.input += info.tokens.input;
    tokens.output += info.tokens.output;
    tokens.reasoning += info.tokens.reasoning;
    tokens.cacheRead += info.tokens.cacheRead;
    tokens.cacheWrite += info.tokens.cacheWrite;
    cost += info.cost;
  }
  // A running step counts nothing yet.
  tokens.context = answers.findLast(({ info }) => info.tokens.total > 0)?.info.tokens.total ?? 0;
  return { tokens, cost };
}

function readFiles(t: Transcript, cwd: string | undefined): FileChange[] {
  const diffs = [...t.prompts.values()].flatMap((prompt) => prompt.ours ? prompt.diffs : []);
  if (diffs.length > 0) return sumByFile(diffs, cwd);
  const edits: FileChange[] = [];
  for (const step of t.byMessage.values()) {
    for (const slot of step.slots) {
      if (slot.kind === "tool" && slot.change) edits.push(slot.change);
    }
  }
  return sumByFile(edits, cwd);
}

function sumByFile(changes: FileChange[], cwd: string | undefined): FileChange[] {
  const sums = new Map<string, FileChange>();
  for (const change of changes) {
    const file = cwd !== undefined && change.file.startsWith(`${cwd}/`)
      ? change.file.slice(cwd.length + 1)
      : change.file;
    const sum = sums.get(file) ?? { file, additions: 0, deletions: 0 };
    sum.additions += change.additions;
    sum.deletions += change.deletions;
    sums.set(file, sum);
  }
  return [...sums.values()];
}
