import type { ConversationUpdate } from "../model/conversation.ts";
import type { Preferences } from "../model/preferences.ts";

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
