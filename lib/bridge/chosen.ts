import type { ConversationRecord } from "../model/conversation.ts";
import type { GroupMode, Language } from "../model/settings.ts";
import { Groups } from "./groups.ts";
import { Languages } from "./languages.ts";
import { Renderings } from "./renderings.ts";

/** What was chosen in the chats, as far as it has to be known without opening a conversation. */
export interface Chosen {
  /** The language of each conversation. */
  readonly languages: Languages;
  readonly renderings: Renderings;
  readonly groups: Groups;
}

/**
 * What was chosen in the stored conversations.
 *
 * @param fallback What the settings say.
 */
export function chosenIn(
  stored: readonly ConversationRecord[],
  fallback: { readonly language: Language; readonly group: GroupMode },
): Chosen {
  return {
    languages: new Languages(fallback.language, stored),
    renderings: new Renderings(stored),
    groups: new Groups(fallback.group, stored),
  };
}

/** Notes what a conversation has chosen, whenever its record has changed. */
export function noteChosen(record: ConversationRecord, chosen: Chosen): void {
  for (const one of [chosen.languages, chosen.renderings, chosen.groups]) one.note(record);
}
