import type { ExactText } from "../../model/view.ts";

/** A question with options, and the rules for typed answers. */
export interface Choice {
  /** The question, in Markdown; may be empty if something exact is asked about. */
  readonly question: string;
  /** What is asked about, character by character. */
  readonly exact?: readonly ExactText[];
  readonly options: readonly Option[];
  /** Whether several options may be chosen. */
  readonly multiple?: boolean;
  /** Whether a free-text answer is allowed. */
  readonly custom?: boolean;
  /** Whether a longer text that matches no option is a prompt rather than a wrong answer. */
  readonly mayBePrompt?: boolean;
  /** Whether a free text is an answer if it quotes the card, and otherwise a prompt, however short it is. */
  readonly customIfQuoted?: boolean;
}

/** A choice as it can be answered by a text that quotes its card, or by one that does not. */
export function asTyped(choice: Choice, isQuoting: boolean): Choice {
  return choice.customIfQuoted ? { ...choice, custom: isQuoting } : choice;
}

/** One possible answer. */
export interface Option {
  /** The value passed on when this option is chosen. */
  readonly value: string;
  /** The text shown. People may type it in any case, or any unambiguous prefix of it. */
  readonly label: string;
  readonly description?: string;
  /** Other words that choose this option. */
  readonly aliases?: readonly string[];
  readonly style?: "primary" | "danger";
}

/** Whether a word is the label of an option of a choice, in any case. */
export function isLabel(word: string, { options }: Choice): boolean {
  return options.some(({ label }) => normalise(label) === normalise(word));
}

/** The longest text without spaces that counts as an attempted answer, in characters. */
const MAX_ATTEMPT_CHARS = 12;

/**
 * Parses an answer: a number, a label or an unambiguous prefix of one, several of them if `multiple`, or
 * free text if `custom`.
 *
 * @returns The chosen values; `wrong` for an invalid answer; `unrelated` for a text that may be a prompt.
 */
export function parseAnswer(
  text: string,
  choice: Choice,
): readonly string[] | "wrong" | "unrelated" {
  const typed = text.trim();
  // Phones put a mark behind a word, and lists behind a number.
  const bare = typed.replace(/(?<![.,;:!?~)、，。！？）～])[.,;:!~)、，。！）～]{1,9}$/, "");
  const whole = findOption(typed, choice) ?? findOption(bare, choice);
  if (whole !== undefined) return [whole];
  if (choice.multiple) {
    const words = typed.split(/[,，、;；\s]+/).filter((word) => word !== "");
    const values = words.map((word) => findOption(word, choice));
    const known = values.filter((value) => value !== undefined);
    if (words.length > 0 && known.length === words.length) return [...new Set(known)];
  }
  // A bare number is a mistyped number of an option, where there are any.
  const isMistyped = choice.options.length > 0 && /^\d+$/.test(typed);
  if (choice.custom && typed !== "" && !isMistyped) return [typed];
  const isAttempt = typed.length <= MAX_ATTEMPT_CHARS && !/\s/.test(typed);
  const isPrompt = choice.customIfQuoted || (choice.mayBePrompt && !isAttempt);
  return isPrompt ? "unrelated" : "wrong";
}

/** A whole label comes first, as in a question whose options are numbers; then the numbers on the card. */
function findOption(typed: string, { options }: Choice): string | undefined {
  const wanted = normalise(typed);
  if (wanted === "") return undefined;
  const labelled = options.find(({ label }) => normalise(label) === wanted);
  if (labelled !== undefined) return labelled.value;
  const exact = options.find(({ aliases = [] }, i) =>
    wanted === String(i + 1) || aliases.some((alias) => normalise(alias) === wanted)
  );
  if (exact !== undefined) return exact.value;
  const begun = options.filter(({ label }) => normalise(label).startsWith(wanted));
  return begun.length === 1 ? begun[0]?.value : undefined;
}

/** A text without what does not matter: case, width, and blanks between Chinese characters. */
function normalise(text: string): string {
  return text.trim().toLowerCase().normalize("NFKC")
    .replace(/(?<=\p{Script=Han})\s{1,9}(?=\p{Script=Han})/gu, "");
}
