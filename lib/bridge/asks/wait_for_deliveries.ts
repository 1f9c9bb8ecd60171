import { deadline } from "@std/async";
import type { Services } from "../services.ts";
import type { OpenAsk } from "./open_ask.ts";

/** What {@linkcode waitForDeliveries} needs. */
export interface DeliveryOptions {
  /** The conversation's key. */
  readonly conversation: string;
  readonly store: Pick<Services["store"], "row">;
  readonly signal: AbortSignal;
}

/** How long a text waits for the delivery of a card that its writer may have seen, in milliseconds. */
const DELIVERY_MS = 5_000;

/** Waits, a few seconds at most, until it is known when the cards that are being sent were delivered. */
export async function waitForDeliveries(
  asks: readonly OpenAsk[],
  { conversation, store, signal }: DeliveryOptions,
): Promise<void> {
  const unknown = asks.filter(({ card }) => card.shownAt === undefined);
  const sending = await Promise.all(unknown.map(async ({ ask, card }) => {
    const row = await store.row(conversation, ask.id);
    const maySee = row?.slot.triedAt !== undefined || row?.slot.messageId !== undefined;
    return maySee ? [card.delivered] : [];
  }));
  await deadline(Promise.all(sending.flat()), DELIVERY_MS, { signal }).catch(() => {});
}
