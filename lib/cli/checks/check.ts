import type { Config } from "../../config.ts";
import type { CheckContext } from "./context.ts";

/** The checks of `doctor`, by name. `settings` comes first, since the others need the settings. */
export type CheckName =
  | "settings"
  | "users"
  | "state"
  | "disk"
  | "undelivered"
  | "calls"
  | "version"
  | "opencode"
  | "model"
  | "asks"
  | "voice"
  | "network"
  | "clock"
  | "credentials"
  | "bot"
  | "scopes"
  | "extras"
  | "connection"
  | "instances"
  | "events"
  | "callbacks"
  | "consumers";

/** One link of the chain from this machine to the chat. */
export interface Check {
  readonly name: CheckName;
  /**
   * `network`: needs other machines. `feishu`: needs the app's credentials too. `live`: also needs a person in
   * the chat, and no running bridge that would take the messages.
   */
  readonly needs?: "network" | "feishu" | "live";
  /** The settings of this machine that it relies on: with a mistake in one of them it does not run. */
  readonly settings?: readonly (keyof Config)[];
  /** The page of the app in the developer console where the link is repaired. */
  readonly page?: string;
  /** Set if Feishu may not tell what is asked: that says nothing about the link. */
  readonly mayBeUntold?: true;
  /** The check, or the checks, that have to succeed first. */
  readonly after?: CheckName | readonly CheckName[];
  /** Throws when the link is broken. The message of the error says how. */
  readonly run: (
    context: CheckContext,
    signal: AbortSignal,
  ) => Promise<CheckResult> | CheckResult;
}

/** What was found at a link that works; a warning can have its own page of the developer console and advice. */
export type CheckResult = string | {
  readonly warning: string;
  readonly page?: string;
  readonly todo?: string;
};

/** How long a step without a person may take, in milliseconds. */
export const STEP_MS = 20_000;
