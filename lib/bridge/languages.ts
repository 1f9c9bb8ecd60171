import type { ConversationRecord } from "../model/conversation.ts";
import { type Language, LANGUAGES } from "../model/settings.ts";
import { type Texts, texts as textsIn } from "../texts/texts.ts";

/** A conversation as far as its language matters. */
type Speaker = Pick<ConversationRecord, "key" | "preferences">;

/**
 * Which language each conversation has: the only way from a conversation to its sentences. It knows all that
 * are stored, so nothing has to be opened or read to say something in the right language.
 */
export class Languages {
  readonly #fallback: Language;
  /** The languages that were chosen in the chat, by the conversation's key. */
  readonly #chosen = new Map<string, Language>();

  /** @param fallback The language of the settings. @param stored All conversations that are stored. */
  constructor(fallback: Language, stored: readonly Speaker[]) {
    this.#fallback = fallback;
    for (const one of stored) this.note(one);
  }

  /** Notes the language of a conversation, whenever its record has changed. */
  note({ key, preferences }: Speaker): void {
    // A newer version of the program may have stored what this one does not know.
    const chosen = LANGUAGES.find((one) => one === preferences?.language);
    if (chosen === undefined) this.#chosen.delete(key);
    else this.#chosen.set(key, chosen);
  }

  /** The sentences of a conversation, by its key. They follow its language, so they may be kept. */
  readonly textsOf = (key: string): Texts =>
    new Proxy(textsIn(this.#fallback), {
      get: (fallback, name) => Reflect.get(this.#now(key) ?? fallback, name),
    });

  /** The sentences in the language of the settings. */
  get texts(): Texts {
    return textsIn(this.#fallback);
  }

  #now(key: string): Texts | undefined {
    const chosen = this.#chosen.get(key);
    return chosen && textsIn(chosen);
  }
}
