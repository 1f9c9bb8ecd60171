import { hideSpans } from "./hide_spans.ts";
import type { Span } from "../span.ts";

/**
 * User name and password in the authority of a URL. RFC 3986 §3.2.1 writes them in ASCII. What programs
 * accept beyond it is read, too: letters, and signs but for quotation marks, slashes and those of Chinese.
 */
const USERINFO =
  /(?<=:\/\/)(?!\[)[!$-.0-9;=A-Z[-_a-z{-~\p{L}\p{N}]*:([!#-.0-;=?-_a-z{-~\p{L}\p{N}]+)/gu;
/** A port, and what follows the URL. */
const PORT = /^\d{1,5}(?:$|[,;&)\]}|'?#]|[^ -~])/;

/** User name and password of a URL in a text. */
interface Userinfo {
  readonly span: Span;
  readonly password: string;
}

/** Finds the passwords in URLs. The time is proportional to the length. */
export function findUserinfo(text: string, isGrowing = false): Userinfo[] {
  const found: Userinfo[] = [];
  for (const { 0: whole, 1: rest = "", index } of text.matchAll(USERINFO)) {
    // As in URL parsers, the last `@` counts. Where a text stops, it may be missing yet.
    const at = rest.lastIndexOf("@");
    const isCut = at < 0 && isGrowing && index + whole.length === text.length;
    const password = isCut ? rest : rest.slice(0, Math.max(at, 0));
    if (password === "" || PORT.test(password)) continue;
    const from = index + whole.length - rest.length;
    found.push({ span: [index, from + password.length], password });
  }
  return found;
}

/** Replaces user name and password in every URL of a text with `***`, where there is a password. */
export function hidePasswords(text: string): string {
  return hideSpans(text, { find: (text) => findUserinfo(text).map(({ span }) => span) });
}

/**
 * What may be shown of a text that should be a URL, and need not be one: without user name, password and
 * query.
 */
export function hideCredentials(url: string): string {
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*:[\\/]*|)([^]*)$/i.exec(url) ?? [];
  const at = rest.lastIndexOf("@");
  const place = rest.slice(at + 1).replace(/[?#][^]*/, "?***");
  return `${scheme}${at < 0 ? "" : "***@"}${place}`;
}

/** The password in a URL as it is meant, not as it is encoded; empty when there is none. */
export function urlPassword(url: string): string {
  return decode(URL.parse(url)?.password ?? "");
}

/** The user's name in a URL, likewise. */
export function urlUser(url: string): string {
  return decode(URL.parse(url)?.username ?? "");
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A lone `%` was not encoded.
    return encoded;
  }
}
