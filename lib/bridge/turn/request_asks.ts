import { redact } from "../../base/secrets/redact.ts";
import { safeName } from "../../base/safe_name.ts";
import type {
  AgentRequest,
  PermissionRequest,
  QuestionRequest,
} from "../../model/agent_request.ts";
import type { Allows, LedgerRow } from "../../model/ledger.ts";
import type { Agent, Answered } from "../../model/ports.ts";
import { agentTexts } from "../../texts/agent.ts";
import { answerWords } from "../../texts/answer_words.ts";
import type { Ask, AskEnd } from "../asks/ask.ts";
import type { Option } from "../asks/choice.ts";
import type { Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import { describePatterns, describePermission } from "./describe_permission.ts";

/** What {@linkcode RequestAsks} needs. */
export interface RequestAsksOptions extends Pick<Services, "texts" | "signal"> {
  readonly agent: Pick<Agent, "decide" | "answer" | "dismiss" | "rulesSince">;
  readonly fileSpace: AnswerFiles;
}

/** Where files for the chat are written. */
export interface AnswerFiles {
  /** Writes a private file; resolves with its path, or `undefined` if there is no room. */
  writeAnswer(name: string, text: string): Promise<string | undefined>;
}

/** What of an ask depends on the request. */
export type RequestAsk = Pick<
  Ask,
  "title" | "choices" | "writeFile" | "allows" | "noted" | "submit" | "expire"
>;

/** Turns the requests of an agent into asks, and their answers into answers for the agent. */
export class RequestAsks {
  readonly #options: RequestAsksOptions;
  /** Returns the line for the card of a request that was over when its answer came. */
  readonly #over: (id: string) => string;
  /** The ids of the requests that are over. */
  readonly #answered = new Set<string>();
  /** The id of a request → the last answer to it, which may be under way. */
  readonly #answers = new Map<string, Promise<AskEnd>>();

  constructor(options: RequestAsksOptions, over: (id: string) => string) {
    this.#options = options;
    this.#over = over;
  }

  /** Whether the agent has taken an answer to a request; waits for one that is under way. */
  async isAnswered(id: string): Promise<boolean> {
    await this.#answers.get(id)?.catch(() => {});
    return this.#answered.has(id);
  }

  /** Asks for the answer to a request of a session in a directory. */
  of(request: AgentRequest, directory: string): RequestAsk {
    return request.kind === "permission"
      ? this.#permission(request, directory)
      : this.#question(request, directory);
  }

  /** Asks for a permission again, by its card; `undefined` if the card is of something else. */
  fromCard(
    { id, view: { title = "", exact = [], buttons = [] }, allows }: LedgerRow,
    directory: string,
  ): RequestAsk | undefined {
    const offered = buttons.map(({ value }) => value["choice"]);
    const options = permissionOptions({ hasOnce: true, hasAlways: true }, this.#options.texts)
      .filter(({ value }) => offered.includes(value));
    if (options.length === 0) return undefined;
    const choices = [{ question: "", exact, mayBePrompt: true, options }];
    return { title, choices, ...this.#decisions(id, allows, directory) };
  }

  /**
   * What answers to a permission do.
   *
   * @param allows What *always* allows; not known of a card that an older version of the program made.
   */
  #decisions(
    id: string,
    allows: Allows | undefined,
    directory: string,
  ): Pick<Ask, "allows" | "noted" | "submit" | "expire"> {
    const { agent, texts, signal } = this.#options;
    const forgotten = { forgotten: [{ id }] };
    const allow = (reply: "once" | "always", line: string) => {
      const decided = agent.decide(directory, id, { reply }, signal);
      return this.#answer(id, line, decided, reply === "once" ? forgotten : undefined);
    };
    const reject = (reason: string, line: string) => {
      const decided = agent.decide(directory, id, { reply: "reject", reason }, signal);
      return this.#answer(id, line, decided, forgotten);
    };
    return {
      ...(allows && { allows }),
      // An answer in doubt may have been taken, so the rule stays until another answer was.
      noted: async ([answer], { by }) => {
        if (answer?.[0] !== "always" || allows === undefined) return {};
        const server = await agent.rulesSince(signal);
        const told = { since: Date.now(), ...(server && { server }), by };
        return { allowed: [{ ...allows, id, directory, ...told }] };
      },
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
    const { texts, fileSpace } = this.#options;
    const { shown, whole, isUnreadable } = describePermission(request, texts);
    const always = describePatterns(request.always, texts.permissionAlways, texts);
    // What cannot be read cannot be allowed forever.
    const hasAlways = request.always.length > 0 && always.hidden === 0 && whole === undefined;
    // The same after a crash.
    const fileName = safeName(`permission-${request.id}.txt`);
    return {
      title: texts.permissionTitle(request.permission),
      ...(whole !== undefined && { writeFile: () => fileSpace.writeAnswer(fileName, whole) }),
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
      ...this.#decisions(
        request.id,
        { permission: request.permission, patterns: request.always },
        directory,
      ),
    };
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

  #answer(
    id: string,
    line: string,
    answered: Promise<Answered>,
    effects?: Effects,
  ): Promise<AskEnd> {
    const end = this.#end(id, line, answered, effects);
    this.#answers.set(id, end);
    return end;
  }

  async #end(
    id: string,
    line: string,
    answered: Promise<Answered>,
    effects?: Effects,
  ): Promise<AskEnd> {
    const how = await answered;
    this.#answered.add(id);
    if (how === "answered") return { line, ...(effects && { effects }) };
    return { line: this.#over(id) };
  }
}

/** `3` rejects even where there is no *always*, for people who are used to it. */
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
