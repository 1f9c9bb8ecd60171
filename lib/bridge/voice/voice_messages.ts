import { summaryLine } from "../../base/text.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import { type IncomingMessage, isVoice, targetOf } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import { answerWords } from "../../texts/answer_words.ts";
import { type Ask, isOfKind, ownAskId } from "../asks/ask.ts";
import type { Asks } from "../asks/asks.ts";
import { beginsWithCommand } from "../commands/parse.ts";
import { stopPhrase } from "../commands/stop_words.ts";
import { combine, type Committer, type Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import { hear } from "./hear.ts";

/** The part of a conversation that voice messages use. */
export interface VoiceConversation extends Committer {
  readonly asks: Asks;
  /** Commits the effects of a message and removes it from the inbox. */
  finish(message: IncomingMessage, effects?: Effects): Promise<void>;
  /** Creates rows that send a text to the chat. */
  rows(target: Target, text: string): LedgerRow[];
  /** Runs a message that somebody was asked about. */
  runAsked(message: IncomingMessage): Promise<void>;
}

/** How many characters of what was heard the card shows; a file has all of it. */
const MAX_CHARS = 3_000;

/** What could show as something else on a card; speech hardly ever has it (CommonMark, "Backslash escapes"). */
const MARKDOWN = /[\\`*_~[\]<>&#|]/g;

/** A voice message with what was heard in it. */
type HeardMessage = IncomingMessage & { readonly heard: string };

/**
 * The voice messages of a conversation. What was heard is stored with its message and shown on a card, in one step:
 * a crash before that hears it again, one after it shows the same card. It runs when its sender says so, perhaps with
 * other words; the message stays in the inbox until then.
 */
export class VoiceMessages {
  readonly #conversation: VoiceConversation;
  readonly #services: Services;
  /** Those on cards, by their ids. */
  readonly #shown = new Map<string, HeardMessage>();

  constructor(conversation: VoiceConversation, services: Services) {
    this.#conversation = conversation;
    this.#services = services;
  }

  /**
   * Turns a voice message into text, and shows that.
   *
   * @param run Runs it as one that was written, where nothing has to be asked.
   */
  async hear(
    message: IncomingMessage,
    run: (written: IncomingMessage) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { transcriber, texts, outbox, settings, log } = this.#services;
    const { messageId } = message;
    if (transcriber === undefined) {
      return await this.#reply(message, texts.voiceUnset);
    }
    outbox.react(messageId, "taken");
    const found = await hear(message, { ...this.#services, transcriber }, signal);
    signal.throwIfAborted();
    if ("problem" in found) return await this.#reply(message, found.problem);
    log.info(`heard in ${messageId}: ${summaryLine(found.text, 200)}`);
    const heard = { ...message, heard: found.text };
    if (settings.runsHeard && this.#isPlain(heard)) await run(written(heard, heard.heard));
    else await this.#show(heard);
  }

  /** Shows again what was heard in a message before a restart; returns whether it is such a message. */
  async resume(message: IncomingMessage): Promise<boolean> {
    const { heard } = message;
    if (heard === undefined || !isVoice(message)) return false;
    await this.#show({ ...message, heard });
    return true;
  }

  /** Shows what was heard in a message, to be run, corrected or dropped. */
  async #show(message: HeardMessage): Promise<void> {
    this.#shown.set(message.messageId, message);
    const card = await this.#conversation.asks.open(this.#ask(message));
    await this.#conversation.commit(combine({ received: [message] }, card));
  }

  async #reply(message: IncomingMessage, text: string): Promise<void> {
    const rows = this.#conversation.rows(targetOf(message), text);
    await this.#conversation.finish(message, { rows });
  }

  /** The ids of those on cards that a person has sent, by `open_id`. */
  messagesOf(openId: string): string[] {
    return [...this.#shown.values()].filter(({ sender }) => sender === openId)
      .map(({ messageId }) => messageId);
  }

  /** Takes back a message that was recalled; `undefined` if it is on no card. */
  async recall(messageId: string): Promise<Effects | undefined> {
    const message = this.#shown.get(messageId);
    if (message === undefined) return undefined;
    this.#shown.delete(messageId);
    const { asks } = this.#conversation;
    const card = await asks.sync(
      [],
      (id) => id === cardOf(message),
      this.#services.texts.voiceDropped,
    );
    return combine({ handled: [message] }, card);
  }

  /** Closes the cards of earlier runs of the program whose messages are handled. */
  async sweep(): Promise<Effects> {
    const isCard = (id: string) => isOfKind(id, "voice");
    return await this.#conversation.asks.sweep(isCard, this.#services.texts.askOver);
  }

  /** Whether what was heard can only be a prompt. Anything else is shown, whatever is set. */
  #isPlain(message: HeardMessage): boolean {
    const { heard } = message;
    return !beginsWithCommand(heard) && stopPhrase(heard) === undefined &&
      this.#conversation.asks.matchAnswer(written(message, heard)) === undefined;
  }

  #ask(message: HeardMessage): Ask {
    const { texts, outbox, fileSpace } = this.#services;
    const { messageId, sender, heard } = message;
    const isLong = heard.length > MAX_CHARS;
    const shown = isLong ? `${heard.slice(0, MAX_CHARS).toWellFormed()}…` : heard;
    const more = isLong ? `\n\n${texts.voiceInFile(heard.length - MAX_CHARS)}` : "";
    const end = async (words: string, line: string) => {
      await this.#conversation.runAsked(written(message, words));
      this.#shown.delete(messageId);
      return { line };
    };
    return {
      id: cardOf(message),
      title: texts.voiceTitle,
      target: targetOf(message),
      hint: texts.howToCorrect,
      // Nobody else puts words into somebody's mouth.
      mayAnswer: (openId) => openId === sender,
      choices: [{
        question: `${shown.replaceAll(MARKDOWN, "\\$&").replaceAll(/^/gm, "> ")}${more}`,
        mayBePrompt: true,
        customIfQuoted: true,
        options: [
          {
            value: "run",
            label: texts.voiceRun,
            aliases: ["run", ...answerWords("yes")],
            style: "primary",
          },
          { value: "drop", label: texts.voiceDrop, aliases: ["drop", ...answerWords("no")] },
        ],
      }],
      ...(isLong && {
        writeFile: () => fileSpace.writeAnswer(`${cardOf(message)}.md`, heard),
      }),
      submit: async ([[answer = ""] = []]) => {
        if (answer === "run") return await end(heard, texts.voiceRunning);
        if (answer !== "drop") return await end(answer, texts.voiceCorrected);
        this.#shown.delete(messageId);
        outbox.react(messageId, "cancelled");
        return { line: texts.voiceDropped, effects: { handled: [message] } };
      },
    };
  }
}

function cardOf({ messageId }: IncomingMessage): string {
  return ownAskId("voice", messageId);
}

/** A voice message as if its sender had written these words, and waited for nothing. */
function written(message: HeardMessage, text: string): IncomingMessage {
  return { ...message, type: "text", text, heard: text, attachments: [], isConfirmed: true };
}
