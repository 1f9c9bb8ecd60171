import type { ConversationRecord } from "../../model/conversation.ts";
import type { Admission } from "../people/admission.ts";

/** Who is known of those who may use the bot. */
type KnownPeople = Pick<Admission, "mayUse" | "people">;

/**
 * Who stands for a turn that a script asks for, by `open_id`: the person of a direct chat; in a group the first of
 * those who may use the bot, who has set it up; empty where everyone may, and nobody has written. `undefined` if
 * nobody who could answer the agent may use the bot.
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
