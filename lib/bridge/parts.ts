import type { Config } from "../config.ts";
import type { FeishuApi } from "../feishu/rest/api.ts";
import type { Agent } from "../opencode/opencode.ts";
import type { Log } from "../base/log.ts";
import type { Store } from "../store/store.ts";
import type { Texts } from "../texts/texts.ts";
import type { Delivery } from "./outbox/outbox.ts";
import type { Pairing } from "./pairing.ts";

/** What the rules work with. Made once, and handed down to all who need some of it. */
export interface Parts {
  readonly config: Config;
  readonly agent: Agent;
  readonly chat: Pick<FeishuApi, "download" | "history" | "messages">;
  /** The bot's own `open_id`. */
  readonly bot: () => Promise<string>;
  /** What this machine's clock shows at a time of Feishu's. */
  readonly ours: (time: number) => number;
  readonly store: Store;
  readonly delivery: Delivery;
  readonly texts: Texts;
  readonly log: Log;
  /** Set when people are let in by a code. */
  readonly pairing?: Pairing | undefined;
  /** Ends all work, but no turn: those are taken up at the next start. */
  readonly signal: AbortSignal;
  /** A private directory for long answers that wait for their delivery. */
  readonly answers: string;
  /** The same for what messages bring, and for other files that are sent to the chat. */
  readonly outbox: string;
  /** Whether a person may answer what a turn of `owner` asks. */
  readonly mayAnswer: (openId: string, owner: string) => boolean;
  /** Whether a message was recalled, as far as that can be told; never rejects. */
  readonly isRecalled: (messageId: string, signal: AbortSignal) => Promise<boolean>;
  /** Whether no bridge was running at a time (ms since 1970). */
  readonly wasAway: (time: number) => boolean;
  /** Lines for `/status` about what all conversations share. */
  readonly systemStatus: () => string[];
}
