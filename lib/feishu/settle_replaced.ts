import { describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { pause } from "../base/waiting/wakeup.ts";
import { conversationKey } from "../model/place.ts";
import type { Replaced, Slot } from "../model/slot.ts";
import type { Texts } from "../texts/texts.ts";
import { render } from "./draw/render.ts";
import type { Rendered } from "./draw/rendered.ts";
import type { MessageApi } from "./message_api.ts";

/** What {@linkcode settleReplaced} needs. */
export interface SettleOptions {
  readonly api: Pick<MessageApi, "recall">;
  /** Changes the message of a slot. */
  readonly edit: (slot: Slot, content: Rendered) => Promise<void>;
  readonly textsOf: (conversation: string) => Texts;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** How long what comes next waits for this at most, in milliseconds. */
const PATIENCE_MS = 1_500;

/**
 * Settles a message once another one stands in its place, so that it does not look for ever as if it went on: a card
 * that can be changed says where the answer is, and anything else is recalled. All that it said is in the other one.
 * Each is one attempt, and a refusal changes nothing: a company may limit how long messages can be recalled. What
 * takes longer goes on while this resolves: the answer does not wait for what nobody needs any more.
 */
export async function settleReplaced(replaced: Replaced, options: SettleOptions): Promise<void> {
  await pause(PATIENCE_MS, options.signal, settle(replaced, options));
}

async function settle(
  { card, stuck }: Replaced,
  { api, edit, textsOf, log, signal }: SettleOptions,
): Promise<void> {
  let recalled = stuck;
  if (card !== undefined) {
    const texts = textsOf(conversationKey(card.target));
    const pointer = render({ status: "plain", note: texts.answerBelow }, "card", texts);
    await edit(card, pointer).catch((error) => {
      log.debug(`an old card cannot say where the answer is: ${describe(error)}`);
      recalled = card.messageId;
    });
  }
  if (recalled === undefined) return;
  await api.recall(recalled, signal)
    .catch((error) => log.debug(`an old message stays as it is: ${describe(error)}`));
}
