import type { StoreTrouble } from "../model/store_trouble.ts";
import type { Texts } from "../texts/texts.ts";

/** What to tell the chat of a store that refuses, and when it goes on. */
export function troubleText({ of, why }: StoreTrouble, texts: Texts): string {
  return of === "disk" ? texts.diskTrouble(why) : texts.kvTrouble(why);
}
