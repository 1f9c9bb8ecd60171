import type { Incoming } from "../../feishu/connection/events.ts";
import { list, need, object, parseJson, parser, string } from "../../base/json.ts";
import { redact } from "../../base/redact.ts";
import type { AskMemo, Target } from "../../model/records.ts";
import type { Ask } from "./asks.ts";
import type { Parts } from "../parts.ts";

/** Finds a fenced `ask` block at the end of an answer; `text` is the answer without it. */
export function findFencedAsk(text: string): { text: string; block: string } | undefined {
  const match = /(?:^|\n)```ask[ \t]*\n([^]*?)\n```\s*$/.exec(text);
  if (match === null || parseBlock(parseJson(match[1] ?? "")) === undefined) return undefined;
  return { text: text.slice(0, match.index).trimEnd(), block: match[1] ?? "" };
}

/** The ask of a fenced block, if that is as agreed upon; `followUp` gives the agent the answer as a prompt. */
export function fencedAsk(
  id: string,
  memo: AskMemo,
  target: Target,
  { config, texts, mayAnswer }: Parts,
  followUp: (text: string, typed: Incoming | undefined) => Promise<void>,
): Ask | undefined {
  const choice = parseBlock(parseJson(memo.block));
  if (choice === undefined) return undefined;
  return {
    id,
    title: choice.header || texts.questionTitle,
    target,
    memo,
    timeoutMs: config.askTimeoutMs,
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
