import type { Slot } from "../../model/slot.ts";

/** Whether a request since `before` may have created a message for a slot. */
export function mayCreate(slot: Slot, before: Slot): boolean {
  return slot.messageId !== before.messageId || slot.uuid !== before.uuid ||
    slot.tries !== before.tries || slot.card?.id !== before.card?.id;
}
