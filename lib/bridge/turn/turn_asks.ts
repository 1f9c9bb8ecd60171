import { join } from "@std/path";
import { describe } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import { safeName } from "../../base/safe_name.ts";
import { Serial } from "../../base/serial.ts";
import type {
  AgentRequest,
  PermissionRequest,
  QuestionRequest,
} from "../../model/agent_request.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Agent, Answered, FollowedTurn } from "../../model/ports.ts";
import { runOf, type TurnRecord } from "../../model/turn.ts";
import { keepFile } from "../../store/kept_files.ts";
import { agentTexts } from "../../texts/agent.ts";
import { answerWords } from "../../texts/answer_words.ts";
import { type Ask, type AskEnd, isAgentRequest } from "../asks/ask.ts";
import type { Option } from "../asks/choice.ts";
import type { Committer, Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import type { BridgeSettings } from "../settings.ts";
import { describePatterns, describePermission } from "./describe_permission.ts";
import { OutsideReports } from "./outside_reports.ts";
import { WholeRequests } from "./whole_requests.ts";

/** What {@linkcode TurnAsks} needs. */
export interface TurnAsksOptions extends Pick<Services, "chat" | "texts" | "log" | "signal"> {
  readonly settings: Pick<BridgeSettings, "askTimeoutMs" | "ownsAgent" | "answersDir">;
  readonly agent: Pick<Agent, "decide" | "answer" | "dismiss">;
  readonly admission: Answerers;
  readonly conversation: Committer & { readonly asks: RequestCards };
}

/** Who may answer a turn's requests. */
export interface Answerers {
  /** Whether a person may answer in the turn of an owner; both are `open_id`s. */
  mayAnswer(openId: string, owner: string): boolean;
}

/** What the agent asks in a turn. */
export type Asked = Pick<FollowedTurn, "requests" | "areRequestsListed" | "outsideActs">;

/** The cards of a conversation's asks. */
export interface RequestCards {
  /** The rows of the cards in scope that an earlier run of the program left open. */
  leftovers(isInScope: (id: string) => boolean): Promise<readonly LedgerRow[]>;
  /** Shows these asks, and closes the others in scope with a line. */
  sync(
    asks: readonly Ask[],
    isInScope: (id: string) => boolean,
    closingLine: string,
  ): Promise<Effects>;
}

/** Keeps a card in the chat for each open request of a turn's agent. */
export class TurnAsks {
  readonly #options: TurnAsksOptions;
  readonly #known = Promise.withResolvers<void>();
  /** The ids of the shown requests; `undefined` until they are known. */
  #shown: string | undefined;
  readonly #whole: WholeRequests;
  /** The last update, for the requests that were held back. */
  #again: () => void = () => {};
  /** The id of a request → its ask. What was shown to a person never changes. */
  readonly #asks = new Map<string, Ask>();
  /** The ids of the requests that are over. */
  readonly #answered = new Set<string>();
  readonly #work = new Serial();
  readonly #outside: OutsideReports;
  #isClosed = false;

  /** @param isNew Whether the turn has not begun, so that it has no requests yet. */
  constructor(options: TurnAsksOptions, isNew: boolean) {
    this.#options = options;
    this.#outside = new OutsideReports(options);
    this.#whole = new WholeRequests({ onDue: () => this.#again(), signal: options.signal });
    if (!isNew) return;
    this.#shown = "";
    this.#known.resolve();
  }

  /** Resolves when the open asks are known. Before that, an answer cannot be told from a prompt. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  /**
   * Updates the cards if the requests have changed.
   *
   * @param isConfirmed Whether the server was asked. Events alone do not show the requests of a resumed
   * turn.
   * @param closingLine Returns the line on the cards of requests that are no longer open.
   */
  update(
    asked: Asked,
    turn: TurnRecord,
    isConfirmed: boolean,
    closingLine: () => string,
  ): void {
    this.#outside.report(asked.outsideActs, turn)
      .catch((error) => this.#options.log.warn(`cannot tell what others did: ${describe(error)}`));
    if (this.#isClosed) return;
    this.#again = () => this.update(asked, turn, isConfirmed, closingLine);
    // Nobody needs to answer what a cancelled turn has asked.
    const open = turn.cancelled ? [] : this.#whole.of(asked.requests);
    const ids = open.map(({ id }) => id).join();
    if (ids === this.#shown || (this.#shown === undefined && !isConfirmed)) return;
    this.#shown = ids;
    const { conversation, log } = this.#options;
    const wanted = open.map((request) => this.#ask(request, turn));
    const isListed = asked.areRequestsListed || turn.cancelled === true;
    this.#work.run(async () => {
      if (!isListed) wanted.push(...await this.#remembered(turn));
      await conversation.commit(
        await conversation.asks.sync(wanted, isAgentRequest, closingLine()),
      );
    })
      .catch((error) => log.warn(`cannot show what the agent asks: ${describe(error)}`))
      .finally(() => this.#known.resolve());
  }

  /** Closes all cards at the end of the turn. */
  async close(closingLine: string): Promise<Effects> {
    this.#isClosed = true;
    this.#whole.stop();
    this.#known.resolve();
    await this.#work.settled();
    this.#withdraw();
    return await this.#options.conversation.asks.sync([], isAgentRequest, closingLine);
  }

  /**
   * Ends the requests that nobody has answered. opencode keeps those of an aborted turn for ever, and one of
   * them may make the list of all unreadable.
   */
  #withdraw(): void {
    const { log } = this.#options;
    for (const [id, { expire }] of this.#asks) {
      if (this.#answered.has(id)) continue;
      expire?.().catch((error) => log.debug(`cannot end the request ${id}: ${describe(error)}`));
    }
  }

  #ask(request: AgentRequest, turn: TurnRecord): Ask {
    const known = this.#asks.get(request.id);
    if (known !== undefined) return known;
    const directory = runOf(turn)?.directory ?? "";
    return this.#add(
      request.id,
      turn,
      request.kind === "permission"
        ? this.#permission(request, directory)
        : this.#question(request, directory),
    );
  }

  #add(id: string, turn: TurnRecord, asked: RequestAsk): Ask {
    const { texts, settings, admission } = this.#options;
    const ask: Ask = {
      id,
      answeredOutside: () => this.#outside.closingLine(id),
      hint: texts.turnWaits,
      target: turn.slot.target,
      timeoutMs: settings.askTimeoutMs,
      mayAnswer: (openId) => admission.mayAnswer(openId, turn.sender),
      ...asked,
    };
    this.#asks.set(id, ask);
    return ask;
  }

  /** The permissions that an earlier run of the program showed, where the agent cannot list its requests. */
  async #remembered(turn: TurnRecord): Promise<Ask[]> {
    const { conversation, texts } = this.#options;
    const directory = runOf(turn)?.directory ?? "";
    const cards = await conversation.asks.leftovers(isAgentRequest);
    return cards.flatMap(({ id, view: { title = "", exact = [], buttons = [] } }) => {
      const offered = buttons.map(({ value }) => value["choice"]);
      const options = permissionOptions({ hasOnce: true, hasAlways: true }, texts)
        .filter(({ value }) => offered.includes(value));
      if (options.length === 0) return [];
      const choices = [{ question: "", exact, mayBePrompt: true, options }];
      return [this.#add(id, turn, { title, choices, ...this.#decisions(id, directory) })];
    });
  }

  /** What answers to a permission do. */
  #decisions(id: string, directory: string): Pick<Ask, "submit" | "expire"> {
    const { agent, texts, signal } = this.#options;
    const allow = (reply: "once" | "always", line: string) =>
      this.#answer(id, line, agent.decide(directory, id, { reply }, signal));
    const reject = (reason: string, line: string) =>
      this.#answer(id, line, agent.decide(directory, id, { reply: "reject", reason }, signal));
    return {
      submit: ([answer]) => {
        switch (answer?.[0]) {
          case "once":
            return allow("once", texts.allowedOnce);
          case "always":
            return allow("always", texts.allowedAlways);
          default:
            return reject(agentTexts.rejected, texts.rejected);
        }
      },
      expire: () => reject(agentTexts.rejectedBySilence, texts.rejectedBySilence),
    };
  }

  #permission(request: PermissionRequest, directory: string): RequestAsk {
    const { texts } = this.#options;
    const { shown, whole, isUnreadable } = describePermission(request, texts);
    const always = describePatterns(request.always, texts.permissionAlways, texts);
    // Nobody can allow for ever what cannot be read.
    const hasAlways = request.always.length > 0 && always.hidden === 0 && whole === undefined;
    const fileName = safeName(`permission-${request.id}.txt`);
    return {
      title: texts.permissionTitle(request.permission),
      ...(whole !== undefined && { writeFile: () => this.#writeFile(fileName, whole) }),
      choices: [{
        question: isUnreadable
          ? texts.permissionUnreadable
          : whole !== undefined
          ? texts.permissionTooLong(fileName)
          : always.hidden > 0
          ? texts.permissionManyPatterns(request.always.length)
          : "",
        exact: hasAlways ? [...shown, ...always.exact] : shown,
        mayBePrompt: true,
        options: permissionOptions({ hasOnce: !isUnreadable, hasAlways }, texts),
      }],
      ...this.#decisions(request.id, directory),
    };
  }

  /** Writes what does not fit on a card. The name derives from the request, so it is the same after a crash. */
  async #writeFile(name: string, text: string): Promise<string> {
    return await keepFile(join(this.#options.settings.answersDir, name), text);
  }

  #question({ id, questions }: QuestionRequest, directory: string): RequestAsk {
    const { agent, texts, signal } = this.#options;
    return {
      title: questions[0]?.header || texts.questionTitle,
      choices: questions.map(({ question, options, multiple, custom }) => ({
        question: redact(question),
        options: options.map((option) => ({ ...option, value: option.label })),
        multiple,
        custom,
      })),
      submit: (answers) => {
        const line = texts.answered(answers.map((values) => values.join(", ")).join("; "));
        return this.#answer(id, line, agent.answer(directory, id, answers, signal));
      },
      expire: () => this.#answer(id, texts.askExpired, agent.dismiss(directory, id, signal)),
    };
  }

  async #answer(id: string, line: string, answered: Promise<Answered>): Promise<AskEnd> {
    const how = await answered;
    this.#answered.add(id);
    if (how === "answered") return { line };
    return { line: this.#outside.closingLine(id) ?? this.#options.texts.answeredElsewhere };
  }
}

/** What differs between permission and question requests. */
type RequestAsk = Pick<Ask, "title" | "choices" | "writeFile" | "submit" | "expire">;

/** Who is used to `3` for a rejection rejects with it where there is no *always* too. */
function permissionOptions(
  { hasOnce, hasAlways }: { readonly hasOnce: boolean; readonly hasAlways: boolean },
  texts: Services["texts"],
): Option[] {
  const { once, always, reject } = texts;
  const options: (Option | false)[] = [
    hasOnce && { value: "once", label: once, aliases: answerWords("yes"), style: "primary" },
    hasOnce && hasAlways && { value: "always", label: always, aliases: answerWords("always") },
    { value: "reject", label: reject, aliases: [...answerWords("no"), "3"], style: "danger" },
  ];
  return options.filter((option) => option !== false);
}
