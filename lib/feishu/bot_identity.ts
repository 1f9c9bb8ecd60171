import { deadline } from "@std/async";
import { ApiError, describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { persist } from "../base/waiting/persist.ts";
import type { Wakeup } from "../base/waiting/wakeup.ts";

/** Tells who the bot is. */
export interface BotInfoApi {
  /** Notifies when what had no answer may have one now. */
  readonly back?: Wakeup;
  botInfo(signal: AbortSignal): Promise<{ readonly openId: string }>;
}

/** Knows the bot's own `open_id`. */
export interface BotId {
  openId(): Promise<string>;
}

/** How long the bot's `open_id` is waited for, in milliseconds. Feishu wants an event acknowledged within 3 seconds. */
const IN_TIME_MS = 2_500;

/**
 * The bot's `open_id`, if Feishu tells it in time.
 *
 * @throws Why Feishu does not tell it, or a `TimeoutError`.
 */
export function toldInTime(bot: BotId): Promise<string> {
  return deadline(bot.openId(), IN_TIME_MS);
}

/** What an earlier run of the program learned of the bot, which never changes for an app. */
export interface KnownBot {
  /** Its `open_id`, if it was stored. */
  readonly openId: string | undefined;
  /** Stores it. */
  save(openId: string): Promise<void>;
}

/** What a {@linkcode BotIdentity} needs. */
export interface BotIdentityOptions {
  readonly api: BotInfoApi;
  readonly known?: KnownBot;
  readonly log: Log;
  /** Ends the lookup. */
  readonly signal: AbortSignal;
}

/**
 * The bot's own `open_id`: looked up when it is first needed, once for all who wait, then kept, also for later
 * runs. While the month's calls are used up nobody can ask for it, and messages of groups cannot be told apart.
 */
export class BotIdentity implements BotId {
  readonly #options: BotIdentityOptions;
  #openId: Promise<string> | undefined;
  #trouble = "";

  constructor(options: BotIdentityOptions) {
    this.#options = options;
    const { openId } = options.known ?? {};
    if (openId) this.#openId = Promise.resolve(openId);
  }

  /** Why Feishu does not tell who the bot is, so that messages of groups wait; empty if it has not refused. */
  get trouble(): string {
    return this.#trouble;
  }

  /**
   * The bot's `open_id`. While Feishu cannot be reached, this waits.
   *
   * @throws When Feishu refuses to tell, and the signal's reason. The next call tries again.
   */
  openId(): Promise<string> {
    return this.#openId ??= this.#lookUp().catch((error) => {
      this.#openId = undefined;
      throw error;
    });
  }

  async #lookUp(): Promise<string> {
    const { api, known, log, signal } = this.#options;
    const ask = () =>
      api.botInfo(signal).catch((error) => {
        // That there is no connection is said elsewhere.
        this.#trouble = error instanceof ApiError ? describe(error) : "";
        throw error;
      });
    const what = "ask who the bot is";
    const { openId } = await persist(ask, { signal, log, what, retryNow: api.back });
    this.#trouble = "";
    known?.save(openId).catch((error) =>
      log.debug(`cannot save who the bot is: ${describe(error)}`)
    );
    return openId;
  }
}
