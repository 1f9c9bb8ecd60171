/** Which values are secrets, by where they stand and by how random they look. */
import { isHex, isMixed, isWords } from "./token_formats.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a value is written out, rather than a variable or a gap to be filled in. */
export function isStated(value: string): boolean {
  return !/^[$%{<[*]|^(?:x+|\.+)$/i.test(value);
}

/** Whether a text that stops here may be the beginning of a secret, rather than of a word. */
export function isBeginning(text: string): boolean {
  if (text.length >= 16) return !(isMixed(text) && isWords(text));
  return text.length >= 6 && /\d|.[A-Z]/.test(text) &&
    !/^(?:[A-Z]?[a-z]{3,}|[-_.])+\d*$/.test(text);
}

/** The mean length of the words, capitals and numbers in a value: about 1.7 when it is random. */
function meanWord(value: string): number {
  const words = value.match(/[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? [];
  return words.join("").length / Math.max(words.length, 1);
}

/** Whether a value is a hexadecimal number, or letters of one case among which digits stand often. */
function isLowerRandom(value: string): boolean {
  const word = value.replace(/=+$/, "");
  return word.length >= 16 && isHex(word) || UUID.test(word) ||
    /^[a-z\d]{16,}$/i.test(word) && (word.match(/\d+/g) ?? []).length >= 3 && meanWord(word) <= 3;
}

/** Whether capitals stand where no word begins. */
function isCaseRandom(value: string): boolean {
  return /[a-z]/.test(value) && /[A-Z]/.test(value) && meanWord(value) <= 2.8;
}

/** Whether a value consists of words rather than of random characters. */
function isWordy(value: string): boolean {
  return (value.match(/[A-Za-z0-9]+/g) ?? []).every((part) => part.length < 8 || !isMixed(part));
}

/** Whether the value of an `Authorization` header is a secret; without the header's name it must be plain. */
export function isAuthorization(value: string, scheme: string, isNamed: boolean): boolean {
  if (!isNamed) {
    if (value.length < 20) return false;
    return isLowerRandom(value) || isCaseRandom(value) || !isWordy(value) && meanWord(value) <= 5;
  }
  if (value.length < 8) return false;
  if (scheme.toLowerCase() === "basic" && isPair(value)) return true;
  return isMixed(value) || isLowerRandom(value);
}

/** Whether a text is the Base64 of `user:password`. */
function isPair(value: string): boolean {
  try {
    return /^[ -~]+:[ -~]*$/.test(atob(value));
  } catch {
    return false;
  }
}

/** Whether the value of a parameter of a URL is a secret. */
export function isParameter(value: string, name: string): boolean {
  if (value.length < 8 || !isStated(value)) return false;
  // These names say enough: only words and placeholders stand there otherwise.
  if (/_token$|_secret$/i.test(name)) {
    return !/^(?:[a-z]+|[A-Z]+)(?:[_.-](?:[a-z]+|[A-Z]+))*$|^your/.test(value);
  }
  return isLowerRandom(value) || value.length >= 12 && isMixed(value) && !isWordy(value);
}

/** Words before `key` that make it a secret. */
const SECRET_KEY =
  /(?:api|app|access|secret|private|encryption|signing|master|auth|service|account|client|storage)[\s_-]?key\W*$/i;

/** Whether a variable of the environment is assigned, as in a shell or an env file. */
export function isVariable(name: string): boolean {
  return /(?:^|[^\w.-])[A-Z][A-Z0-9_]*=["'`]?$/.test(name);
}

const PASSWORD = /(?:password|passwd|pwd|passphrase|密码|口令)\W*$/iu;

/** Whether a value has the form of Amazon's secret access keys, in which `/` and `+` may stand. */
function isAwsSecret(value: string): boolean {
  return /^[A-Za-z0-9+/]{40}$/.test(value) && isMixed(value);
}

/**
 * Whether an assigned value is a secret.
 *
 * @param name What stands before the value, up to and with the sign of the assignment.
 */
export function isSecretValue(value: string, name: string, isQuoted: boolean): boolean {
  if (value.length < 8 || !isStated(value)) return false;
  const isInEnvironment = isVariable(name);
  const isKey = /key\W*$/i.test(name);
  if (isKey && (isInEnvironment || SECRET_KEY.test(name)) && isAwsSecret(value)) return true;
  if (isKey && !SECRET_KEY.test(name)) {
    return isInEnvironment && value.length >= 32 && isMixed(value) && meanWord(value) <= 3;
  }
  if (isLowerRandom(value)) return true;
  if (value.length >= 16 && isCaseRandom(value)) return true;
  if (!isMixed(value)) return false;
  if (value.length >= 16) {
    return isQuoted || isInEnvironment ? !isWordy(value) : meanWord(value) <= 3;
  }
  return PASSWORD.test(name) && (isQuoted || isInEnvironment) && meanWord(value) <= 2.6;
}
