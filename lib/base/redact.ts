import { knownSecrets } from "./known_secrets.ts";
import { isAuthorization, isParameter, isSecretValue, isStated } from "./secret_values.ts";
import { FEISHU_TOKENS, isMixed, TOKEN_FORMATS, type TokenFormat } from "./token_formats.ts";

/**
 * Replaces our own secrets, and the well-formed keys and tokens of others, with `***`. The time is
 * proportional to the length.
 *
 * This is for what people read. What is to be approved, and files that are sent, are shown as they are;
 * there {@linkcode knownSecrets} hides only our own.
 */
export function redact(text: string): string {
  return hideTokens(knownSecrets.hide(text), false);
}

/** Like {@linkcode redact}, for a text that may end in the middle of a token. */
export function redactGrowing(text: string): string {
  return hideTokens(knownSecrets.hideBeginning(knownSecrets.hide(text)), true);
}

function hideTokens(text: string, isGrowing: boolean): string {
  return [hidePrivateKeys, hideUrlPasswords, hideHeaders, hideParameters, hideAssignments]
    .reduce((clean, hide) => hide(clean), hidePrefixed(hideJwts(text, isGrowing), isGrowing));
}

/** A part of a text, from one offset to before another. */
type Span = readonly [from: number, to: number];

/**
 * Replaces secrets with `***`. `find` gets each match of a global pattern and returns where the secret
 * stands, and whether it is one; the search goes on behind it in both cases, which keeps it linear.
 */
function hideEach(
  text: string,
  pattern: RegExp,
  find: (match: RegExpExecArray) => { span: Span; isSecret: boolean } | undefined,
): string {
  let clean = "";
  let copied = 0;
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const found = find(match);
    if (found === undefined) continue;
    const [from, to] = found.span;
    pattern.lastIndex = Math.max(to, pattern.lastIndex);
    if (!found.isSecret) continue;
    clean += `${text.slice(copied, from)}***`;
    copied = to;
  }
  return clean + text.slice(copied);
}

/** The end of what a sticky pattern matches from an offset on. */
function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

const FORMATS = new Map(
  [...TOKEN_FORMATS, ...FEISHU_TOKENS].map((format) => [
    format.prefix,
    { ...format, body: new RegExp(`[${format.alphabet}]*`, "y"), isShown: true },
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

function hidePrefixed(text: string, isGrowing: boolean): string {
  return hideEach(text, PREFIX, ({ 0: prefix, index }) => {
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

function isToken(body: string, { min, max, check = isMixed }: TokenFormat): boolean {
  return body.length >= min && body.length <= max && check(body);
}

/** Whether a text that stops here may be the beginning of a token. */
function isBeginning(body: string): boolean {
  return body.length >= 6 && /[0-9A-Z]/.test(body);
}

const JWT = /(?<![\w-])eyJ[\w-]*(?:\.[\w-]*){0,4}/g;

function hideJwts(text: string, isGrowing: boolean): string {
  return hideEach(text, JWT, ({ 0: token, index }) => {
    const to = index + token.length;
    const [head = "", body = "", end = ""] = token.split(".");
    const isWhole = head.length >= 12 && body.length >= 8 && end.length >= 8 && isMixed(token);
    const isSecret = isWhole || (isGrowing && to === text.length && isBeginning(token));
    return { span: [index, to], isSecret };
  });
}

const PEM_MARK = /-----(BEGIN|END) (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** Lines of Base64, perhaps quoted, indented or joined by `\n`, of a key whose end is missing. */
const KEY_LINES = /(?:(?:[\s>|+"',]|\\[nr])*[A-Za-z0-9+/=]{32,})+/y;
const BASE64 = /[A-Za-z0-9+/]{16}/;

function hidePrivateKeys(text: string): string {
  const marks = [...text.matchAll(PEM_MARK)];
  let clean = "";
  let copied = 0;
  for (const [i, { 0: mark, 1: kind, index }] of marks.entries()) {
    if (kind !== "BEGIN") continue;
    const from = index + mark.length;
    const next = marks[i + 1];
    const to = next?.[1] === "END" ? next.index : endOf(KEY_LINES, text, from);
    if (!BASE64.test(text.slice(from, to))) continue;
    clean += `${text.slice(copied, from)}***`;
    copied = to;
  }
  return clean + text.slice(copied);
}

const URL_PASSWORD = /(?<=[A-Za-z0-9]:\/\/)[^\s/:@?#"'`<>]{0,256}:([^\s/@"'`<>]{1,256})(?=@)/g;

function hideUrlPasswords(text: string): string {
  return hideEach(text, URL_PASSWORD, ({ 0: whole, 1: password = "", index }) => {
    const to = index + whole.length;
    return { span: [to - password.length, to], isSecret: isStated(password) };
  });
}

const HEADER =
  /(authorization["'`\\]{0,2}[ \t]{0,4}[:=][ \t]{0,4}["'`\\]{0,2})?\b(bearer|basic|token)[ \t]{1,4}/gi;
const CREDENTIALS = /[A-Za-z0-9._~+/=-]*/y;

function hideHeaders(text: string): string {
  return hideEach(text, HEADER, ({ 0: whole, 1: name, 2: scheme = "", index }) => {
    if (name === undefined && scheme.toLowerCase() !== "bearer") return undefined;
    const from = index + whole.length;
    const to = endOf(CREDENTIALS, text, from);
    const value = text.slice(from, to);
    return { span: [from, to], isSecret: isAuthorization(value, scheme, name !== undefined) };
  });
}

const PARAMETER =
  /[?&;]((?:access|auth|id|refresh)_token|(?:app|client)_secret|api[_-]?key|secret|token|key|password|passwd|pwd|sig|signature|ticket|x-amz-(?:signature|security-token))=/gi;
const PARAMETER_VALUE = /[^\s&#"'`<>;()[\]{}|\\]*/y;

function hideParameters(text: string): string {
  return hideEach(text, PARAMETER, ({ 0: whole, 1: name = "", index }) => {
    const from = index + whole.length;
    const to = endOf(PARAMETER_VALUE, text, from);
    return { span: [from, to], isSecret: isParameter(text.slice(from, to), name) };
  });
}

const ASSIGNMENT =
  /(?:key|secret|token|password|passwd|pwd|passphrase|credential|密码|密钥|口令|令牌)["'`\\]{0,2}[ \t]{0,4}(?:=>|:=|[:=：])[ \t]{0,4}(\\?["'`]?)/gi;
const QUOTED = /[^\s"'`\\]*/y;
const UNQUOTED = /[\w+/=~!@#$%^*.-]*/y;

function hideAssignments(text: string): string {
  return hideEach(text, ASSIGNMENT, ({ 0: whole, 1: quote = "", index }) => {
    const from = index + whole.length;
    const to = endOf(quote === "" ? UNQUOTED : QUOTED, text, from);
    // Text that goes on as code is an expression, no value.
    const isCode = quote === "" && /[([{]/.test(text.charAt(to));
    const name = text.slice(Math.max(index - 40, 0), index) + whole;
    const isSecret = !isCode && isSecretValue(text.slice(from, to), name, quote !== "");
    return { span: [from, to], isSecret };
  });
}
