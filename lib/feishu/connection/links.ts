/**
 * Links as Feishu's client writes them into texts (Feishu's page of received contents): `[shown](address)`.
 * The client also makes links of file names, with a scheme of its own choice.
 */

/** A link whose parts hold no brackets, except for one pair of parentheses inside the address. */
const LINK =
  /\[([^[\]\n]+)\]\(((?:https?:\/\/|mailto:)[^\s()[\]]*(?:\([^\s()[\]]*\)[^\s()[\]]*)*)\)/g;

/** Replaces links that the client made of a name or an address by what was typed. */
export function typedText(text: string): string {
  return text.replace(
    LINK,
    (whole, shown: string, address: string) => isSame(shown, address) ? shown : whole,
  );
}

/** A link as text: what was typed if the client made it a link, else `shown (address)`. */
export function linkText(shown: string, address: string): string {
  if (shown === "" || address === "") return shown || address;
  return isSame(shown, address) ? shown : `${shown} (${address})`;
}

/** Whether the address of a link is what it shows, but for the scheme that a client puts before it. */
function isSame(shown: string, address: string): boolean {
  if (shown === address) return true;
  // A client makes no link of a lone word; somebody made it, to a host of that name.
  if (!/[./@]/.test(shown)) return false;
  const typed = /^(?:https?:\/\/|mailto:)/i.test(shown) ? shown : undefined;
  const scheme = /^(?:https?:\/\/|mailto:)/i.exec(address)?.[0];
  if (scheme === undefined) return false;
  const [one, other] = [URL.parse(typed ?? scheme + shown), URL.parse(address)];
  // A name with blanks is one, too: the client escapes them.
  return one !== null && one.href === other?.href;
}
