import { delay } from "@std/async";
import type { TwinMessage } from "./feishu_twin/twin_message.ts";
import type { Twin } from "./feishu_twin/twin.ts";
import { NewLines } from "./new_lines.ts";

/** How long to wait for the answer (ms). */
const ANSWER_MS = 10 * 60_000;
/** How long the rest of a complete answer may take, as a file or in further messages (ms). */
const REST_MS = 30_000;

/** How to follow an answer. */
export interface AnswerOptions {
  /** The titles of a turn that goes on. */
  readonly running: readonly string[];
  /** The title of a turn that waits until its question or permission is answered, on a card of its own. */
  readonly waiting: string;
  /** The titles of a turn that has ended. */
  readonly ended: readonly string[];
  /** The line that stands for the beginning of an answer while that is too long for the card. */
  readonly earlierText: string;
  /** Called with each piece of text that was added. */
  readonly write: (text: string) => void;
  /** Resolves with whether the bridge has sent everything. */
  readonly isSent: () => Promise<boolean>;
}

/**
 * Sends a message and writes the answer as it grows, each line once, until all of it is there: a turn has
 * ended, something is asked that nobody here can answer, or something else, like the answer to a command, has
 * come.
 *
 * @returns The title of the turn that has ended, or `waiting`; `undefined` if it was no turn.
 */
export async function growingAnswer(
  twin: Twin,
  text: string,
  { running, waiting, ended, earlierText, write, isSent }: AnswerOptions,
): Promise<string | undefined> {
  twin.say({ text });
  const lines = new NewLines();
  const look = () => {
    const messages = twin.botMessages();
    const [first = "", ...rest] = messages.map((message) => readable(twin, message))
      .join("\n").split("\n");
    // A card has a header; other forms write the title in bold or in brackets.
    const title = first.replace(/^(?:\*\*|\[)(.*?)(?:\*\*|\])$/, "$1");
    const isTurn = [...running, waiting, ...ended].includes(title);
    // What goes before the end of the answer comes first.
    const added = rest.includes(earlierText) ? "" : lines.add(isTurn ? rest : [first, ...rest]);
    if (added !== "") write(added);
    // A turn's own card has buttons to control it; what is asked is on a card of its own.
    const isAsked = isTurn && messages.slice(1).some(({ id }) => twin.buttons(id).length > 0);
    const isUnderWay = running.includes(title) || (title === waiting && messages.length === 1);
    return {
      title: isAsked ? waiting : isTurn ? title : undefined,
      isOver: first !== "" && !isUnderWay,
    };
  };
  await twin.until(() => look().isOver, { timeoutMs: ANSWER_MS });
  const deadline = performance.now() + REST_MS;
  // The card of a question is kept until that is answered.
  while (look().title !== waiting && !await isSent() && performance.now() < deadline) {
    await delay(50);
  }
  return look().title;
}

/** Code, in which a card reads no entities, or the number of an entity. */
const CODE_OR_ENTITY = /(`+)[^`](?:[^]*?[^`])??(?:\1(?!`)|$)|&#(\d+);/g;

/** The text of a message for a terminal, without buttons and the entities of a card's markdown. */
function readable(twin: Twin, message: TwinMessage): string {
  const buttons = new Set(twin.buttons(message.id).map(({ label }) => `[${label}]`));
  const text = twin.plain(message).split("\n").filter((line) => !buttons.has(line)).join("\n");
  if (message.type !== "interactive") return text;
  return text.replaceAll(
    CODE_OR_ENTITY,
    (all, _ticks, code) => code === undefined ? all : String.fromCodePoint(Number(code)),
  );
}
