import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { ScheduledRun } from "../../model/schedule.ts";
import type { Target } from "../../model/place.ts";
import type { Asker } from "../../model/script.ts";
import type { Texts } from "../../texts/texts.ts";
import { answerWords } from "../../texts/answer_words.ts";
import { combine, type Effects } from "../effects.ts";
import { ownerOf } from "../people/owner_of.ts";
import type { Services } from "../services.ts";
import type { BridgeSettings } from "../settings.ts";
import { type Ask, isOfKind, ownAskId } from "./ask.ts";
import type { Asks } from "./asks.ts";

/** A message, or the prompt of a script, that arrived too late to run without asking. */
export interface LateMessage extends Asker {
  readonly messageId: string;
  /** When it was sent, in milliseconds since 1970. */
  readonly createdAt: number;
  readonly text: string;
  /** Set if a schedule was to run then. */
  readonly scheduled?: ScheduledRun;
  readonly target: Target;
  /** Runs the message. */
  readonly run: () => Promise<void>;
  /** Discards the message; resolves with the effects to commit. */
  readonly skip: () => Promise<Effects>;
}

/** How many messages the card lists; further ones are counted. */
const MAX_LISTED = 20;

/** The late messages of a conversation, on one card that offers to run or to skip them. */
export class LateMessages {
  /** The conversation's key. */
  readonly #conversation: string;
  readonly #asks: Asks;
  readonly #services: Pick<Services, "texts" | "admission" | "store">;
  #messages: LateMessage[] = [];
  /** The id of the current card; each card has its own. */
  #cardId: string | undefined;

  constructor(
    conversation: string,
    asks: Asks,
    services: Pick<Services, "texts" | "admission" | "store">,
  ) {
    this.#conversation = conversation;
    this.#asks = asks;
    this.#services = services;
  }

  /** Takes over the card of an earlier run of the program, whose messages are added next. */
  async resume(): Promise<void> {
    const rows = await this.#services.store.rows(this.#conversation);
    this.#cardId = rows.findLast(({ id, keep }) => keep && isLateCard(id))?.id;
  }

  /** Adds a message to the card. */
  async add(message: LateMessage): Promise<Effects> {
    // A message comes again if its card could not be saved, and a schedule is offered once.
    const others = this.#messages.filter((one) => !isSame(one, message));
    const replaced = this.#messages.filter((one) =>
      isSame(one, message) && one.messageId !== message.messageId
    );
    this.#messages = [...others, message].sort((a, b) => a.createdAt - b.createdAt);
    const card = await this.#asks.open(this.#ask());
    return combine(...await Promise.all(replaced.map((one) => one.skip())), card);
  }

  /** The ids of the messages of a person, by `open_id`. */
  messagesOf(openId: string): string[] {
    return this.#messages.filter(({ sender }) => sender === openId).map((one) => one.messageId);
  }

  /**
   * Removes a message from the card, because it was recalled or went with another one.
   *
   * @param line What the card says if no other message is on it.
   * @returns The effects to commit; `undefined` if it was not on the card.
   */
  async recall(
    messageId: string,
    line = this.#services.texts.lateSkipped,
  ): Promise<Effects | undefined> {
    const message = this.#messages.find((one) => one.messageId === messageId);
    if (message === undefined) return undefined;
    this.#messages = this.#messages.filter((one) => one !== message);
    const card = this.#messages.length > 0
      ? await this.#asks.open(this.#ask())
      : await this.#asks.sync([], (ask) => ask === this.#cardId, line);
    if (this.#messages.length === 0) this.#cardId = undefined;
    return combine(await message.skip(), card);
  }

  /** Closes the cards of earlier runs of the program that have no messages left. */
  async sweep(): Promise<Effects> {
    if (this.#messages.length === 0) this.#cardId = undefined;
    return await this.#asks.sweep(isLateCard, this.#services.texts.askOver);
  }

  #ask(): Ask {
    const { texts, admission } = this.#services;
    const [first] = this.#messages;
    // The id derives from the oldest message, so that the same card is found after a crash.
    this.#cardId ??= ownAskId("late", first?.messageId ?? this.#conversation);
    const list = this.#messages.slice(0, MAX_LISTED).map((one) =>
      `- ${texts.lateItem(Date.now() - one.createdAt, lineOf(one, texts))}`
    );
    if (this.#messages.length > MAX_LISTED) list.push(`- … +${this.#messages.length - MAX_LISTED}`);
    const isScheduled = this.#messages.every(({ scheduled }) => scheduled !== undefined);
    const isFor = (openId: string) => (one: LateMessage) =>
      admission.mayAnswer(openId, ownerOf(one));
    return {
      id: this.#cardId,
      title: (isScheduled ? texts.missedTitle : texts.lateTitle)(this.#messages.length),
      target: first?.target ?? { chatId: this.#conversation },
      mayAnswer: (openId) => this.#messages.some(isFor(openId)),
      choices: [{
        question: `${isScheduled ? texts.missedQuestion : texts.lateQuestion}\n\n${
          list.join("\n")
        }`,
        mayBePrompt: true,
        options: [
          {
            value: "run",
            label: texts.lateRun,
            aliases: ["run", ...answerWords("yes")],
            style: "primary",
          },
          { value: "skip", label: texts.lateSkip, aliases: ["skip", ...answerWords("no")] },
        ],
      }],
      submit: async ([answer], { by }) => {
        const isRun = answer?.[0] === "run";
        const effects: Effects[] = [];
        for (const message of this.#messages.filter(isFor(by))) {
          if (isRun) await message.run();
          else effects.push(await message.skip());
          // If a later one fails, this one is not asked about again.
          this.#messages = this.#messages.filter((one) => one !== message);
        }
        const line = isRun ? texts.lateRunning : texts.lateSkipped;
        const end = { line, effects: combine(...effects) };
        if (this.#messages.length > 0) return { ...end, rest: this.#ask() };
        this.#cardId = undefined;
        return end;
      },
    };
  }
}

/** Whether two messages are the same one, or of the same schedule. */
function isSame(a: LateMessage, b: LateMessage): boolean {
  const schedule = a.scheduled?.schedule;
  return a.messageId === b.messageId ||
    schedule !== undefined && schedule === b.scheduled?.schedule;
}

function lineOf({ text, scheduled }: LateMessage, texts: Pick<Texts, "missedRun">): string {
  if (scheduled === undefined) return summaryLine(text);
  const { words, leftOut = 0 } = scheduled;
  return texts.missedRun(redact(summaryLine(text)), redact(words), leftOut + 1);
}

function isLateCard(id: string): boolean {
  return isOfKind(id, "late");
}

/** Whether what was sent at a time (ms since 1970) is too old to run without asking. */
export function isLate(
  createdAt: number,
  { lateAfterMs }: Pick<BridgeSettings, "lateAfterMs">,
): boolean {
  return Date.now() - createdAt > lateAfterMs;
}
