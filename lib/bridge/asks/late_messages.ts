import type { Prompt, Target } from "../../model/records.ts";
import type { Ask, Asks } from "./asks.ts";
import { summaryLine } from "../../base/text.ts";
import type { Parts } from "../parts.ts";

/** A message that came too late to be run without asking. */
interface LateItem extends Pick<Prompt, "messageId" | "createdAt" | "text" | "sender"> {
  readonly target: Target;
  /** Does what it asks for. */
  readonly run: () => Promise<void>;
  /** Forgets it. */
  readonly skip: () => Promise<void>;
}

/** Messages that are listed on the card; the rest is counted. */
const LISTED = 20;

/** The late messages of a conversation, on one card: run them, or skip them. */
export class LateMessages {
  readonly #conversation: string;
  readonly #asks: Asks;
  readonly #parts: Parts;
  #items: LateItem[] = [];
  /** Makes each card another one, once the one before was answered. */
  #card: string | undefined;

  /** @param conversation The conversation's key. */
  constructor(conversation: string, asks: Asks, parts: Parts) {
    this.#conversation = conversation;
    this.#asks = asks;
    this.#parts = parts;
  }

  /** Puts a message on the card. */
  async add(item: LateItem): Promise<void> {
    if (this.#items.some(({ messageId }) => messageId === item.messageId)) return;
    this.#items = [...this.#items, item].sort((a, b) => a.createdAt - b.createdAt);
    await this.#asks.open(this.#ask());
  }

  /** Takes a message off the card that was recalled; resolves with whether it was on it. */
  async recall(messageId: string): Promise<boolean> {
    const item = this.#items.find((item) => item.messageId === messageId);
    if (item === undefined) return false;
    this.#items = this.#items.filter((one) => one !== item);
    await item.skip();
    const { lateSkipped } = this.#parts.texts;
    if (this.#items.length > 0) await this.#asks.open(this.#ask());
    else await this.#asks.sync([], (ask) => ask === this.#card, lateSkipped);
    return true;
  }

  /** Closes the card of an earlier run of the program whose messages were dealt with. */
  async sweep(): Promise<void> {
    await this.#asks.sweep((id) => id.startsWith("late-"), this.#parts.texts.askOver);
  }

  #ask(): Ask {
    const { texts, mayAnswer } = this.#parts;
    const [first] = this.#items;
    // The oldest message names the card: after a restart it is found again under the same name.
    this.#card ??= `late-${first?.messageId ?? this.#conversation}`;
    const list = this.#items.slice(0, LISTED).map(({ createdAt, text }) =>
      `- ${texts.lateItem(Date.now() - createdAt, summaryLine(text))}`
    );
    if (this.#items.length > LISTED) list.push(`- … +${this.#items.length - LISTED}`);
    const owners = this.#items.map((item) => item.sender);
    return {
      id: this.#card,
      title: texts.lateTitle(this.#items.length),
      target: first?.target ?? { chatId: this.#conversation },
      mayAnswer: (openId) => owners.every((owner) => mayAnswer(openId, owner)),
      choices: [{
        question: `${texts.lateQuestion}\n\n${list.join("\n")}`,
        loose: true,
        options: [
          { value: "run", label: texts.lateRun, aliases: ["run", "y", "yes"], style: "primary" },
          { value: "skip", label: texts.lateSkip, aliases: ["skip", "n", "no"] },
        ],
      }],
      submit: async ([answer]) => {
        const items = this.#items;
        this.#items = [];
        this.#card = undefined;
        const run = answer?.[0] === "run";
        for (const item of items) await (run ? item.run() : item.skip());
        return run ? texts.lateRunning : texts.lateSkipped;
      },
    };
  }
}
