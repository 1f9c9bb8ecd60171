/** How a message's slot changes. Pure. */
import { createHash } from "node:crypto";
import { ApiError } from "../base/errors.ts";
import type { Target } from "../model/place.ts";
import type { Slot } from "../model/slot.ts";
import type { View } from "../model/view.ts";
import { isCard, simpler } from "./draw/render.ts";
import { resumedEdits } from "./edit_budget.ts";
import { meaningOf } from "./rest/codes.ts";

/**
 * A slot as it is stored before a request to create its message leaves. Unchanged when the message exists.
 *
 * @param newest The newest message of ours in the same place, if it is known.
 */
export function markAttempted(slot: Slot, newest?: string, now: number = Date.now()): Slot {
  if (slot.messageId !== undefined) return slot;
  const { triedAt = now, lastTriedAt = slot.triedAt } = slot;
  return {
    ...slot,
    triedAt,
    ...(slot.triedAt === undefined && newest !== undefined && { after: newest }),
    ...(lastTriedAt !== undefined && { previousTryAt: lastTriedAt }),
    lastTriedAt: now,
    tries: (slot.tries ?? (slot.triedAt === undefined ? 0 : 1)) + 1,
  };
}

/** See `Chat.markResumed`. */
export function markResumed(slot: Slot, newest?: string): Slot {
  const { messageId, mode, edits = 0 } = slot;
  if (messageId === undefined) return markAttempted(slot, newest);
  const counted = resumedEdits(mode, edits);
  return counted === edits ? slot : { ...slot, edits: counted };
}

/** Whether a request before the current one may have created the slot's message. */
export function mayExist({ tries, triedAt }: Slot): boolean {
  return tries === undefined ? triedAt !== undefined : tries > 1;
}

/** The slot of a message that exists. */
export function existing(slot: Slot, messageId: string, edits: number): Slot {
  const { uuid, target, mode, card, createdAt } = slot;
  return {
    uuid,
    target,
    mode,
    messageId,
    edits,
    ...(createdAt !== undefined && { createdAt }),
    ...(card && { card }),
  };
}

/**
 * The slot that takes the place of one whose view was refused, if there is another way to show it.
 *
 * @param isGrowing Whether more follows. If not, the view must be seen, if need be in a fresh message.
 */
export function replacement(slot: Slot, error: unknown, isGrowing: boolean): Slot | undefined {
  if (!(error instanceof ApiError) || typeof error.code !== "number") return undefined;
  const reaction = meaningOf(error)?.reaction;
  // A gateway's trouble is no refusal of the content; but a call that there is not does not come by waiting.
  if (error.retryable && reaction !== "unavailable") return undefined;
  const { uuid, target, mode, card, messageId, instead } = slot;
  // It shows an ordinary card: as long as Feishu loses those of CardKit, one message would follow the other.
  const fresh = { target, mode, ...(instead && { instead }) };
  const again = messageId === undefined ? undefined : { ...fresh, uuid: `${uuid}.e` };
  switch (reaction) {
    case "unavailable":
    case "resend":
      if (isGrowing && again !== undefined && isInVain(slot, reaction)) return undefined;
      if (again !== undefined) return again;
      if (target.replyTo === undefined) return undefined;
      if (target.rootId !== undefined) {
        // The message that it replies to is gone, but not its topic.
        const { rootId: replyTo, ...place } = target;
        return { ...fresh, uuid: `${uuid}.t`, target: { ...place, replyTo } };
      }
      return { ...fresh, uuid: `${uuid}.r`, target: outside(target) };
    case "fresh-card":
    case "rewrite":
    case "degrade": {
      // Feishu does not know the card, or has sent it before (seen in practice: `cardid is invalid`).
      if (card !== undefined && messageId === undefined) return { ...fresh, uuid: `${uuid}.c` };
      const mode = simpler(slot.mode);
      if (mode === undefined) return isGrowing ? undefined : again;
      // A card can become a plainer card; a message of another type is a new one.
      if (isCard(mode) && messageId !== undefined) return { ...slot, mode };
      return { ...fresh, uuid: `${uuid}.${mode}`, mode };
    }
    default:
      // Perhaps only editing is not allowed, which needs a scope of its own.
      return isGrowing ? undefined : again;
  }
}

/**
 * Whether a message that grows would grow no better in a fresh one. Where nothing can be edited, each step would be
 * another message; and a gateway may say of what exists that it does not.
 */
function isInVain({ uuid, card }: Slot, reaction: "unavailable" | "resend"): boolean {
  return uuid.endsWith(".e") || (reaction === "unavailable" && card === undefined);
}

/** Where a reply goes that its place does not take. */
function outside({ chatId, threadId, replyTo }: Target): Target {
  // Where no topic can be opened, the message is still there to reply to.
  return { chatId, ...(replyTo && threadId === replyTo && { replyTo }) };
}

/** The slot that {@linkcode replacement} has made, as it is stored before its message is sent. */
export function insteadOf(
  old: Slot,
  next: Slot,
  { view, error, newest }: {
    readonly view: View;
    /** What refused the old one. */
    readonly error: unknown;
    /** The newest message of ours in the same place, if it is known. */
    readonly newest: string | undefined;
  },
): Slot {
  // A card of CardKit can be changed by its own id, even when it is not known whether its message exists.
  const reaction = meaningOf(error)?.reaction;
  const isGone = reaction === "resend" || reaction === "unavailable";
  const mayShow = old.messageId === undefined ? mayExist(old) : isCard(old.mode);
  const card = mayShow && !isGone ? old : undefined;
  const stuck = old.messageId;
  return {
    ...markAttempted(next, newest),
    instead: { content: contentId(view), ...(card ? { card } : stuck && { stuck }) },
  };
}

/** Whether a slot's message, if an earlier request created it, shows a view already. */
export function mayShowAlready({ instead }: Slot, view: View): boolean {
  return instead !== undefined && instead.content === contentId(view);
}

function contentId(view: View): string {
  return createHash("sha256").update(JSON.stringify(view)).digest("base64");
}
