import type { Slot } from "../model/slot.ts";
import type { CardStream } from "./card_stream.ts";

/** What is known of a message while it grows. */
export interface GrowingMessage {
  /** The content that it certainly shows. */
  shown?: string | undefined;
  /** Edits made, and those whose outcome is unknown. */
  edits: number;
  stream?: CardStream | undefined;
  /** It does not show a card of CardKit: that was refused, or it takes the place of another message. */
  isOrdinary?: boolean;
}

/** The messages that grow at the moment. */
export class GrowingMessages {
  /** By the `uuid` of the slot. */
  readonly #messages = new Map<string, GrowingMessage>();

  /** What is known of a slot's message, if it grows. */
  get(uuid: string): GrowingMessage | undefined {
    return this.#messages.get(uuid);
  }

  /** What is known of a slot's message; kept as long as the message grows. */
  of({ uuid, edits = 0 }: Slot, isGrowing: boolean): GrowingMessage {
    const message = this.#messages.get(uuid) ?? { edits };
    if (isGrowing) this.#messages.set(uuid, message);
    else this.#messages.delete(uuid);
    return message;
  }

  /** Notes the `uuid` that the slot of a message has from now on, if the message grows. */
  move(message: GrowingMessage, uuid: string): void {
    for (const [before, one] of this.#messages) {
      if (one !== message || before === uuid) continue;
      this.#messages.delete(before);
      this.#messages.set(uuid, message);
    }
  }
}
