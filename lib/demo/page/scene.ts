import type { Bilingual } from "../scripted_model/stories.ts";
import type { Stage } from "./stage.ts";

/** A demonstration that plays by itself in the chat. */
export interface Scene {
  readonly title: Bilingual;
  readonly about: Bilingual;
  /** The kind of chat in which it plays: the direct chat by default. */
  readonly mode?: "group";
  readonly play: (stage: Stage) => Promise<void>;
}
