import { defined } from "../../base/json.ts";
import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { Preferences } from "../../model/preferences.ts";
import {
  GROUP_MODES,
  GROUP_REPLIES,
  LANGUAGES,
  NOTIFY_WHEN,
  RENDERINGS,
} from "../../model/settings.ts";

/** A conversation as far as what was set for it matters. */
type Preferring = Pick<ConversationRecord, "key" | "preferences">;

/**
 * What was set for each conversation. All of it is known from the start, so nothing has to be opened or read to say
 * something in the right language and form.
 */
export class KnownPreferences {
  /** By the conversation's key. */
  readonly #known = new Map<string, Preferences>();

  /** @param stored At least the conversations for which something was set. */
  constructor(stored: readonly Preferring[]) {
    for (const one of stored) this.note(one);
  }

  /** Notes what is set for a conversation, whenever its record has changed. */
  note({ key, preferences }: Preferring): void {
    if (preferences === undefined) this.#known.delete(key);
    else this.#known.set(key, preferencesOf({ preferences }));
  }

  /** What is set for a conversation, by its key. */
  of(key: string): Preferences {
    return this.#known.get(key) ?? {};
  }
}

/** What is set for a conversation, without what only a newer version of the program knows. */
export function preferencesOf({ preferences = {} }: Pick<Preferring, "preferences">): Preferences {
  return defined({
    language: LANGUAGES.find((one) => one === preferences.language),
    notify: NOTIFY_WHEN.find((one) => one === preferences.notify),
    render: RENDERINGS.find((one) => one === preferences.render),
    think: preferences.think === "off" ? preferences.think : undefined,
    group: GROUP_MODES.find((one) => one === preferences.group),
    context: preferences.context === "off" ? preferences.context : undefined,
    reply: GROUP_REPLIES.find((one) => one === preferences.reply),
  });
}

/** Sets one of a conversation's preferences; `undefined` leaves it to the bridge's settings again. */
export function withPreference<K extends keyof Preferences>(
  name: K,
  value: Preferences[K] | undefined,
): ConversationUpdate {
  return ({ preferences = {}, ...record }) => {
    const { [name]: _, ...others } = preferences;
    const next = value === undefined ? others : { ...others, [name]: value };
    return { ...record, ...(Object.keys(next).length > 0 && { preferences: next }) };
  };
}
