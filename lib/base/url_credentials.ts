/** Replaces user name and password in every URL of a text with `***`, where there is a password. */
export function hidePasswords(text: string): string {
  return text.replace(
    /:\/\/[^\s/?#"`<>]*@/g,
    (found) => found.includes(":", 3) ? "://***@" : found,
  );
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
  const encoded = URL.parse(url)?.password ?? "";
  try {
    return decodeURIComponent(encoded);
  } catch {
    // A lone `%` was not encoded.
    return encoded;
  }
}
