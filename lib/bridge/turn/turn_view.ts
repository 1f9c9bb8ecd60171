import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { redact, redactGrowing } from "../../base/secrets/redact.ts";
import { lastPart, LOOK_BACK } from "../../base/markdown/split_markdown.ts";
import { trimLines } from "../../base/text.ts";
import type { Reading } from "../../model/reading.ts";
import type { Todo, ToolCall } from "../../model/tool_call.ts";
import { type Outcome, runOf, type TurnRecord } from "../../model/turn.ts";
import type { ButtonView, PressedView, View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { findFencedSends } from "../files_out/fenced_send.ts";
import { fitsMessages } from "../files_out/fits_messages.ts";
import type { Services } from "../services.ts";
import { troubleText } from "../trouble_text.ts";
import { errorText } from "./failure_text.ts";
import { howBegun } from "./how_begun.ts";
import { retryNote, waitsForRetry } from "./model_limit.ts";
import { requestNote } from "./request_note.ts";
import { branchAt } from "../places/move_to.ts";
import { notifyWhen } from "./ping.ts";
import { footer, type FooterOptions } from "./turn_footer.ts";
import { runningButtons, stoppedView } from "./turn_buttons.ts";
import type { TurnConversation } from "./turn_conversation.ts";

/** What the views of a turn depend on besides its reading. */
export interface TurnViewOptions extends FooterOptions {
  /** What this machine's clock shows, in milliseconds since 1970, if not the present time. */
  readonly time?: number;
  /** The most characters of the answer in one message. */
  readonly maxLength: number;
  /** Splits an answer into messages of at most `max` characters. */
  readonly split: (markdown: string, max: number) => string[];
  /** The session's directory. Paths are shown relative to it. */
  readonly directory: string;
  /** Notices for the reader, shown first. */
  readonly notice?: string | undefined;
  /** Why nothing can be saved at present. An end that is shown was saved. */
  readonly trouble?: string | undefined;
  /** Whether the reasoning is left out. */
  readonly isBrief?: boolean;
  /** Whether people have put in more while it ran. */
  readonly isSteered?: boolean;
  /** Who stopped the turn by a button. */
  readonly pressed?: PressedView;
  /** The buttons below the answer. */
  readonly buttons?: readonly ButtonView[] | undefined;
  /** Why the turn failed, if it is not an error of the agent. */
  readonly failure?: string | undefined;
  /** Whether the session is gone, so that nothing can go on in it. */
  readonly isLost?: boolean | undefined;
  /** The path of a file with the whole answer, if it is too long for messages. */
  readonly file?: string | undefined;
}

/** What {@linkcode viewOptions} needs besides the turn. */
export interface TurnMoment {
  /** Notices for the reader, shown first. */
  readonly notices: readonly (string | undefined)[];
  readonly conversation: Pick<TurnConversation, "record" | "queue">;
  /** In milliseconds since 1970, like the start of the run. */
  readonly now: number;
}

/** Collects the current options for the views of a turn. */
export function viewOptions(
  turn: TurnRecord,
  reading: Reading | undefined,
  { settings, texts, chat, agent, store }: Services,
  { notices, conversation: { record, queue }, now }: TurnMoment,
): TurnViewOptions {
  const run = runOf(turn);
  const model = reading?.model;
  const running = { waiting: queue.turns.length - 1, notify: notifyWhen(record, settings) };
  return {
    texts,
    maxLength: settings.maxMessageLength,
    split: (markdown, max) => chat.splitAnswer(markdown, max),
    now,
    directory: run?.directory ?? "",
    branch: run && branchAt(run.directory, record),
    startedAt: run?.startedAt ?? turn.createdAt,
    contextLimit: model === undefined ? undefined : agent.contextLimit(model),
    notice: [howBegun(turn, texts), ...notices].filter((line) => line).join("\n"),
    trouble: store.trouble && troubleText(store.trouble, texts),
    isBrief: record.preferences?.think === "off",
    isSteered: queue.turns.some(({ record }) => record.steers === turn.id),
    ...stoppedView(turn, texts),
    buttons: runningButtons(turn, running, texts),
  };
}

/** How many tool calls are shown; earlier ones are counted. */
const MAX_TOOLS = 20;
/** How many changed files and todos are shown; further ones are counted. */
const MAX_ITEMS = 100;
/** How many characters of a todo, or of a tool call's title or error, are shown. */
const ITEM_CHARS = 300;
/** A text of which nothing is seen. */
const INVISIBLE = /^[\s\p{Cc}\p{Default_Ignorable_Code_Point}]*$/u;
/** opencode's name for the tool with which the agent asks a question. */
const QUESTION_TOOL = "question";
/** How many characters of the reasoning are shown. */
const REASONING_CHARS = 4_000;

/** The view of a running turn. */
export function liveView(reading: Reading | undefined, options: TurnViewOptions): View {
  const { texts, time = Date.now(), trouble, pressed, buttons } = options;
  const below = { ...(buttons && { buttons }), ...(pressed && { pressed }) };
  const notice = [options.notice, trouble].filter((line) => line).join("\n");
  if (reading === undefined || !reading.accepted) {
    return { status: "working", ...(notice && { note: notice }), ...below };
  }
  const request = reading.requests[0];
  const retry = reading.retry;
  const note = [
    notice,
    reading.joined && (options.isSteered ? texts.steerJoined : texts.joined),
    request && requestNote(request, texts),
    retry && retryNote(retry, texts, time),
  ].filter((line) => line).join("\n");
  return {
    status: request ? "waiting" : "working",
    ...(note && { note }),
    ...progress(reading, options),
    text: tail(reading.text, options),
    ...below,
  };
}

/** The whole answer, if it is too long for messages. It is for a file, so only our own secrets are hidden. */
export function longAnswer(
  reading: Reading,
  { maxLength, split }: Pick<TurnViewOptions, "maxLength" | "split">,
): string | undefined {
  const text = knownSecrets.hide(trimLines(reading.text));
  return fitsMessages(text, maxLength, split) ? undefined : text;
}

/** The views of an ended turn. The first one replaces the live view. */
export function finalViews(reading: Reading, outcome: Outcome, options: TurnViewOptions): View[] {
  const { texts, maxLength, split, notice, failure, file, pressed, buttons } = options;
  const text = redact(trimLines(reading.text));
  const [beginning = "", ...rest] = split(
    file === undefined ? text : text.slice(0, 2 * maxLength),
    maxLength,
  );
  const pieces = file === undefined ? [beginning, ...rest] : [`${beginning}\n\n…`];
  const error = failure ?? (outcome === "failed" ? errorText(reading, texts) : undefined);
  const count = pieces.length;
  const ending = {
    ...(error !== undefined && { error: redact(error) }),
    ...fileChanges(reading),
    ...(buttons && { buttons }),
    footer: footer(reading, options),
  };
  const views = pieces.map((piece, i): View => {
    const note = [
      i === 0 && notice,
      i === 0 && reading.joined && (options.isSteered ? texts.steerJoined : texts.joined),
      i === 0 && outcomeNote(reading, outcome, options),
      count > 1 && texts.part(i + 1, count),
      file !== undefined && texts.answerInFile,
    ].filter((line) => line).join("\n");
    return {
      status: i === 0 ? outcome : "plain",
      ...(note && { note }),
      ...(i === 0 && progress(reading, options)),
      ...(i === 0 && pressed && { pressed }),
      text: piece,
      ...(i === count - 1 && ending),
    };
  });
  return file === undefined ? views : [...views, { status: "plain", file, isTemporary: true }];
}

/** What a turn waits for, as a text for people. @param time See {@linkcode TurnViewOptions}. */
export function waitsFor(
  reading: Reading | undefined,
  texts: Texts,
  time: number = Date.now(),
): string {
  if (reading === undefined || !reading.accepted) return texts.waitsForServer;
  const [request] = reading.requests;
  if (request !== undefined) {
    return request.kind === "question" ? texts.waitsForAnswer : texts.waitsForPermission;
  }
  if (reading.phase === "retry") return waitsForRetry(reading, texts, time);
  const running = reading.tools.findLast((tool) => tool.state === "running");
  return running
    ? texts.waitsForTool(redactedStart(`${running.tool} ${running.title}`, 80))
    : texts.waitsForModel;
}

function progress(
  { reasoning, tools, todos }: Reading,
  { directory, isBrief = false }: TurnViewOptions,
): Pick<View, "reasoning" | "tools" | "hiddenTools" | "todos" | "hiddenTodos"> {
  const shown = tools.slice(-MAX_TOOLS).map((tool) => toolView(tool, directory));
  const listed = todos.slice(0, MAX_ITEMS)
    .map((todo): Todo => ({ ...todo, text: redactedStart(todo.text, ITEM_CHARS) }));
  return {
    ...(reasoning !== "" && !isBrief &&
      { reasoning: lastPart(redactedEnd(reasoning, REASONING_CHARS), REASONING_CHARS) }),
    ...(tools.length > 0 && { tools: shown }),
    ...(tools.length > MAX_TOOLS && { hiddenTools: tools.length - MAX_TOOLS }),
    ...(todos.length > 0 && { todos: listed }),
    ...(todos.length > MAX_ITEMS && { hiddenTodos: todos.length - MAX_ITEMS }),
  };
}

function fileChanges({ files }: Reading): Pick<View, "files" | "hiddenFiles"> {
  const listed = files.slice(0, MAX_ITEMS)
    .map((change) => ({ ...change, file: redactedStart(change.file, ITEM_CHARS) }));
  return {
    ...(files.length > 0 && { files: listed }),
    ...(files.length > MAX_ITEMS && { hiddenFiles: files.length - MAX_ITEMS }),
  };
}

function toolView(tool: ToolCall, directory: string): ToolCall {
  // Outside git, opencode's titles are relative to the root (observed on 1.18.33).
  const title = `/${tool.title}`.startsWith(`${directory}/`)
    ? tool.title.slice(directory.length)
    : tool.title.replaceAll(`${directory}/`, "");
  return {
    ...tool,
    title: redactedStart(title, ITEM_CHARS),
    ...(tool.error !== undefined && { error: redactedStart(tool.error, ITEM_CHARS) }),
  };
}

/** The end of an answer that is still growing. */
function tail(text: string, { maxLength, texts }: TurnViewOptions): string {
  const answer = withoutAsk(findFencedSends(redactedEnd(text, maxLength)).text);
  const shown = lastPart(answer, maxLength);
  return answer.length > maxLength ? `${texts.earlierText}\n\n${shown}` : shown;
}

/** The beginning of a fenced ask, and its end when nothing but blanks follows it. */
const ASK_OPENING = /^```ask\b/;
const FENCE_END = /^```[ \t]*$/;

/** A growing answer without the fenced ask that it ends with: that gets its own card once it is complete. */
function withoutAsk(answer: string): string {
  const lines = answer.split("\n");
  const opening = lines.findLastIndex((line) => ASK_OPENING.test(line));
  if (opening === -1) return answer;
  const end = lines.findIndex((line, i) => i > opening && FENCE_END.test(line));
  const isLast = end === -1 || lines.slice(end + 1).every((line) => line.trim() === "");
  return isLast ? lines.slice(0, opening).join("\n") : answer;
}

/**
 * The last `max` characters of a text and {@linkcode LOOK_BACK} before them, with secrets hidden. They are
 * hidden before the text is cut, because half a key would not be recognised. The cost does not depend on
 * the length of the text.
 */
function redactedEnd(text: string, max: number): string {
  const from = Math.max(text.length - max - LOOK_BACK, 0);
  const read = Math.max(from - LOOK_BACK, 0);
  return redactGrowing(text.slice(read), from - read);
}

/** The first `max` characters of a text, with secrets hidden before it is cut. */
function redactedStart(text: string, max: number): string {
  // A longer text may have been cut before.
  if (text.length <= max) return redact(text);
  return redactGrowing(text.slice(0, max + LOOK_BACK)).slice(0, max).toWellFormed();
}

function outcomeNote(
  reading: Reading,
  outcome: Outcome,
  { texts, isLost }: TurnViewOptions,
): string | undefined {
  if (outcome === "cancelled") return texts.cancelledNote;
  if (reading.isEndless) return texts.clockSetBack;
  if (outcome === "interrupted") return isLost ? texts.sessionGone : texts.interruptedNote;
  if (outcome === "failed") return undefined;
  if (reading.finish === "length") return texts.lengthCut;
  if (reading.finish === "tool-calls") {
    // Only a call that nobody approved, or a question that nobody answered, ends a turn like this.
    const ended = reading.tools.findLast(({ state }) => state === "error");
    return ended?.tool === QUESTION_TOOL ? texts.unansweredStop : texts.rejectedStop;
  }
  if (reading.compacted) return texts.compacted;
  return INVISIBLE.test(reading.text) && reading.tools.length === 0 ? texts.emptyAnswer : undefined;
}
