/** How keys and tokens of well-known services look. */

/** One format of token. */
export interface TokenFormat {
  /** What it begins with. It stays in the text, to tell what was hidden. */
  readonly prefix: string;
  /** The characters that follow. */
  readonly alphabet: string;
  /** The fewest and the most of them. */
  readonly min: number;
  readonly max: number;
  /** Whether they are what the service makes, rather than words; by default {@linkcode isMixed}. */
  readonly check?: (body: string) => boolean;
}

const ALNUM = "A-Za-z0-9";
const WORD = "A-Za-z0-9_";
const URL_SAFE = "A-Za-z0-9_-";
const DOTTED = "A-Za-z0-9_.-";
/** The longest body of a token that is looked at, in characters. */
const LONGEST = 512;

/** Whether a text has a digit, a small and a large letter. */
export function isMixed(text: string): boolean {
  return /\d/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text);
}

/** Whether a text is a hexadecimal number that is no word. */
export function isHex(text: string): boolean {
  return /^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text) && /\d/.test(text) && /[a-f]/i.test(text);
}

/** Whether a text has a part of at least `length` letters and digits that is random. */
function hasMixedPart(text: string, length: number): boolean {
  return (text.match(/[A-Za-z0-9]+/g) ?? [])
    .some((part) => part.length >= length && isMixed(part) && !isWords(part));
}

/** Whether a mixed text consists of words, as in `Stochastic2008Embedding`: about 1.5 letters are random. */
export function isWords(text: string): boolean {
  const words = text.match(/[A-Z]?[a-z]+|[A-Z]/g) ?? [];
  return words.join("").length / Math.max(words.length, 1) > 3.5;
}

const hasDigit = (text: string) => /\d/.test(text);
const isMixedOrHex = (text: string) => isMixed(text) || isHex(text);
/** A part of it is random: hyphens and points divide words, too. */
const hasRandomPart = (text: string) => hasMixedPart(text, 12);
/** Long numbers between hyphens, and a part that is random. */
const isSlack = (text: string) => /(?:^|-)\d{9,}(?:-|$)/.test(text) || hasRandomPart(text);

function formats(
  prefixes: string,
  alphabet: string,
  [min, max = LONGEST]: readonly [min: number, max?: number],
  check?: TokenFormat["check"],
): TokenFormat[] {
  return prefixes.split(" ")
    .map((prefix) => ({ prefix, alphabet, min, max, ...(check && { check }) }));
}

/**
 * The formats, of which the longest prefix decides. Lengths leave room below and above what the services
 * make today, because they announce changes (GitHub: up to 255).
 */
export const TOKEN_FORMATS: readonly TokenFormat[] = [
  // GitHub, GitLab, npm, PyPI.
  ...formats("ghp_ gho_ ghs_ ghr_ ghu_", ALNUM, [30, 255]),
  ...formats("github_pat_", WORD, [22, 255]),
  ...formats("glpat- gldt- glrt- glcbt- glptt- glft- glsoat-", DOTTED, [20]),
  ...formats("npm_", ALNUM, [30, 64]),
  ...formats("pypi-AgE", URL_SAFE, [40]),
  // Models: OpenAI and those who write keys as it does, Anthropic, Hugging Face, Groq, xAI, Replicate.
  // The keys of some have no capitals; words with hyphens end before they are so long.
  ...formats("sk-", ALNUM, [20], (body) => hasDigit(body) && !(isMixed(body) && isWords(body))),
  ...formats("sk-proj- sk-ant- sk-svcacct- sk-admin- sk-None-", URL_SAFE, [24], hasRandomPart),
  ...formats("sk-or-v1-", ALNUM, [32], isMixedOrHex),
  ...formats("hf_", ALNUM, [30, 64]),
  ...formats("gsk_ xai- r8_ tvly- pplx-", ALNUM, [30]),
  // Slack.
  ...formats("xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs-", `${ALNUM}-`, [20], isSlack),
  ...formats("xapp-", `${ALNUM}-`, [20], isSlack),
  // Payment, mail, deployment, design.
  ...formats("sk_live_ sk_test_ rk_live_ rk_test_ whsec_", ALNUM, [20]),
  ...formats("SG.", DOTTED, [40], hasRandomPart),
  ...formats("dop_v1_ doo_v1_ dor_v1_", "a-f0-9", [64, 64], hasDigit),
  ...formats("shpat_ shpca_ shppa_ shpss_", "A-Fa-f0-9", [32, 32], hasDigit),
  ...formats("hvs. hvb.", URL_SAFE, [24], isMixed),
  ...formats("dapi", "a-f0-9", [32, 32], hasDigit),
  ...formats("figd_ lin_api_ ntn_ sntrys_", URL_SAFE, [32], hasRandomPart),
  ...formats("AGE-SECRET-KEY-1", "A-Z0-9", [50, 64], hasDigit),
  // Clouds: Amazon, Google, Alibaba, Tencent.
  ...formats("AKIA ASIA", ALNUM, [16, 128], (body) => hasDigit(body) || /^[A-Z]{16}$/.test(body)),
  ...formats("AIza", URL_SAFE, [30, 64]),
  ...formats("ya29.", DOTTED, [20], hasRandomPart),
  ...formats("GOCSPX-", URL_SAFE, [24, 64]),
  ...formats("LTAI", ALNUM, [16, 24]),
  ...formats("AKID", ALNUM, [28, 40]),
];

/** Feishu's tenant, user and app tokens: hexadecimal in the older form, else a long mixed word. */
export const FEISHU_TOKENS: readonly TokenFormat[] = formats(
  "t- u- a-",
  "A-Za-z0-9_.",
  [22],
  (body) => isHex(body) && body.length >= 28 || hasMixedPart(body, 16),
);
