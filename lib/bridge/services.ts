import type { Log } from "../base/log.ts";
import type { Agent, Chat } from "../model/ports.ts";
import type { Store } from "../store/store.ts";
import type { Texts } from "../texts/texts.ts";
import type { Admission } from "./admission.ts";
import type { Outbox } from "./outbox/outbox.ts";
import type { BridgeSettings } from "./settings.ts";

/** What all conversations of a bridge share. Made once; each object asks only for what it uses. */
export interface Services {
  readonly settings: BridgeSettings;
  readonly chat: Chat;
  readonly agent: Agent;
  readonly store: Store;
  readonly outbox: Outbox;
  readonly admission: Admission;
  readonly texts: Texts;
  readonly log: Log;
  /** Ends all work, but no turn: those are taken up at the next start. */
  readonly signal: AbortSignal;
  /** Lines for `/status` about what all conversations share. */
  readonly systemStatus: () => string[];
}
