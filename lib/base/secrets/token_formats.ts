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
  /** Whether they are what the service makes, rather than words; by default not one that is repeated. */
  readonly check: (body: string) => boolean;
}

const ALNUM = "A-Za-z0-9";
const WORD = "A-Za-z0-9_";
const URL_SAFE = "A-Za-z0-9_-";
const HEX = "a-f0-9";
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

/** Whether a mixed text consists of words, as in `Stochastic2008Embedding`: parts of random text are short. */
export function isWords(text: string): boolean {
  const parts = text.match(/[A-Z]?[a-z]+|[A-Z]|\d+/g) ?? [];
  const letters = parts.join("").replaceAll(/\d/g, "");
  return letters.length / Math.max(parts.length, 1) > 3.5;
}

const hasDigit = (text: string) => /\d/.test(text);
/** More than one character, as `xxxx` fills gaps in manuals. */
const isFilled = (text: string) => !/^(.)\1*$/.test(text);
/** Digits or letters of both cases, which words with hyphens do not have. */
const isNoPhrase = (text: string) => hasDigit(text) || /[a-z]/.test(text) && /[A-Z]/.test(text);
/** A part of it is random: hyphens and points divide words, too. */
const hasRandomPart = (text: string) => hasMixedPart(text, 12);
/** Long numbers between hyphens, and a part that is random. */
const isSlack = (text: string) => /(?:^|-)\d{9,}(?:-|$)/.test(text) || hasRandomPart(text);
/** What stands behind `sk-`, which may be the end of a word. */
const isModelKey = (text: string) =>
  (hasDigit(text) || text.length >= 40) &&
  !(isNoPhrase(text) && /[A-Z]/.test(text) && isWords(text));

function formats(
  prefixes: string,
  alphabet: string,
  [min, max = LONGEST]: readonly [min: number, max?: number],
  check: TokenFormat["check"] = isFilled,
): TokenFormat[] {
  return prefixes.split(" ")
    .map((prefix) => ({ prefix, alphabet, min, max, check }));
}

/**
 * The formats, of which the longest prefix decides. Lengths leave room below and above what the services
 * make today, because they announce changes (GitHub: up to 255). A prefix that is no word, and so many
 * letters without a blank or hyphen, are enough.
 */
export const TOKEN_FORMATS: readonly TokenFormat[] = [
  // GitHub, GitLab, npm, PyPI, RubyGems, Docker.
  ...formats("ghp_ gho_ ghs_ ghr_ ghu_", ALNUM, [30, 255]),
  ...formats("github_pat_", WORD, [36, 255], hasRandomPart),
  ...formats("glpat- gldt- glrt- glcbt- glptt- glft- glsoat-", DOTTED, [20], isNoPhrase),
  ...formats("npm_", ALNUM, [30, 64]),
  ...formats("pypi-AgE", URL_SAFE, [40]),
  ...formats("rubygems_", HEX, [48, 48]),
  ...formats("dckr_pat_ dckr_oat_", URL_SAFE, [24, 64], isNoPhrase),
  // Models: OpenAI and those who write keys as it does, Anthropic, Hugging Face, Groq, xAI, Replicate.
  // The keys of some have no capitals; words with hyphens end before they are so long.
  ...formats("sk-", ALNUM, [20], isModelKey),
  ...formats("sk-proj- sk-ant- sk-svcacct- sk-admin- sk-None-", URL_SAFE, [24], hasRandomPart),
  ...formats("sk-or-v1- sk-sp-", ALNUM, [32], hasDigit),
  ...formats("hf_", ALNUM, [34, 64]),
  ...formats("gsk_ xai- r8_ tvly- pplx- csk- jina_", ALNUM, [30], isNoPhrase),
  ...formats("nvapi-", URL_SAFE, [60, 80], isNoPhrase),
  // Slack, Lark and Feishu, Discord. Who knows the address of a webhook may write to the chat.
  ...formats("xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xapp- xwfp-", `${ALNUM}-`, [20], isSlack),
  ...formats("hooks.slack.com/services/", `${ALNUM}/`, [36], hasDigit),
  ...formats("open-apis/bot/v2/hook/", `${HEX}-`, [36, 36]),
  ...formats("discord.com/api/webhooks/ discordapp.com/api/webhooks/", `/${URL_SAFE}`, [60]),
  // Payment, mail, deployment, design, monitoring.
  ...formats("sk_live_ sk_test_ rk_live_ rk_test_", ALNUM, [20]),
  ...formats("whsec_", `${ALNUM}+/=`, [24]),
  ...formats("sq0csp- sq0atp-", URL_SAFE, [22, 64], isNoPhrase),
  ...formats("shippo_live_ shippo_test_ sbp_", HEX, [40, 40]),
  ...formats("EZAK EZTK", ALNUM, [54, 54]),
  ...formats("SG.", DOTTED, [40], (body) => /^[\w-]{20,24}\.[\w-]{40,48}$/.test(body)),
  ...formats("dop_v1_ doo_v1_ dor_v1_ sntryu_", HEX, [64, 64]),
  ...formats("shpat_ shpca_ shppa_ shpss_", "A-Fa-f0-9", [32, 32]),
  ...formats("hvs. hvb.", URL_SAFE, [24], isNoPhrase),
  ...formats("dapi", HEX, [32, 32], hasDigit),
  ...formats("figd_ lin_api_ ntn_ sntrys_", `+/=${URL_SAFE}`, [32], isNoPhrase),
  ...formats("glsa_", WORD, [36, 64], isNoPhrase),
  ...formats("NRAK-", "A-Z0-9", [27, 27]),
  ...formats("PMAK-", `${HEX}-`, [59, 59]),
  ...formats("ATATT3", `=${URL_SAFE}`, [100], isNoPhrase),
  ...formats("pscale_pw_ pscale_tkn_ CFPAT-", URL_SAFE, [32, 64], isNoPhrase),
  ...formats("dp.pt. dp.st. dp.ct. dp.sa.", ALNUM, [40, 64]),
  ...formats("AGE-SECRET-KEY-1", "A-Z0-9", [50, 64]),
  // Clouds: Amazon, Google, Alibaba, Tencent, Fly.
  ...formats("AKIA ASIA", ALNUM, [16, 128], (body) => hasDigit(body) || /^[A-Z]{16}$/.test(body)),
  ...formats("AIza", URL_SAFE, [30, 64], isNoPhrase),
  ...formats("ya29.", DOTTED, [20], hasRandomPart),
  ...formats("1//0", URL_SAFE, [60, 200], isNoPhrase),
  ...formats("GOCSPX-", URL_SAFE, [24, 64], isNoPhrase),
  ...formats("LTAI", ALNUM, [16, 24], isNoPhrase),
  ...formats("AKID", ALNUM, [28, 40], isNoPhrase),
  ...formats("fm2_", `${ALNUM}+/=`, [80, 2_000], isNoPhrase),
];

/** Feishu's tenant, user and app tokens: hexadecimal in the older form, else a long mixed word. */
export const FEISHU_TOKENS: readonly TokenFormat[] = formats(
  "t- u- a-",
  "A-Za-z0-9_.",
  [22],
  (body) => isHex(body.replace(/^g(?=\d)/, "")) && body.length >= 28 || hasMixedPart(body, 16),
);
