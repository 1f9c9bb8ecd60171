import { ApiError } from "../errors.ts";
import { list, need, object, parseJson, parser, string } from "../json.ts";
import type { Incoming } from "../feishu/inbound.ts";
import { redact } from "../log.ts";
import type { Ask as AgentAsk, PermissionAsk, QuestionAsk } from "../opencode/ask.ts";
import type { AskMemo, Prompt, Target } from "../records.ts";
import type { Texts } from "../texts.ts";
import type { Ask } from "./asks.ts";
import type { Choice } from "./choice.ts";

/** What answers need of the agent; a code 404 says that the ask was answered elsewhere. */
export interface AskAgent {
  replyPermission(
    directory: string,
    id: string,
    answer: { reply: "once" | "always" | "reject"; message?: string },
    signal: AbortSignal,
  ): Promise<void>;
  replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void>;
  rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void>;
}

/** What the asks of a turn have in common. */
export interface AgentAskContext {
  readonly agent: AskAgent;
  readonly texts: Texts;
  /** The turn whose agent asks. */
  readonly prompt: Prompt;
  readonly timeoutMs: number;
  readonly mayAnswer: (openId: string, owner: string) => boolean;
  readonly signal: AbortSignal;
}

/** How many times in a row the agent may end its answer with a question. */
export const MOST_ROUNDS = 8;

/** Characters of a command or change that are shown. */
const SHOWN = 3_000;

/** A permission request or a question of opencode as an ask in the chat. */
export function agentAsk(ask: AgentAsk, context: AgentAskContext): Ask {
  return ask.kind === "permission" ? permission(ask, context) : question(ask, context);
}

/** Whether a card belongs to a request of opencode, by its id. */
export function isAgentAsk(id: string): boolean {
  return /^(per|que)_/.test(id);
}

function permission(ask: PermissionAsk, context: AgentAskContext): Ask {
  const { agent, texts, timeoutMs, signal } = context;
  const directory = context.prompt.run?.directory ?? "";
  const reply = (reply: "once" | "always" | "reject", line: string) =>
    elsewhereOr(texts, line, () =>
      agent.replyPermission(
        directory,
        ask.id,
        // A bare rejection ends the turn without a word; with a reason the agent goes on from there.
        reply === "reject" ? { reply, message: line } : { reply },
        signal,
      ));
  return {
    ...common(ask.id, texts.permissionTitle(ask.permission), context),
    timeoutMs,
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
    submit: ([answer]) => {
      switch (answer?.[0]) {
        case "once":
          return reply("once", texts.allowedOnce);
        case "always":
          return reply("always", texts.allowedAlways);
        default:
          return reply("reject", texts.rejected);
      }
    },
    expire: () => reply("reject", texts.rejectedBySilence),
  };
}

function question(ask: QuestionAsk, context: AgentAskContext): Ask {
  const { agent, texts, timeoutMs, signal } = context;
  const directory = context.prompt.run?.directory ?? "";
  return {
    ...common(ask.id, ask.questions[0]?.header || texts.questionTitle, context),
    timeoutMs,
    choices: ask.questions.map((one): Choice => ({
      question: redact(one.question),
      options: one.options.map(({ label, description }) => ({ value: label, label, description })),
      multiple: one.multiple,
      custom: one.custom,
    })),
    submit: (answers) =>
      elsewhereOr(
        texts,
        texts.answered(answers.map((values) => values.join(", ")).join("; ")),
        () => agent.replyQuestion(directory, ask.id, answers, signal),
      ),
    expire: () =>
      elsewhereOr(texts, texts.askExpired, () => agent.rejectQuestion(directory, ask.id, signal)),
  };
}

function common(id: string, title: string, { prompt, mayAnswer, texts }: AgentAskContext) {
  return {
    id,
    title,
    hint: texts.turnWaits,
    target: prompt.slot.target,
    mayAnswer: (openId: string) => mayAnswer(openId, prompt.sender),
  };
}

async function elsewhereOr(
  texts: Texts,
  line: string,
  act: () => Promise<void>,
): Promise<string> {
  try {
    await act();
    return line;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return texts.answeredElsewhere;
    throw error;
  }
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

/** A question that the agent put at the end of its answer. */
export interface FencedAsk {
  /** The answer without the question. */
  readonly text: string;
  readonly block: string;
}

/** Finds a fenced `ask` block at the end of an answer. */
export function findFencedAsk(text: string): FencedAsk | undefined {
  const match = /(?:^|\n)```ask[ \t]*\n([^]*?)\n```\s*$/.exec(text);
  if (match === null || parseBlock(parseJson(match[1] ?? "")) === undefined) return undefined;
  return { text: text.slice(0, match.index).trimEnd(), block: match[1] ?? "" };
}

/**
 * The ask of a fenced block.
 *
 * @param followUp Gives the agent the answer as its next prompt.
 * @returns Nothing when the block is not what was agreed upon.
 */
export function fencedAsk(
  id: string,
  memo: AskMemo,
  target: Target,
  context: Pick<AgentAskContext, "texts" | "timeoutMs" | "mayAnswer">,
  followUp: (text: string, typed: Incoming | undefined) => Promise<void>,
): Ask | undefined {
  const { texts, timeoutMs, mayAnswer } = context;
  const choice = parseBlock(parseJson(memo.block));
  if (choice === undefined) return undefined;
  return {
    id,
    title: choice.header || texts.questionTitle,
    target,
    memo,
    timeoutMs,
    mayAnswer: (openId) => mayAnswer(openId, memo.sender),
    choices: [choice],
    submit: async ([values = []], typed) => {
      const answer = values.join(", ");
      await followUp(`${choice.question}\n→ ${answer}`, typed);
      return texts.answered(answer);
    },
  };
}

const parseBlock = parser(({ header, question, options, multiple, custom }) => {
  const choices = list(options, (option) => {
    const { label, description } = typeof option === "string" ? { label: option } : object(option);
    const name = string(label)?.trim();
    return name ? { value: name, label: name, description: string(description) ?? "" } : undefined;
  });
  return {
    header: string(header) ?? "",
    question: redact(need(string(question)?.trim() || undefined)),
    options: choices,
    multiple: multiple === true,
    // Without options only own words can answer.
    custom: custom === true || choices.length === 0,
  };
});
