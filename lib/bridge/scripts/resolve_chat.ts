import { nearest } from "../../base/nearest.ts";
import type { ListedChat, UnclearChat } from "../../model/script.ts";

/** How many characters of an id are needed, its kind included, to mean what begins with them. */
const PREFIX_CHARS = 8;

/**
 * Finds the chat that is meant: by its id, or that of its person; by its name, in any case if that is clear; or by
 * the beginning of its id.
 */
export function resolveChat<T extends ListedChat>(
  typed: string,
  chats: readonly T[],
): T | UnclearChat {
  const ways: readonly ((chat: T) => boolean)[] = [
    ({ id, person }) => typed === id || typed === person,
    ({ name }) => typed !== "" && typed === name,
    ({ name }) => plain(typed) !== "" && plain(typed) === plain(name),
    ({ id }) => typed.length >= PREFIX_CHARS && id.startsWith(typed),
  ];
  for (const isMeant of ways) {
    const matches = chats.filter(isMeant);
    const [chat] = matches;
    if (chat === undefined) continue;
    return matches.length === 1 ? chat : { kind: "unclear", matches };
  }
  const close = nearest(typed, chats.map(({ name }) => name));
  return { kind: "unclear", matches: [], ...(close && { nearest: close }) };
}

/** A name without what people do not tell apart: case, width, and blanks. */
function plain(name: string): string {
  return name.normalize("NFKC").trim().replaceAll(/\s+/g, " ").toLowerCase();
}
