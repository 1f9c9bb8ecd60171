import type { ConversationRecord } from "../../model/conversation.ts";
import type { Admission } from "../people/admission.ts";

/** What is known of the people who may use the bot. */
type KnownPeople = Pick<Admission, "mayUse" | "people">;

/**
 * The person, by `open_id`, whose turn it is that a script asks for: in a direct chat the one who writes there; in
 * a group the first who may use the bot, who has set it up; empty where everyone may and nobody has written.
 * `undefined` if nobody there may use the bot, so that nobody could answer the agent.
 */
export function scriptPerson(
  { chatType, person, shown }: Pick<ConversationRecord, "chatType" | "person" | "shown">,
  admission: KnownPeople,
): string | undefined {
  const known = person ?? shown?.sender;
  const [first] = admission.people ?? [{ openId: known ?? "" }];
  const chosen = chatType === "p2p" ? known ?? first?.openId : first?.openId;
  return chosen !== undefined && admission.mayUse(chosen) ? chosen : undefined;
}
