import type { KnownConversation } from "../../store/known.ts";
import type { GroupMode, GroupReply, Language } from "../../model/settings.ts";
import { Groups } from "./groups.ts";
import { Languages } from "./languages.ts";
import { KnownPreferences } from "./preferences.ts";

/** What was chosen in the chats, as far as it has to be known without opening a conversation. */
export interface Chosen {
  readonly preferences: KnownPreferences;
  readonly languages: Languages;
  readonly groups: Groups;
}

/**
 * What was chosen in the stored conversations.
 *
 * @param stored Those of which something is known; others may be missing.
 * @param fallback What the settings say.
 */
export function chosenIn(
  stored: readonly KnownConversation[],
  fallback: {
    readonly language: Language;
    readonly group: GroupMode;
    readonly groupReply: GroupReply;
  },
): Chosen {
  const preferences = new KnownPreferences(stored);
  return {
    preferences,
    languages: new Languages(fallback.language, preferences),
    groups: new Groups(fallback, preferences, stored),
  };
}
