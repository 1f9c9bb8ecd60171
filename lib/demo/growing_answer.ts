import { delay } from "@std/async";
import type { TwinMessage } from "./feishu_twin/twin_message.ts";
import type { Twin } from "./feishu_twin/twin.ts";

/** How long to wait for the answer (ms). */
const ANSWER_MS = 10 * 60_000;
/** How long the rest of a complete answer may take, as a file or in further messages (ms). */
const REST_MS = 30_000;

/** How to follow an answer. */
export interface AnswerOptions {
  /** The titles of a turn that goes on. */
  readonly running: readonly string[];
  /** The titles of a turn that has ended. */
  readonly ended: readonly string[];
  /** Called with each piece of text that was added. */
  readonly write: (text: string) => void;
  /** Resolves with whether the bridge has sent everything. */
  readonly isSent: () => Promise<boolean>;
}

/**
 * Sends a message and writes the answer as it grows, until all of it is there: a turn has ended, or
 * something else, like the answer to a command, has come.
 *
 * @returns The title of the turn that has ended; `undefined` if it was no turn.
 */
export async function growingAnswer(
  twin: Twin,
  text: string,
  { running, ended, write, isSent }: AnswerOptions,
): Promise<string | undefined> {
  twin.say({ text });
  let shown = "";
  const look = () => {
    const [first = "", ...rest] = twin.botMessages().map((message) => readable(twin, message))
      .join("\n").split("\n");
    // A card has a header; other forms write the title in bold or in brackets.
    const title = first.replace(/^(?:\*\*|\[)(.*?)(?:\*\*|\])$/, "$1");
    const isTurn = running.includes(title) || ended.includes(title);
    const now = (isTurn ? rest : [first, ...rest]).join("\n");
    if (now !== shown) write(addedText(shown, now));
    shown = now;
    return { title: isTurn ? title : undefined, isOver: first !== "" && !running.includes(title) };
  };
  await twin.until(() => look().isOver, { timeoutMs: ANSWER_MS });
  const deadline = performance.now() + REST_MS;
  while (!await isSent() && performance.now() < deadline) await delay(50);
  return look().title;
}

/** Code, in which a card reads no entities, or the number of an entity. */
const CODE_OR_ENTITY = /(`+)[^`](?:[^]*?[^`])??(?:\1(?!`)|$)|&#(\d+);/g;

/** The text of a message for a terminal, without the entities of a card's markdown. */
function readable(twin: Twin, message: TwinMessage): string {
  const text = twin.plain(message);
  if (message.type !== "interactive") return text;
  return text.replaceAll(
    CODE_OR_ENTITY,
    (all, _ticks, code) => code === undefined ? all : String.fromCodePoint(Number(code)),
  );
}

/** The text to write below `before` so that the reader sees `now`: from the first line that differs. */
function addedText(before: string, now: string): string {
  if (now.startsWith(before)) return now.slice(before.length);
  const old = before.split("\n");
  const lines = now.split("\n");
  const same = lines.findIndex((line, i) => line !== old[i]);
  return `\n${lines.slice(Math.max(same, 0)).join("\n")}`;
}
