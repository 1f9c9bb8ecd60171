import type { Language } from "../../model/settings.ts";
import { type Texts, texts as textsIn } from "../../texts/texts.ts";
import type { KnownPreferences } from "./preferences.ts";

/** Which language each conversation has: the only way from a conversation to its sentences. */
export class Languages {
  readonly #fallback: Language;
  readonly #preferences: Pick<KnownPreferences, "of">;

  /** @param fallback The language of the settings. */
  constructor(fallback: Language, preferences: Pick<KnownPreferences, "of">) {
    this.#fallback = fallback;
    this.#preferences = preferences;
  }

  /** The sentences of a conversation, by its key. They follow its language, so they may be kept. */
  readonly textsOf = (key: string): Texts =>
    new Proxy(this.texts, {
      get: (fallback, name) => Reflect.get(this.#now(key) ?? fallback, name),
    });

  /** The sentences in the language of the settings. */
  get texts(): Texts {
    return textsIn(this.#fallback);
  }

  #now(key: string): Texts | undefined {
    const { language } = this.#preferences.of(key);
    return language && textsIn(language);
  }
}
