import { exactLine } from "../../base/exact_text.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { clipLine, summaryLine } from "../../base/text.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Ask } from "./ask.ts";
import { BACK } from "./back.ts";
import type { Choice } from "./choice.ts";

/** The progress of an ask. */
export interface AskProgress {
  /** The answers to its choices so far. */
  readonly answers: readonly (readonly string[])[];
  /** The conversation's key, which a click returns. */
  readonly conversation: string;
  /** The line that says how the ask ended, if it has. */
  readonly closingLine?: string | undefined;
}

/** The view of the card of an ask. */
export function askView(ask: Ask, progress: AskProgress, texts: Texts): View {
  const { conversation, answers, closingLine } = progress;
  const { id, title, choices, hint = "" } = ask;
  const step = Math.min(answers.length, choices.length - 1);
  const choice = choices[step];
  if (choice === undefined) return { status: "plain", title };
  const isFirst = step === 0;
  const place = choices.length > 1 ? texts.part(step + 1, choices.length) : "";
  const given = closingLine === undefined ? givenAnswers(choices, answers) : "";
  const text = [given, place, describeChoice(choice)].filter((part) => part).join("\n\n");
  const { exact = [] } = choice;
  if (closingLine !== undefined) {
    return { status: "closed", title, exact, text, footer: closingLine };
  }
  const footer = (canPress: boolean) =>
    texts.howToAnswer(possibleNumbers(choice), {
      ...choice,
      hint: [isFirst ? "" : texts.howToGoBack, hint].filter((part) => part).join(" "),
      canPress,
    });
  return {
    status: "waiting",
    title,
    exact,
    text,
    footer: footer(true),
    unpressed: { footer: footer(false) },
    buttons: [
      ...choice.multiple ? [] : choice.options.map(({ label, value, style }) => ({
        label,
        value: { ask: id, conversation, step, choice: value },
        ...(style && { style }),
      })),
      ...isFirst
        ? []
        : [{ label: texts.back, value: { ask: id, conversation, step, choice: BACK } }],
    ],
  };
}

/** How many characters of a question a line shows. */
const LINE_CHARS = 60;

/** An ask in one line of Markdown: its title, and how its question begins. */
export function askLine({ title, choices }: Ask): string {
  const { question = "", exact = [] } = choices[0] ?? {};
  const [first] = exact;
  // What may be approved is told apart by every character.
  const line = first
    ? clipLine(knownSecrets.hide(exactLine(first.text)), LINE_CHARS)
    : summaryLine(question, LINE_CHARS);
  return `${title}: \`${line.replaceAll("`", "'")}\``;
}

/** The numbers that answer a choice, for example `1–3`; empty if it has no options. */
export function possibleNumbers({ options }: Choice): string {
  if (options.length === 0) return "";
  return options.length === 1 ? "1" : `1–${options.length}`;
}

/** What was answered before, a line each. */
function givenAnswers(
  choices: readonly Choice[],
  answers: readonly (readonly string[])[],
): string {
  return choices.slice(0, answers.length).map(({ question }, i) => {
    const answer = summaryLine(answers[i]?.join(", ") ?? "", LINE_CHARS).replaceAll("`", "'");
    return `> ${summaryLine(question, LINE_CHARS)} \`${answer}\``;
  }).join("\n");
}

function describeChoice(choice: Choice): string {
  const options = choice.options.map(({ label, description }, i) =>
    `${i + 1}. **${label}**${description ? ` – ${description}` : ""}`
  );
  return `${choice.question}\n\n${options.join("\n")}`.trimStart();
}
