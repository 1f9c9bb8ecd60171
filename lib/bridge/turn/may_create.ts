import type { Slot } from "../../model/slot.ts";

/** Whether another request may create a message for a slot, or has, since it was as `before`. */
export function mayCreate(slot: Slot, before: Slot): boolean {
  return slot.messageId !== before.messageId || slot.uuid !== before.uuid ||
    slot.tries !== before.tries || slot.card?.id !== before.card?.id;
}
