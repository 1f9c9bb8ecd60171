import { localDay } from "../../base/time/local_day.ts";
import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import { raisedBudget, usedShare } from "../../model/budget.ts";
import type { ConversationUpdate } from "../../model/conversation.ts";
import type { TurnRecord } from "../../model/turn.ts";
import { answerWords } from "../../texts/answer_words.ts";
import { type Ask, type AskEnd, ownAskId } from "../asks/ask.ts";
import { ownerOf } from "../people/owner_of.ts";
import type { Services } from "../services.ts";
import { budgetAmount, budgetLine } from "./amounts.ts";
import { budgetDay, type DayBudget } from "./budgets.ts";

/** What {@linkcode budgetAsk} needs. */
export interface BudgetAskOptions extends Pick<Services, "settings" | "texts" | "admission"> {
  /** Each stores its answer before it resolves. */
  readonly answers: {
    /** The turn runs although a budget is used up. */
    run(): Promise<void>;
    /** Changes what was said about the budgets of the day. */
    raise(update: ConversationUpdate): Promise<void>;
    stop(): Promise<void>;
    /** Nobody answered in time. */
    expire(): void;
  };
}

/** What stands before somebody's own words: headings in brackets, each with a quotation. */
const CONTEXT = /^(?:\[[^\n]*\]\n(?:>[^\n]*(?:\n|$))+\n*)+/;
/** How many characters of a prompt are shown. */
const LINE_CHARS = 80;

/** Asks the person of a turn whether it may begin although these budgets are used up. */
export function budgetAsk(
  { id, text, slot: { target }, ...asker }: TurnRecord,
  over: readonly DayBudget[],
  { settings, texts, admission, answers }: BudgetAskOptions,
): Ask {
  const raised = over.map(({ scope, budget, spent }) => {
    const times = timesFor({ budget, spent });
    return { scope, times, to: budgetAmount(raisedBudget(budget, times), texts) };
  });
  const to = raised.map(({ to }) => to).join("; ");
  const lines = over.map((one) => budgetLine(one, texts));
  const prompt = redact(summaryLine(text.replace(CONTEXT, "") || text, LINE_CHARS));
  const acts: Readonly<Record<string, () => Promise<AskEnd>>> = {
    run: async () => {
      await answers.run();
      return { line: texts.budgetRuns };
    },
    raise: async () => {
      await answers.raise(raise(raised));
      return { line: texts.budgetRaised(to) };
    },
    stop: async () => {
      await answers.stop();
      return { line: texts.budgetStopped };
    },
  };
  return {
    id: ownAskId("budget", id),
    title: texts.budgetTitle,
    target,
    hint: texts.turnWaits,
    timeoutMs: settings.askTimeoutMs,
    mayAnswer: (openId) => admission.mayAnswer(openId, ownerOf(asker)),
    choices: [{
      question: `${lines.join("\n")}\n\n${texts.budgetAsks(prompt)}`,
      mayBePrompt: true,
      options: [
        {
          value: "run",
          label: texts.budgetRun,
          aliases: ["run", ...answerWords("yes")],
          style: "primary",
        },
        {
          value: "raise",
          label: texts.budgetRaise(to),
          aliases: ["raise", "提高", ...answerWords("always")],
        },
        { value: "stop", label: texts.stop, aliases: answerWords("no"), style: "danger" },
      ],
    }],
    submit: async ([[answer = ""] = []]) => await acts[answer]?.() ?? { line: texts.askOver },
    expire: () => {
      answers.expire();
      return Promise.resolve({ line: texts.askExpired });
    },
  };
}

/** How many times a budget has to be raised until something is left of it. */
function timesFor({ budget, spent }: Pick<DayBudget, "budget" | "spent">): number {
  return Math.max(1, Math.floor(usedShare(budget, spent)));
}

/** Raises budgets for today. */
function raise(raised: readonly Pick<Raised, "scope" | "times">[]): ConversationUpdate {
  const day = localDay(Date.now());
  return (record) => {
    const before = budgetDay(record, day);
    const scopes = Object.fromEntries(raised.map(({ scope, times }) => [scope, times]));
    return { ...record, budgetDay: { ...before, raised: { ...before.raised, ...scopes } } };
  };
}

interface Raised extends Pick<DayBudget, "scope"> {
  readonly times: number;
}
