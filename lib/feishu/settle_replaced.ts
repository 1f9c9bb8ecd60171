import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { conversationKey } from "../model/place.ts";
import type { ShowOptions } from "../model/show_options.ts";
import type { Slot } from "../model/slot.ts";
import type { Texts } from "../texts/texts.ts";
import { isCard, render } from "./draw/render.ts";
import type { Rendered } from "./draw/rendered.ts";
import type { MessageApi } from "./message_api.ts";
import { isUnavailable } from "./rest/codes.ts";

/** What {@linkcode settleReplaced} needs. */
export interface SettleOptions {
  readonly api: Pick<MessageApi, "recall">;
  /** Changes the message. */
  readonly edit: (content: Rendered) => Promise<void>;
  readonly textsOf: (conversation: string) => Texts;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Settles a message once another one stands in its place, so that it does not look for ever as if it went on: a card
 * that can be changed says where the answer is, and anything else is recalled. All that it said is in the other one.
 * What is refused for good stays as it is: perhaps the message is gone, and a company may limit how long messages can
 * be recalled. It may be repeated.
 *
 * @throws What may pass, and the signal's reason.
 */
export async function settleReplaced(
  { mode, messageId, target }: Slot,
  { api, edit, textsOf, log, signal }: SettleOptions,
): Promise<void> {
  const refused = (what: string) => (error: unknown): false => {
    if (signal.aborted || (isRetryable(error) && !isUnavailable(error))) throw error;
    log.debug(`${what}: ${describe(error)}`);
    return false;
  };
  if (isCard(mode)) {
    const texts = textsOf(conversationKey(target));
    const pointer = render({ status: "plain", note: texts.answerBelow }, "card", texts);
    const isSaid = await edit(pointer)
      .then(() => true, refused("an old card cannot say where the answer is"));
    if (isSaid) return;
  }
  if (messageId === undefined) return;
  await api.recall(messageId, signal).catch(refused("an old message stays as it is"));
}

/** Has the message in whose place a slot's stands settled from now on, if there is one. */
export async function keepReplaced(
  { target, instead }: Slot,
  { keepReplaced }: { readonly keepReplaced?: ShowOptions["keepReplaced"] },
): Promise<void> {
  const { card, stuck } = instead ?? {};
  if (card !== undefined) await keepReplaced?.(card);
  // Nothing is known of it but its id, and no form of it can be changed.
  else if (stuck !== undefined) {
    await keepReplaced?.({ uuid: "", target, mode: "text", messageId: stuck });
  }
}
