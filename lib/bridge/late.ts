import type { Target } from "../records.ts";
import type { Texts } from "../texts.ts";
import type { Ask, Asks } from "./asks.ts";
import { brief } from "./brief.ts";

/** A message that came too late to be run without asking. */
export interface LateItem {
  /** The message's id. */
  readonly id: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  readonly text: string;
  readonly sender: string;
  readonly target: Target;
  /** Does what it asks for. */
  readonly run: () => Promise<void>;
  /** Forgets it. */
  readonly skip: () => Promise<void>;
}

/** What {@linkcode LateMessages} needs. */
export interface LateOptions {
  readonly conversation: string;
  readonly asks: Asks;
  readonly texts: Texts;
  readonly mayAnswer: (openId: string, owner: string) => boolean;
}

/** Messages that are listed on the card; the rest is counted. */
const LISTED = 20;

/** The late messages of a conversation, on one card: run them, or skip them. */
export class LateMessages {
  readonly #options: LateOptions;
  #items: LateItem[] = [];
  /** Makes each card another one, once the one before was answered. */
  #card: string | undefined;

  constructor(options: LateOptions) {
    this.#options = options;
  }

  /** Puts a message on the card. */
  async add(item: LateItem): Promise<void> {
    if (this.#items.some(({ id }) => id === item.id)) return;
    this.#items = [...this.#items, item].sort((a, b) => a.sentAt - b.sentAt);
    await this.#options.asks.open(this.#ask());
  }

  /** Takes a message off the card that was recalled; resolves with whether it was on it. */
  async recall(id: string): Promise<boolean> {
    const item = this.#items.find((item) => item.id === id);
    if (item === undefined) return false;
    this.#items = this.#items.filter((one) => one !== item);
    await item.skip();
    const { asks, texts } = this.#options;
    if (this.#items.length > 0) await asks.open(this.#ask());
    else await asks.sync([], (ask) => ask === this.#card, texts.lateSkipped);
    return true;
  }

  /** Closes the card of an earlier run of the program whose messages were dealt with. */
  async sweep(): Promise<void> {
    const { asks, texts } = this.#options;
    await asks.sweep((id) => id.startsWith("late-"), texts.askOver);
  }

  #ask(): Ask {
    const { conversation, texts, mayAnswer } = this.#options;
    const [first] = this.#items;
    // The oldest message names the card: after a restart it is found again under the same name.
    this.#card ??= `late-${first?.id ?? conversation}`;
    const list = this.#items.slice(0, LISTED).map((item) =>
      `- ${texts.lateItem(Date.now() - item.sentAt, brief(item.text))}`
    );
    if (this.#items.length > LISTED) list.push(`- … +${this.#items.length - LISTED}`);
    const owners = this.#items.map((item) => item.sender);
    return {
      id: this.#card,
      title: texts.lateTitle(this.#items.length),
      target: first?.target ?? { chatId: conversation },
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
