import { join } from "@std/path";
import { type Budget, parseBudget } from "../model/budget.ts";
import type { AllowedUsers, NotifyWhen } from "../model/settings.ts";

/** The settings of the bridge itself, without those of the chat platform and the agent service. */
export interface BridgeSettings {
  readonly allowedUsers: AllowedUsers;
  /** The directory of a new conversation. */
  readonly cwd: string;
  /** The bridge's own directory, which is neither a working directory nor sent to the chat. */
  readonly stateDir: string;
  /** Directories below which a conversation's directory stays; empty: anywhere. */
  readonly roots: readonly string[];
  /** How long a message id is remembered, in milliseconds. */
  readonly dedupTtlMs: number;
  /** The age in milliseconds from which a message counts as late and is asked about before it runs. */
  readonly lateAfterMs: number;
  /** How long an ask stays open, in milliseconds. */
  readonly askTimeoutMs: number;
  /**
   * How long the agent may take to confirm that a cancelled turn has stopped, in milliseconds. Then the turn
   * ends in the chat, and the next prompt gets another session.
   */
  readonly stopMs: number;
  /** The settings that the chat may show, as texts, by the names of their variables. */
  readonly shown: ReadonlyMap<string, string>;
  /** When the end of a turn is announced, unless a conversation has it otherwise. */
  readonly notify: NotifyWhen;
  /** What may be used up in all chats together in a day, if that is limited. */
  readonly budget: Budget | undefined;
  /** Whether what was heard in a voice message runs without being shown first. */
  readonly runsHeard: boolean;
  /** The most characters of an answer in one message. */
  readonly maxMessageLength: number;
  /** How long received attachments are kept, in milliseconds. */
  readonly keepFilesMs: number;
  /** The most bytes that attachments and other kept files may take; half of it in one conversation. */
  readonly keepFilesBytes: number;
  /** Whether the bridge starts and stops the agent's server. */
  readonly ownsAgent: boolean;
  /** A private directory for long answers that wait for delivery. */
  readonly answersDir: string;
  /** The system's directory for temporary files. */
  readonly tempDir: string;
  /** A private directory for received attachments and other files to be sent. */
  readonly filesDir: string;
}

/** How long an agent may take to stop, in milliseconds. */
const STOP_MS = 30_000;

/** What is no setting of the user's, or derives from others. */
type OwnSetting =
  | "budget"
  | "runsHeard"
  | "ownsAgent"
  | "answersDir"
  | "filesDir"
  | "tempDir"
  | "stopMs";

/** What {@linkcode bridgeSettings} reads. */
type Configured = Omit<BridgeSettings, OwnSetting> & {
  readonly sttAuto: "on" | "off";
  /** The agent's server that somebody else runs; empty for one of our own. */
  readonly opencodeUrl: string;
  /** What `parseBudget` reads; empty for none. */
  readonly budgetPerDay: string;
};

/** The bridge's own settings among all. */
export function bridgeSettings(config: Configured): BridgeSettings {
  return {
    allowedUsers: config.allowedUsers,
    cwd: config.cwd,
    stateDir: config.stateDir,
    roots: config.roots,
    dedupTtlMs: config.dedupTtlMs,
    lateAfterMs: config.lateAfterMs,
    askTimeoutMs: config.askTimeoutMs,
    stopMs: STOP_MS,
    notify: config.notify,
    budget: parseBudget(config.budgetPerDay),
    runsHeard: config.sttAuto === "on",
    shown: config.shown,
    maxMessageLength: config.maxMessageLength,
    keepFilesMs: config.keepFilesMs,
    keepFilesBytes: config.keepFilesBytes,
    ownsAgent: config.opencodeUrl === "",
    tempDir: Deno.env.get("TMPDIR") || "/tmp",
    answersDir: join(config.stateDir, "answers"),
    filesDir: join(config.stateDir, "files"),
  };
}
