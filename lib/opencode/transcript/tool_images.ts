import type { ToolPart } from "./message.ts";
import type { Transcript } from "./transcript.ts";

/** How many pictures of one turn are kept for its reader. */
const MAX_IMAGES = 20;

/** Puts the pictures of a call aside, each once; returns the call without them. */
export function withoutImages(t: Transcript, { images = [], ...part }: ToolPart): ToolPart {
  if (!t.byMessage.has(part.messageId) || t.removed.has(part.id)) return part;
  for (const [i, image] of images.entries()) {
    const key = `${callKey(part)}.${i}`;
    if (t.imageKeys.has(key) || t.imageKeys.size >= MAX_IMAGES) continue;
    t.imageKeys.add(key);
    t.images.push({ ...image, key });
  }
  return part;
}

/** Identifies a call in its turn: providers number the calls of each message anew. */
export function callKey({ messageId, callId }: Pick<ToolPart, "messageId" | "callId">): string {
  return `${messageId}.${callId}`;
}
