import { list, need, object, parseJson, parser, string } from "../../base/json.ts";
import { redact } from "../../base/secrets/redact.ts";
import type { FencedAskMemo } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import { agentTexts } from "../../texts/agent.ts";
import { ownerOf } from "../people/owner_of.ts";
import type { Services } from "../services.ts";
import type { Ask } from "./ask.ts";

/** How the line begins that opens a fenced ask. */
const OPENING = "```ask";

/** Finds a valid fenced `ask` block at the end of an answer; `text` is the answer without it. */
export function findFencedAsk(text: string): { text: string; block: string } | undefined {
  const answer = text.trimEnd();
  // The last line that opens one. A pattern for the whole block would look for its end from each of them.
  const opening = `\n${answer}`.lastIndexOf(`\n${OPENING}`);
  if (opening === -1 || !answer.endsWith("\n```")) return undefined;
  const inside = answer.slice(opening + OPENING.length, -"\n```".length);
  const [, block] = /^[ \t]*\n([^]*)$/.exec(inside) ?? [];
  if (block === undefined || parseBlock(parseJson(block)) === undefined) return undefined;
  return { text: answer.slice(0, opening).trimEnd(), block };
}

/** Creates the ask of a fenced block, if the block is valid. Its answer becomes the next prompt. */
export function fencedAsk(
  id: string,
  memo: FencedAskMemo,
  target: Target,
  { settings, texts, admission }: Pick<Services, "settings" | "texts" | "admission">,
): Ask | undefined {
  const choice = parseBlock(parseJson(memo.block));
  if (choice === undefined) return undefined;
  const { sender, round, script, scheduled } = memo;
  return {
    id,
    title: choice.header || texts.questionTitle,
    target,
    memo,
    timeoutMs: settings.askTimeoutMs,
    mayAnswer: (openId) => admission.mayAnswer(openId, ownerOf(memo)),
    choices: [choice],
    submit: ([values = []], { messageId }) => {
      const answer = values.join(", ");
      const text = agentTexts.answer(choice.question, answer);
      const work = { text, ...(scheduled !== undefined && { scheduled }) };
      const next = {
        work,
        sender,
        messageId,
        target,
        round: round + 1,
        answers: id,
        ...(script !== undefined && { script }),
      };
      return Promise.resolve({ line: texts.answered(answer), effects: { enqueue: [next] } });
    },
  };
}

const parseBlock = parser(({ header, question, options, multiple, custom }) => {
  const choices = list(options, (option) => {
    const { label, description } = typeof option === "string" ? { label: option } : object(option);
    const name = string(label)?.trim();
    return name
      ? { value: name, label: name, description: redact(string(description) ?? "") }
      : undefined;
  });
  return {
    header: redact(string(header) ?? ""),
    question: redact(need(string(question)?.trim() || undefined)),
    options: choices,
    multiple: multiple === true,
    // Without options, only free text can answer.
    custom: custom === true || choices.length === 0,
  };
});
