import { lastPart, LOOK_BACK, splitAnswer } from "../../base/split_markdown.ts";
import type { View } from "../../model/view.ts";
import type { ToolCall } from "../../model/tool_call.ts";
import { redact } from "../../base/redact.ts";
import { read, type Reading } from "../../opencode/transcript/reading.ts";
import type { ToolLine } from "../../opencode/transcript/step.ts";
import { Transcript } from "../../opencode/transcript/transcript.ts";
import type { Ask } from "../../opencode/v1/ask.ts";
import { duration } from "../../base/duration.ts";
import type { Texts } from "../../texts/texts.ts";
import { summaryLine } from "../../base/text.ts";

/** How a turn ended. */
export type Outcome = "done" | "failed" | "cancelled" | "interrupted";

/** The reading of a turn that never reached the agent. */
export const NOTHING: Reading = read(new Transcript("", ""));

/** What a turn's view is made of, besides what the agent did. */
export interface TurnViewOptions {
  readonly texts: Texts;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly startedAt: number;
  /** Most characters of the answer in one message. */
  readonly maxLength: number;
  /** The session's directory, which paths are shown relative to. */
  readonly directory: string;
  /** The context window of the model in tokens, if it is known. */
  readonly contextLimit?: number | undefined;
  /** A line for the reader before anything else: a fresh session, for example. */
  readonly notice?: string | undefined;
  /** Why the turn failed, when not the agent says so. */
  readonly failure?: string | undefined;
  /** Where the whole answer is, when it is too long for messages. */
  readonly file?: string | undefined;
}

/** Tool calls that are shown in full; earlier ones are counted. */
const TOOLS = 20;
/** Changed files and todos that are kept in a view; the others are counted. */
const ITEMS = 100;
/** What a todo may be, besides pending. */
const TODO_STATES = ["in_progress", "completed", "cancelled"] as const;
/** Characters of a question or an error in a line. */
const WORDS = 200;
/** Characters of reasoning. */
const REASONING = 4_000;

/** What the message of a running turn should look like. */
export function liveView(reading: Reading | undefined, options: TurnViewOptions): View {
  const { texts, now, notice } = options;
  if (reading === undefined || !reading.accepted) {
    return { status: "working", ...(notice && { note: notice }) };
  }
  const ask = reading.asks[0];
  const retry = reading.retry;
  const note = [
    notice,
    ask && texts.asks(askLine(ask)),
    retry &&
    texts.retrying(retry.attempt, Math.max(retry.next - now, 0), summaryLine(retry.message, WORDS)),
  ].filter((line) => line).join("\n");
  return {
    status: ask ? "waiting" : "working",
    ...(note && { note }),
    ...work(reading, options),
    text: tail(reading.text, options),
  };
}

/** Messages that an answer may take; a longer one becomes a file. */
const MESSAGES = 5;

/** The whole answer, when it is too long for messages of `maxLength` characters. */
export function longAnswer(reading: Reading, maxLength: number): string | undefined {
  const text = redact(reading.text.trim());
  const isLong = text.length > MESSAGES * maxLength ||
    splitAnswer(text, maxLength).length > MESSAGES;
  return isLong ? text : undefined;
}

/** The messages that show a turn that is over: the first takes the live one's place. */
export function finalViews(reading: Reading, outcome: Outcome, options: TurnViewOptions): View[] {
  const { texts, maxLength, notice, failure, file } = options;
  const text = redact(reading.text.trim());
  const [beginning = "", ...rest] = splitAnswer(
    file === undefined ? text : text.slice(0, 2 * maxLength),
    maxLength,
  );
  const pieces = file === undefined ? [beginning, ...rest] : [`${beginning}\n\n…`];
  const error = failure ?? (outcome === "failed" ? errorText(reading, texts) : undefined);
  const count = pieces.length;
  const end = {
    ...(error !== undefined && { error: redact(error) }),
    ...changes(reading),
    footer: footer(reading, options),
  };
  const views = pieces.map((piece, i): View => {
    const note = [
      i === 0 && notice,
      i === 0 && outcomeNote(reading, outcome, texts),
      count > 1 && texts.part(i + 1, count),
      file !== undefined && texts.answerInFile,
    ].filter((line) => line).join("\n");
    return {
      status: i === 0 ? outcome : "plain",
      ...(note && { note }),
      ...(i === 0 && work(reading, options)),
      text: piece,
      ...(i === count - 1 && end),
    };
  });
  return file === undefined ? views : [...views, { status: "plain", file, isTemporary: true }];
}

/** What a turn is busy with, for `/status`. */
export function waitsFor(reading: Reading | undefined, texts: Texts): string {
  if (reading === undefined || !reading.accepted) return texts.waitsForServer;
  if (reading.asks.length > 0) return texts.waitsForPermission;
  if (reading.phase === "retry") return texts.waitsForRetry;
  const running = reading.tools.findLast((tool) => tool.state === "running");
  return running
    ? texts.waitsForTool(redact(`${running.tool} ${running.title}`.slice(0, 80)))
    : texts.waitsForModel;
}

