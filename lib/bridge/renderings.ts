import type { ConversationRecord } from "../model/conversation.ts";
import { type Rendering, RENDERINGS } from "../model/settings.ts";

/** A conversation as far as the form of its messages matters. */
type Drawn = Pick<ConversationRecord, "key" | "preferences">;

/** In which form the messages of each conversation are drawn where somebody has chosen one. */
export class Renderings {
  readonly #chosen = new Map<string, Rendering>();

  /** @param stored All conversations that are stored. */
  constructor(stored: readonly Drawn[]) {
    for (const one of stored) this.note(one);
  }

  /** Notes the form that a conversation has chosen, whenever its record has changed. */
  note({ key, preferences }: Drawn): void {
    // A newer version of the program may have stored what this one does not know.
    const chosen = RENDERINGS.find((one) => one === preferences?.render);
    if (chosen === undefined) this.#chosen.delete(key);
    else this.#chosen.set(key, chosen);
  }

  /** What a conversation has chosen, by its key. */
  readonly of = (key: string): Rendering | undefined => this.#chosen.get(key);
}
