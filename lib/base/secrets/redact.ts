import { hideSpans } from "./hide_spans.ts";
import { knownSecrets } from "./known_secrets.ts";
import { findPrivateKeys } from "./private_keys.ts";
import {
  isAuthorization,
  isBeginning,
  isParameter,
  isSecretValue,
  isStated,
  isVariable,
} from "./secret_values.ts";
import { endOf, type Span } from "../span.ts";
import { FEISHU_TOKENS, isMixed, TOKEN_FORMATS, type TokenFormat } from "./token_formats.ts";
import { findUserinfo } from "./url_credentials.ts";

/**
 * Replaces our own secrets, and the well-formed keys and tokens of others, with `***`, also where they are
 * escaped, or hold characters that do not show. The time is proportional to the length.
 *
 * This is for what people read. What is to be approved, and files that are sent, are shown as they are;
 * there {@linkcode knownSecrets} hides only our own.
 */
export function redact(text: string): string {
  return hideSpans(text, {
    find: (text) => [...knownSecrets.find(text), ...findTokens(text, false)],
  });
}

/**
 * Like {@linkcode redact}, for a text that may end in the middle of a secret. What stands at its end where
 * a secret would stand is hidden, too.
 *
 * @param from Where the part begins that is returned. What is before it is only read, because the second
 * half of a key would not be recognised.
 */
export function redactGrowing(text: string, from = 0): string {
  const find = (text: string) => [
    ...knownSecrets.find(text),
    ...knownSecrets.findBeginning(text),
    ...findTokens(text, true),
  ];
  return hideSpans(text, { find, isGrowing: true, from });
}

const FINDERS: readonly ((text: string, isGrowing: boolean) => Span[])[] = [
  findPrefixed,
  findJwts,
  findBots,
  findPrivateKeys,
  findUrlPasswords,
  findHeaders,
  findParameters,
  findAssignments,
];

function findTokens(text: string, isGrowing: boolean): Span[] {
  return FINDERS.flatMap((find) => find(text, isGrowing));
}

/** The longest value in which another is searched for, in characters. It keeps the search linear. */
const LONGEST_NAME = 100;

/**
 * Finds secrets. `find` gets each match of a global pattern and returns where a secret stands, and whether
 * it is one.
 */
function findEach(
  text: string,
  pattern: RegExp,
  find: (match: RegExpExecArray) => { span: Span; isSecret: boolean } | undefined,
): Span[] {
  const spans: Span[] = [];
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = find(match);
    if (found === undefined) continue;
    const [from, to] = found.span;
    // What is no secret may be the name of one, as in a table.
    const isOver = found.isSecret || to - from > LONGEST_NAME;
    if (isOver) pattern.lastIndex = Math.max(to, pattern.lastIndex);
    if (found.isSecret) spans.push(found.span);
  }
  return spans;
}

const FORMATS = new Map(
  [...TOKEN_FORMATS, ...FEISHU_TOKENS].map((format) => [
    format.prefix,
    { ...format, body: new RegExp(`[${format.alphabet}]*`, "y") },
  ]),
);

/** Where one of the prefixes stands; those of Feishu are so short that no hyphen may stand before them. */
const PREFIX = new RegExp(
  `(?<![A-Za-z0-9])(?:${
    TOKEN_FORMATS.map(({ prefix }) => RegExp.escape(prefix)).sort((a, b) => b.length - a.length)
      .join("|")
  })|(?<![\\w-])[tau]-`,
  "g",
);

function findPrefixed(text: string, isGrowing: boolean): Span[] {
  return findEach(text, PREFIX, ({ 0: prefix, index }) => {
    const format = FORMATS.get(prefix);
    if (format === undefined) return undefined;
    const from = index + prefix.length;
    const to = endOf(format.body, text, from);
    const isSecret = isGrowing && to === text.length
      ? isBeginning(text.slice(from, to))
      : isToken(text.slice(from, to), format);
    return { span: [prefix.length > 2 ? from : index, to], isSecret };
  });
}

function isToken(body: string, { min, max, check }: TokenFormat): boolean {
  return body.length >= min && body.length <= max && check(body);
}

const JWT = /(?<![\w-])eyJ[\w-]*(?:\.[\w-]*){0,4}/g;

function findJwts(text: string, isGrowing: boolean): Span[] {
  return findEach(text, JWT, ({ 0: token, index }) => {
    const to = index + token.length;
    const [head = "", body = "", end = ""] = token.split(".");
    const isWhole = head.length >= 12 && body.length >= 8 && end.length >= 8 && isMixed(token);
    const isSecret = isWhole || (isGrowing && to === text.length && isBeginning(token));
    return { span: [index, to], isSecret };
  });
}

/** The tokens of bots: Telegram's, behind the number of the bot, and Discord's, in three parts. */
const BOT =
  /(?<!\d)\d{8,10}:(AA[\w-]{0,40})|(?<![\w.-])([MNO][\w-]{22,27}\.[\w-]{0,8}(?:\.[\w-]{0,42})?)/g;

