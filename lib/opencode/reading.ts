import { isText, type Step, type ToolLine } from "./step.ts";
import { isAccepted, type Transcript } from "./transcript.ts";
import type { AgentError, Ask, AssistantMessage, FileChange, TextPart, Todo } from "./types.ts";

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
  const prompt = t.prompts.get(t.userMessageId);
  const answers = t.steps.filter(({ info }) => !info.summary);
  const last = t.steps.at(-1)?.info;
  const answer = answers.at(-1)?.info ?? last;
  // While the turn runs it may still get over what was announced; its own messages' errors are final.
  const isFinal = status === undefined || (idle && !(last?.completed && last.finish));
  const error = last?.error ?? (isFinal ? t.error : undefined);
  const aborted = error?.name === "MessageAbortedError";
  return {
    phase: status?.type ?? "waiting",
    retry: status?.type === "retry"
      ? { attempt: status.attempt, message: status.message, next: status.next }
      : undefined,
    accepted: isAccepted(t),
    started: t.steps.length > 0,
    complete: t.steps.length > 0 && t.open === 0,
    aborted,
    ...readTexts(answers),
    tools: readTools(t, answers),
    todos: t.todos,
    error: aborted ? undefined : error,
    finish: answer?.finish,
    model: answer?.model ?? prompt?.model,
    agent: answer?.agent ?? prompt?.agent,
    ...readCosts(t, answers),
    files: readFiles(t, answer?.cwd),
    // An abort leaves its unanswered asks behind, and nothing takes them back (observed).
    asks: idle ? [] : [...t.asks.values()],
    compacted: t.compacted ||
      t.steps.some(({ info }) => info.summary && info.completed !== undefined && !info.error),
  };
}

function readTexts(answers: Step[]): Pick<Reading, "text" | "reasoning"> {
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

function readTools(t: Transcript, answers: Step[]): ToolLine[] {
  const tools: ToolLine[] = [];
  const waiting = new Map(t.children);
  const add = ({ slots, depth }: Step) => {
    for (const { part } of slots) {
      if (part.type !== "tool") continue;
      tools.push({ ...part, depth });
      if (part.child !== undefined) addChild(part.child);
    }
  };
  const addChild = (sessionId: string) => {
    const steps = waiting.get(sessionId);
    waiting.delete(sessionId);
    steps?.forEach(add);
  };
  answers.forEach(add);
  // Those whose task is not linked yet, or not known.
  for (const sessionId of waiting.keys()) addChild(sessionId);
  return tools;
}

function readCosts(t: Transcript, answers: Step[]): Pick<Reading, "tokens" | "cost"> {
  const infos = [...t.byMessage.values()].map(({ info }) => info);
  const sum = (count: (info: AssistantMessage) => number) =>
    infos.reduce((total, info) => total + count(info), 0);
  return {
    tokens: {
      input: sum(({ tokens }) => tokens.input),
      output: sum(({ tokens }) => tokens.output),
      reasoning: sum(({ tokens }) => tokens.reasoning),
      cacheRead: sum(({ tokens }) => tokens.cacheRead),
      cacheWrite: sum(({ tokens }) => tokens.cacheWrite),
      // A running step counts nothing yet.
      context: answers.findLast(({ info }) => info.tokens.total > 0)?.info.tokens.total ?? 0,
    },
    cost: sum(({ cost }) => cost),
  };
}

function readFiles(t: Transcript, cwd: string | undefined): FileChange[] {
  const diffs = [...t.prompts.values()].flatMap((prompt) => prompt.diffs);
  const edits = [...t.byMessage.values()].flatMap(({ slots }) =>
    slots.flatMap(({ part }) => part.type === "tool" && part.change ? [part.change] : [])
  );
  const sums = new Map<string, FileChange>();
  for (const change of diffs.length > 0 ? diffs : edits) {
    const file = cwd !== undefined && change.file.startsWith(`${cwd}/`)
      ? change.file.slice(cwd.length + 1)
      : change.file;
    const sum = sums.get(file) ?? { additions: 0, deletions: 0 };
    sums.set(file, {
      file,
      additions: sum.additions + change.additions,
      deletions: sum.deletions + change.deletions,
    });
  }
  return [...sums.values()];
}
