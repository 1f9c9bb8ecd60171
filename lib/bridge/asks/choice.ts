/** Something to choose, and how people may say what they chose. */
export interface Choice {
  /** What is asked, in Markdown. */
  readonly question: string;
  readonly options: readonly Option[];
  /** Whether several options may be chosen. */
  readonly multiple?: boolean;
  /** Whether an answer in own words is welcome. */
  readonly custom?: boolean;
  /** Whether a text that is no answer may be a message of its own, to be taken as a prompt. */
  readonly mayBePrompt?: boolean;
}

/** One possible answer. */
export interface Option {
  /** What is handed on. */
  readonly value: string;
  /** What people see, and may type, in any case or as far as it is unambiguous. */
  readonly label: string;
  readonly description?: string;
  /** Other words for it. */
  readonly aliases?: readonly string[];
  readonly style?: "primary" | "danger";
}

/** Longest text without spaces that counts as an attempt at an answer, in characters. */
const MAX_ATTEMPT_CHARS = 12;

/**
 * Reads an answer: a number, a label, an unambiguous beginning of one, several where allowed, own words.
 * It is `wrong` when it was meant as one and is none, and `other` when it is a message like any other.
 */
export function parseAnswer(
  text: string,
  choice: Choice,
): readonly string[] | "wrong" | "unrelated" {
  const typed = text.trim();
  const whole = findOption(typed, choice);
  if (whole !== undefined) return [whole];
  if (choice.multiple) {
    const words = typed.split(/[,，、;；\s]+/).filter((word) => word !== "");
    const values = words.map((word) => findOption(word, choice));
    const known = values.filter((value) => value !== undefined);
    if (words.length > 0 && known.length === words.length) return [...new Set(known)];
  }
  // A bare number is a slip, not an answer in own words.
  if (choice.custom && typed !== "" && !/^\d+$/.test(typed)) return [typed];
  const isAttempt = typed.length <= MAX_ATTEMPT_CHARS && !/\s/.test(typed);
  return choice.mayBePrompt && !isAttempt ? "unrelated" : "wrong";
}

function findOption(typed: string, { options }: Choice): string | undefined {
  const wanted = normalise(typed);
  if (wanted === "") return undefined;
  const exact = options.find((option, i) =>
    wanted === String(i + 1) || wanted === normalise(option.label) ||
    option.aliases?.some((alias) => wanted === normalise(alias))
  );
  if (exact !== undefined) return exact.value;
  const matching = options.filter((option) => normalise(option.label).startsWith(wanted));
  return matching.length === 1 ? matching[0]?.value : undefined;
}

function normalise(text: string): string {
  return text.trim().toLowerCase().normalize("NFKC");
}
