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
import type { OutsideAct } from "../../model/outside_act.ts";
import type { Agent, Answered } from "../../model/ports.ts";
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

/** The cards of a conversation's asks. */
export interface RequestCards {
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
  /** Which requests are shown, and how much of them; `undefined` until they are known. */
  #shown: string | undefined;
  readonly #work = new Serial();
  readonly #outside: OutsideReports;
  #isClosed = false;

  /** @param isNew Whether the turn has not begun, so that it has no requests yet. */
  constructor(options: TurnAsksOptions, isNew: boolean) {
    this.#options = options;
    this.#outside = new OutsideReports(options);
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
   * @param outsideActs What others did to the turn's requests and permissions.
   */
  update(
    requests: readonly AgentRequest[],
    turn: TurnRecord,
    isConfirmed: boolean,
    closingLine: () => string,
    outsideActs: readonly OutsideAct[] = [],
  ): void {
    this.#outside.report(outsideActs, turn)
      .catch((error) => this.#options.log.warn(`cannot tell what others did: ${describe(error)}`));
    if (this.#isClosed) return;
    // Nobody needs to answer what a cancelled turn has asked.
    const open = turn.cancelled ? [] : requests;
    const shown = open.map(detailOf).join();
    if (shown === this.#shown || (this.#shown === undefined && !isConfirmed)) return;
    this.#shown = shown;
    const { conversation, log } = this.#options;
    const wanted = open.map((request) => this.#ask(request, turn));
    this.#work.run(async () =>
      await conversation.commit(await conversation.asks.sync(wanted, isAgentRequest, closingLine()))
    )
      .catch((error) => log.warn(`cannot show what the agent asks: ${describe(error)}`))
      .finally(() => this.#known.resolve());
  }

  /** Closes all cards at the end of the turn. */
  async close(closingLine: string): Promise<Effects> {
    this.#isClosed = true;
    this.#known.resolve();
    await this.#work.settled();
    return await this.#options.conversation.asks.sync([], isAgentRequest, closingLine);
  }

  #ask(request: AgentRequest, turn: TurnRecord): Ask {
    const { texts, settings, admission } = this.#options;
    const directory = runOf(turn)?.directory ?? "";
    return {
      id: request.id,
      answeredOutside: () => this.#outside.closingLine(request.id),
      hint: texts.turnWaits,
      target: turn.slot.target,
      timeoutMs: settings.askTimeoutMs,
      mayAnswer: (openId) => admission.mayAnswer(openId, turn.sender),
      ...(request.kind === "permission"
        ? this.#permission(request, directory)
        : this.#question(request, directory)),
    };
  }

  #permission(request: PermissionRequest, directory: string): RequestAsk {
    const { agent, texts, signal } = this.#options;
    const allow = (reply: "once" | "always", line: string) =>
      this.#answer(request.id, line, agent.decide(directory, request.id, { reply }, signal));
    const reject = (reason: string, line: string) =>
      this.#answer(
        request.id,
        line,
        agent.decide(directory, request.id, { reply: "reject", reason }, signal),
      );
    const { shown, whole } = describePermission(request, texts);
    const always = describePatterns(request.always, texts.permissionAlways, texts);
    // Nobody can allow for ever what cannot be read.
    const hasAlways = request.always.length > 0 && always.hidden === 0 && whole === undefined;
    return {
      title: texts.permissionTitle(request.permission),
      ...(whole !== undefined && { writeFile: () => this.#writeFile(request.id, whole) }),
      choices: [{
        question: whole !== undefined
          ? texts.permissionTooLong
          : always.hidden > 0
          ? texts.permissionManyPatterns(request.always.length)
          : "",
        exact: hasAlways ? [...shown, ...always.exact] : shown,
        mayBePrompt: true,
        options: permissionOptions(hasAlways, texts),
      }],
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

  /** Writes what does not fit on a card. The name derives from the request, so it is the same after a crash. */
  async #writeFile(id: string, text: string): Promise<string> {
    const name = safeName(`permission-${id}.txt`);
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
    if (await answered === "answered") return { line };
    return { line: this.#outside.closingLine(id) ?? this.#options.texts.answeredElsewhere };
  }
}

/** What differs between permission and question requests. */
type RequestAsk = Pick<Ask, "title" | "choices" | "writeFile" | "submit" | "expire">;

/** A request as far as it is known: the arguments of a call come a moment later. */
function detailOf(request: AgentRequest): string {
  return request.kind === "permission" && request.input ? `${request.id}+` : request.id;
}

/** Who is used to `3` for a rejection rejects with it where there is no *always* too. */
function permissionOptions(hasAlways: boolean, texts: Services["texts"]): Option[] {
  const always: Option = { value: "always", label: texts.always, aliases: answerWords("always") };
  return [
    { value: "once", label: texts.once, aliases: answerWords("yes"), style: "primary" },
    ...(hasAlways ? [always] : []),
    {
      value: "reject",
      label: texts.reject,
      aliases: [...answerWords("no"), "3"],
      style: "danger",
    },
  ];
}