function findBots(text: string, isGrowing: boolean): Span[] {
  return findEach(text, BOT, ({ 0: whole, 1: telegram, 2: discord = "", index }) => {
    const to = index + whole.length;
    const from = to - (telegram ?? discord).length;
    const isWhole = telegram?.length === 35 ||
      isMixed(discord) && /^[^.]+\.[^.]{6}\.[^.]{27,}$/.test(discord);
    const isCut = isGrowing && to === text.length && isBeginning(text.slice(from, to));
    return { span: [from, to], isSecret: isWhole || isCut };
  });
}

function findUrlPasswords(text: string, isGrowing: boolean): Span[] {
  return findUserinfo(text, isGrowing)
    .filter(({ password }) => isStated(password))
    .map(({ span: [, to], password }) => [to - password.length, to]);
}

const HEADER =
  /(authorization["'`\\]{0,2}[ \t]{0,4}[:=][ \t]{0,4}["'`\\]{0,2})?\b(bearer|basic|token)[ \t]{1,4}/gi;
const CREDENTIALS = /[A-Za-z0-9._~+/=-]*/y;

function findHeaders(text: string, isGrowing: boolean): Span[] {
  return findEach(text, HEADER, ({ 0: whole, 1: name, 2: scheme = "", index }) => {
    if (name === undefined && scheme.toLowerCase() !== "bearer") return undefined;
    const from = index + whole.length;
    const to = endOf(CREDENTIALS, text, from);
    const value = text.slice(from, to);
    const isNamed = name !== undefined;
    const isCut = isGrowing && to === text.length && (isNamed || isBeginning(value));
    const isSecret = isCut || isNamed && knownSecrets.has(value) ||
      isAuthorization(value, scheme, isNamed);
    return { span: [from, to], isSecret };
  });
}

const PARAMETER =
  /[?&;]((?:access|auth|id|refresh)_token|(?:app|client)_secret|api[_-]?key|secret|token|key|password|passwd|pwd|sig|signature|ticket|x-amz-(?:signature|security-token))=/gi;
const PARAMETER_VALUE = /[!$%*-:=?-Z^_a-z~]*/y;

function findParameters(text: string, isGrowing: boolean): Span[] {
  return findEach(text, PARAMETER, ({ 0: whole, 1: name = "", index }) => {
    const from = index + whole.length;
    const to = endOf(PARAMETER_VALUE, text, from);
    const value = text.slice(from, to);
    const isCut = isGrowing && to === text.length && isStated(value);
    const isSecret = isCut || knownSecrets.has(value) || isParameter(value, name);
    return { span: [from, to], isSecret };
  });
}

/** Words that name a secret. */
const NAME = "(?:key|secret|token|password|passwd|pwd|passphrase|credential|密码|密钥|口令|令牌)";
/** The end of what stands around a name: quotes, brackets, and Markdown's marks. */
const CLOSING = "[\"'`\\\\*\\])]{0,4}[ \\t]{0,4}";
/** A type, as in `const apiKey: string = …`. */
const TYPE = "(?::[ \\t]?&?(?:'\\w{1,10} )?[A-Za-z][\\w.<>[\\]]{0,30}[ \\t]{1,2}(?==))?";
/** Between a name and its value: also in a table, in Chinese, and where both have a name of their own. */
const SIGN = "=>|:=|[:=：|]|[是为](?:[:：])?|,?\\s{1,20}[\"']?value[\"']?[ \\t]{0,2}[:=]";
const ASSIGNMENT = new RegExp(
  `(${NAME}${CLOSING})${TYPE}(${SIGN})(\\*{0,2}[ \\t]{0,4}\\\\?(["'\`]?))`,
  "gi",
);
const QUOTED = /[^\s"'`\\]*/y;
const UNQUOTED = /[\w+/=~!@#$%^*.-]*/y;

function findAssignments(text: string, isGrowing: boolean): Span[] {
  return findEach(text, ASSIGNMENT, (match) => {
    const { 0: whole, 1: word = "", 2: sign = "", 3: opening = "", 4: quote = "", index } = match;
    const from = index + whole.length;
    const to = endOf(quote === "" ? UNQUOTED : QUOTED, text, from);
    // Text that goes on as code is an expression, no value.
    const isCode = quote === "" && /[([{]/.test(text.charAt(to));
    const name = text.slice(Math.max(index - 40, 0), index) + word + sign.replace(/\w+/, "") +
      opening;
    const value = text.slice(from, to);
    const isQuoted = quote !== "";
    const isCut = isGrowing && to === text.length && isStated(value) &&
      (isQuoted || isVariable(name) || isBeginning(value));
    const isSecret = isCut || knownSecrets.has(value.replace(/[.!]$/, "")) ||
      !isCode && isSecretValue(value, name, isQuoted);
    return { span: [from, to], isSecret };
  });
}
