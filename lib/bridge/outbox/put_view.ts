import { ApiError, describe } from "../../base/errors.ts";
import { codeMeaning } from "../../feishu/rest/codes.ts";
import { isCard, render, simpler } from "../../feishu/draw/render.ts";
import type { View } from "../../model/view.ts";
import type { Rendered } from "../../feishu/draw/rendered.ts";
import type { Slot } from "../../model/records.ts";
import type { DeliveryOptions } from "./outbox.ts";

/** A message that is about to change. */
export interface Growing {
  /** The content that it surely shows. */
  shown?: string | undefined;
}

/** For so long, in milliseconds, Feishu makes one message of sends with the same `uuid`; an hour, less a margin. */
const UUID_MS = 55 * 60_000;
/** How far, in milliseconds, our clock and Feishu's may be apart, and a request may take. */
const CLOCK_MS = 60_000;

/**
 * One attempt to make a message show a view, in the first form that the platform takes: creates or edits it.
 *
 * @param growing Given when the view is about to change; an edit that would change nothing is left out.
 * @returns The slot as it is now: the message that shows the view may be another one than before.
 */
export async function putView(
  slot: Slot,
  view: View,
  options: DeliveryOptions,
  growing?: Growing,
): Promise<Slot> {
  const { chat, texts, signal, log } = options;
  const messageId = slot.messageId ?? await findMessage(slot, options);
  // A file is what it was when it was sent.
  if (messageId !== undefined && view.file !== undefined) return { ...slot, messageId };
  const message = view.file === undefined
    ? render(view, slot.mode, texts)
    : await chat.upload(view.file, signal);
  if (messageId !== undefined && growing?.shown === message.content) return slot;
  const known = growing ?? {};
  known.shown = undefined;
  try {
    if (messageId === undefined) {
      const created = await chat.send(slot.target, message, slot.uuid, signal);
      const there = { ...slot, messageId: created, edits: 0 };
      // An earlier request may have made the message, with an older text.
      if (slot.triedAt !== undefined) return await putView(there, view, options, growing);
      known.shown = message.content;
      return there;
    }
    await edit({ ...slot, messageId }, message, growing !== undefined, options);
    known.shown = message.content;
    return { ...slot, messageId, edits: (slot.edits ?? 0) + 1 };
  } catch (error) {
    const refused = { ...slot, ...(messageId && { messageId }) };
    const next = instead(refused, error, growing !== undefined);
    if (next === undefined) throw error;
    const how = next.mode === slot.mode ? "afresh" : `as ${next.mode}`;
    log.warn(`message is sent ${how}: ${describe(error)}`);
    const shown = await putView(next, view, options, growing);
    if (messageId !== undefined && isCard(slot.mode) && shown.messageId !== messageId) {
      // Says where the answer is.
      const pointer = render({ status: "plain", note: texts.answerBelow }, "card", texts);
      await edit({ ...slot, messageId }, pointer, false, options)
        .catch((error) => log.debug(`an old card stays as it is: ${describe(error)}`));
    }
    return shown;
  }
}

async function edit(
  { messageId, streams: grows }: Slot & { messageId: string },
  message: Rendered,
  growing: boolean,
  { chat, streams, signal }: DeliveryOptions,
): Promise<void> {
  const streamed = grows && message.type === "interactive" &&
    await streams?.show(messageId, message.content, growing, signal);
  if (!streamed) await chat.edit(messageId, message, signal);
}

/** Looks in the chat for a message of ours that we know nothing of, made when we tried to. */
async function findMessage(
  { target, triedAt, lastTriedAt = triedAt }: Slot,
  { chat, store, log, signal }: DeliveryOptions,
): Promise<string | undefined> {
  // Younger, its `uuid` finds the message that an earlier request may have made.
  if (triedAt === undefined || lastTriedAt === undefined) return undefined;
  if (Date.now() - triedAt <= UUID_MS) return undefined;
  const [from, to] = [triedAt - CLOCK_MS, lastTriedAt + CLOCK_MS];
  const unreadable = (error: unknown): string[] => {
    const passes = !(error instanceof ApiError) || (error.retryable && error.code !== 404);
    if (passes) throw error;
    log.warn(`a message may come twice, its chat cannot be read: ${describe(error)}`);
    return [];
  };
  const own = await chat.ownMessages(target, from, to, signal).catch(unreadable);
  for (const messageId of own) {
    if (!await store.isSent(messageId)) return messageId;
  }
  return undefined;
}

/**
 * The slot that takes the place of one that was refused, if there is another way. What is not `growing`
 * any more must be seen, if need be in a fresh message.
 */
function instead(slot: Slot, error: unknown, growing: boolean): Slot | undefined {
  // A gateway's trouble is no refusal of the content.
  if (!(error instanceof ApiError) || typeof error.code !== "number" || error.retryable) {
    return undefined;
  }
  const { uuid, target, mode, streams, messageId } = slot;
  const fresh = { target, mode, ...(streams && { streams }) };
  const again = messageId === undefined ? undefined : { ...fresh, uuid: `${uuid}.e` };
  switch (codeMeaning(error.code).reaction) {
    case "resend":
      if (again !== undefined) return again;
      if (target.replyTo === undefined) return undefined;
      return { ...fresh, uuid: `${uuid}.r`, target: { chatId: target.chatId } };
    case "degrade": {
      const less = simpler(mode);
      if (less === undefined) return growing ? undefined : again;
      // A card can become a plainer card; a message of another type takes a new one.
      if (isCard(less) && messageId !== undefined) return { ...slot, mode: less };
      return { ...fresh, uuid: `${uuid}.${less}`, mode: less };
    }
    default:
      // Maybe only editing is not allowed: that is a scope of its own.
      return growing ? undefined : again;
  }
}
