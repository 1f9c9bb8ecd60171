import type { Config } from "../../config.ts";
import { ApiError, describe } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import type { OpencodeApi } from "../../opencode/v1/api.ts";
import type { Ask as AgentAsk, PermissionAsk, QuestionAsk } from "../../opencode/v1/ask.ts";
import type { Prompt } from "../../model/records.ts";
import type { Ask, Asks } from "../asks/asks.ts";
import type { Parts } from "../parts.ts";

/** What {@linkcode TurnAsks} needs; a code 404 of an answer says that the ask was answered elsewhere. */
export interface TurnAsksParts extends Pick<Parts, "texts" | "mayAnswer" | "log" | "signal"> {
  readonly config: Pick<Config, "askTimeoutMs">;
  readonly agent: {
    readonly api: Pick<OpencodeApi, "replyPermission" | "replyQuestion" | "rejectQuestion">;
  };
}

/** Characters of a command or change that are shown. */
const SHOWN = 3_000;

/** Keeps the cards of what a turn's agent asks in line with what it waits for. */
export class TurnAsks {
  readonly #home: Asks;
  readonly #parts: TurnAsksParts;
  readonly #known = Promise.withResolvers<void>();
  /** The ids that are shown; nothing as long as they are not known. */
  #shown: string | undefined;
  #work: Promise<void> = Promise.resolve();

  /** @param fresh Whether the turn is new, so that nothing can have been asked yet. */
  constructor(home: Asks, parts: TurnAsksParts, fresh: boolean) {
    this.#home = home;
    this.#parts = parts;
    if (!fresh) return;
    this.#shown = "";
    this.#known.resolve();
  }

  /** Resolves when it is known what is asked: until then nobody can tell an answer from a prompt. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  /**
   * Brings the cards up to date, when something changed.
   *
   * @param certain Whether the server was asked; events alone do not tell what a resumed turn asks.
   * @param over Called for the line on the cards of what is not asked any more.
   */
  show(asks: readonly AgentAsk[], prompt: Prompt, certain: boolean, over: () => string): void {
    const ids = asks.map(({ id }) => id).join();
    if (ids === this.#shown || (this.#shown === undefined && !certain)) return;
    this.#shown = ids;
    const wanted = asks.map((ask) => this.#ask(ask, prompt));
    this.#work = this.#work
      .then(() => this.#home.sync(wanted, isAgentAsk, over()))
      .catch((error) => this.#parts.log.warn(`cannot show what the agent asks: ${describe(error)}`))
      .finally(() => this.#known.resolve());
  }

  /** Closes what is open, at the end of the turn. */
  async end(over: string): Promise<void> {
    this.#known.resolve();
    await this.#work;
    await this.#home.sync([], isAgentAsk, over);
  }

  #ask(ask: AgentAsk, { sender, slot, run }: Prompt): Ask {
    const { texts, config, mayAnswer } = this.#parts;
    const directory = run?.directory ?? "";
    return {
      id: ask.id,
      hint: texts.turnWaits,
      target: slot.target,
      timeoutMs: config.askTimeoutMs,
      mayAnswer: (openId) => mayAnswer(openId, sender),
      ...(ask.kind === "permission"
        ? this.#permission(ask, directory)
        : this.#question(ask, directory)),
    };
  }

  #permission(ask: PermissionAsk, directory: string): Answerable {
    const { agent, texts, signal } = this.#parts;
    const reply = (reply: "once" | "always" | "reject", line: string) =>
      this.#answer(line, () =>
        agent.api.replyPermission(
          directory,
          ask.id,
          // A bare rejection ends the turn without a word; with a reason the agent goes on from there.
          reply === "reject" ? { reply, message: line } : { reply },
          signal,
        ));
    return {
      title: texts.permissionTitle(ask.permission),
      choices: [{
        question: describePermission(ask),
        loose: true,
        options: [
          { value: "once", label: texts.once, aliases: ["once", "y", "yes"], style: "primary" },
          {
            value: "always",
            label: texts.always,
            aliases: ["always", "a"],
            description: redact(ask.always.join(", ").slice(0, 200)),
          },
          { value: "reject", label: texts.reject, aliases: ["reject", "n", "no"], style: "danger" },
        ],
      }],
      submit: ([answer]) =>
        answer?.[0] === "once"
          ? reply("once", texts.allowedOnce)
          : answer?.[0] === "always"
          ? reply("always", texts.allowedAlways)
          : reply("reject", texts.rejected),
      expire: () => reply("reject", texts.rejectedBySilence),
    };
  }

  #question({ id, questions }: QuestionAsk, directory: string): Answerable {
    const { agent: { api }, texts, signal } = this.#parts;
    return {
      title: questions[0]?.header || texts.questionTitle,
      choices: questions.map(({ question, options, multiple, custom }) => ({
        question: redact(question),
        options: options.map((option) => ({ ...option, value: option.label })),
        multiple,
        custom,
      })),
      submit: (answers) =>
        this.#answer(
          texts.answered(answers.map((values) => values.join(", ")).join("; ")),
          () => api.replyQuestion(directory, id, answers, signal),
        ),
      expire: () => this.#answer(texts.askExpired, () => api.rejectQuestion(directory, id, signal)),
    };
  }

  async #answer(line: string, act: () => Promise<void>): Promise<string> {
    try {
      await act();
      return line;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) {
        return this.#parts.texts.answeredElsewhere;
      }
      throw error;
    }
  }
}

/** What the two kinds of opencode's requests do not share. */
type Answerable = Pick<Ask, "title" | "choices" | "submit" | "expire">;

/** Whether a card belongs to a request of opencode, by its id. */
function isAgentAsk(id: string): boolean {
  return /^(per|que)_/.test(id);
}

/** What exactly the agent wants to do: the command, or the file with the change. */
function describePermission({ permission, patterns, metadata }: PermissionAsk): string {
  const text = (key: string) => {
    const value = metadata[key];
    return typeof value === "string" ? redact(value) : "";
  };
  const fence = (language: string, body: string) => {
    const shown = body.length > SHOWN ? `${body.slice(0, SHOWN).toWellFormed()}\n…` : body;
    // Longer than any fence inside.
    return `~~~~${language}\n${shown.replaceAll("~~~~", "~~~")}\n~~~~`;
  };
  if (text("command") !== "") return fence("bash", text("command"));
  const path = text("filepath") || redact(patterns.join(", "));
  const what = `${permission} \`${path.replaceAll("`", "'")}\``;
  return text("diff") === "" ? what : `${what}\n\n${fence("diff", text("diff"))}`;
}
