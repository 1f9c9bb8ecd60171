import type { CallCounts } from "./calls.ts";
import type { PairedUser } from "./settings.ts";
import type { StoreTrouble } from "./store_trouble.ts";

/** How a bridge is doing. */
export interface Health {
  /** The app's id, and the directory of new conversations. */
  readonly app: string;
  readonly cwd: string;
  /** Whether the connection to Feishu is up, since when (ms since 1970), and why it is down. */
  readonly up: boolean;
  readonly since: number;
  readonly why: string;
  /** Why Feishu does not tell who the bot is, so that messages of groups wait; empty if they do not. */
  readonly groupsWait: string;
  /** How many messages of the ledger are not delivered yet. */
  readonly undelivered: number;
  /** Why nothing can be saved or read at the moment. */
  readonly trouble?: StoreTrouble;
  /** The month's calls to Feishu, as far as they are counted. */
  readonly calls?: CallCounts;
  /** The opencode in use, by version or host, and why it cannot be reached; empty when it can. */
  readonly opencode: string;
  readonly opencodeWhy: string;
  /** What opencode sends that is not known here, with how often it came; empty without any. */
  readonly opencodeNews: string;
  /** Whether a pairing code lets people in, and everyone who came in by one. */
  readonly pairing: boolean;
  readonly paired: readonly PairedUser[];
  /** The name of its machine, if several share the bot. */
  readonly machine?: string | undefined;
}