function work(
  { reasoning, tools, todos }: Reading,
  { directory }: TurnViewOptions,
): Pick<View, "reasoning" | "tools" | "hiddenTools" | "todos" | "hiddenTodos"> {
  const shown = tools.slice(-TOOLS).map((tool) => toolView(tool, directory));
  const listed = todos.slice(0, ITEMS).map(({ content, status }) => ({
    text: redact(content.slice(0, 300)),
    state: TODO_STATES.find((state) => state === status) ?? "pending" as const,
  }));
  return {
    ...(reasoning !== "" && { reasoning: lastPart(end(reasoning, REASONING), REASONING) }),
    ...(tools.length > 0 && { tools: shown }),
    ...(tools.length > TOOLS && { hiddenTools: tools.length - TOOLS }),
    ...(todos.length > 0 && { todos: listed }),
    ...(todos.length > ITEMS && { hiddenTodos: todos.length - ITEMS }),
  };
}

function changes({ files }: Reading): Pick<View, "files" | "hiddenFiles"> {
  return {
    ...(files.length > 0 && { files: files.slice(0, ITEMS) }),
    ...(files.length > ITEMS && { hiddenFiles: files.length - ITEMS }),
  };
}

function toolView(tool: ToolLine, directory: string): ToolCall {
  const { startedAt, endedAt, exit } = tool;
  // A command that was ended by a cancel, or for want of time, is completed without an exit code.
  const killed = tool.state === "completed" && exit === null;
  const failed = tool.error ?? (killed ? "killed" : exit ? `exit ${exit}` : undefined);
  // Outside git, opencode's titles are relative to the root (observed on 1.18.33).
  const title = `/${tool.title}`.startsWith(`${directory}/`)
    ? tool.title.slice(directory.length)
    : tool.title.replaceAll(`${directory}/`, "");
  return {
    tool: tool.tool,
    title: redact(title.slice(0, 300)),
    state: tool.state === "completed" && (killed || exit) ? "error" : tool.state,
    ...(startedAt && endedAt && { seconds: Math.round((endedAt - startedAt) / 1000) }),
    ...(failed !== undefined && { error: redact(failed.slice(0, 300)) }),
    depth: tool.depth,
  };
}

/** The newest part of a text that is still growing. */
function tail(text: string, { maxLength, texts }: TurnViewOptions): string {
  // A question in a fence gets a card of its own, once the answer is complete.
  const said = end(text, maxLength).replace(/(?:^|\n)```ask\b[^]*$/, "");
  const shown = lastPart(said, maxLength);
  return said.length > maxLength ? `${texts.earlierText}\n\n${shown}` : shown;
}

/**
 * The end of a text with a good deal before it, without secrets: those are looked for before it is cut
 * further, as half a key does not look like one. Costs the same however long the text is.
 */
function end(text: string, max: number): string {
  return redact(text.slice(-(max + LOOK_BACK)));
}

function askLine(ask: Ask): string {
  if (ask.kind === "question") return summaryLine(ask.questions[0]?.question ?? "", WORDS);
  const { command, filepath } = ask.metadata;
  const what = [command, filepath].find((one) => typeof one === "string") ??
    ask.patterns.join(", ");
  return summaryLine(`${ask.permission} ${what}`, WORDS);
}

function errorText(reading: Reading, texts: Texts): string {
  const { error } = reading;
  if (error === undefined) return texts.promptVanished;
  const what = texts.modelError(
    summaryLine(
      error.statusCode ? `${error.message} (HTTP ${error.statusCode})` : error.message,
      WORDS,
    ),
  );
  if (error.statusCode === 401 || error.statusCode === 403 || error.name === "ProviderAuthError") {
    return `${what}\n${texts.authError}`;
  }
  return /model not found/i.test(error.message) ? `${what}\n${texts.modelMissing}` : what;
}

function outcomeNote(reading: Reading, outcome: Outcome, texts: Texts): string | undefined {
  if (outcome === "cancelled") return texts.cancelledNote;
  if (outcome === "interrupted") return texts.interruptedNote;
  if (outcome === "failed") return undefined;
  if (reading.finish === "length") return texts.lengthCut;
  if (reading.finish === "tool-calls") return texts.rejectedStop;
  if (reading.compacted) return texts.compacted;
  return reading.text.trim() === "" && reading.tools.length === 0 ? texts.emptyAnswer : undefined;
}

function footer(reading: Reading, options: TurnViewOptions): string {
  const { texts, now, startedAt, contextLimit } = options;
  const { tokens: used, context, cost, model } = reading;
  const percent = contextLimit ? Math.round((100 * context) / contextLimit) : 0;
  return [
    duration(now - startedAt),
    model,
    used > 0 && texts.tokens(used >= 1000 ? `${(used / 1000).toFixed(1)}k` : String(used)),
    cost > 0 && `$${cost < 0.01 ? cost.toFixed(4) : cost.toFixed(2)}`,
    percent > 0 && texts.contextUsed(percent),
  ].filter((part) => part).join(" · ");
}

/** What a message shows while its prompt waits in the queue. */
export function queuedView(before: number, texts: Texts): View {
  return { status: "queued", note: texts.queuedBehind(before) };
}
