import { isRetryable } from "../../lib/base/errors.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { BotIdentity } from "../../lib/feishu/bot_identity.ts";
import { Messenger, type MessengerOptions } from "../../lib/feishu/messenger.ts";
import type { FeishuApi } from "../../lib/feishu/rest/api.ts";
import type { Target } from "../../lib/model/place.ts";
import type { ShowOptions } from "../../lib/model/show_options.ts";
import type { RenderMode, Slot } from "../../lib/model/slot.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { feishuApi, memoryLog } from "../helpers.ts";

/** What differs from the program as it usually is. */
export interface Options {
  readonly mode?: RenderMode;
  readonly modeOf?: (conversation: string) => RenderMode | undefined;
  readonly isOpened?: MessengerOptions["isOpened"];
  readonly stream?: "patch" | "cardkit" | "auto";
  readonly throttleMs?: number;
  /** Messages that an earlier run knows as its own, with the `uuid` of their slots. */
  readonly own?: Readonly<Record<string, string>>;
  /** Stands between the messenger and the platform's create. */
  readonly send?: (send: FeishuApi["send"]) => FeishuApi["send"];
}

/** A messenger over the real client. Another one stands for the program after a restart. */
export function startMessenger(twin: Twin, options: Options = {}) {
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const api = feishuApi(twin, log);
  if (options.send !== undefined) api.send = options.send(api.send.bind(api));
  const messenger = new Messenger({
    api,
    bot: new BotIdentity({ api, log, signal }),
    textsOf: () => texts("en"),
    log,
    mode: options.mode ?? "card",
    modeOf: options.modeOf ?? (() => undefined),
    isOpened: options.isOpened ?? (() => false),
    thrift: () => 0,
    machines: () => 1,
    stream: options.stream ?? "patch",
    throttleMs: options.throttleMs ?? 1,
    sentAs: (messageId) => Promise.resolve(options.own?.[messageId]),
    onSent: () => {},
  });
  const target: Target = { chatId: twin.chat.id };
  return {
    messenger,
    api,
    log,
    target,
    signal,
    /** Ends what is under way. */
    stop: () => stopping.abort(new Error("the test is over")),
    message: (slot: Slot = messenger.slot(target)) => new ShownMessage(messenger, slot, signal),
  };
}

/** A message as the bridge shows it: its slot is stored before each request for it, and after one that worked. */
export class ShownMessage {
  readonly #messenger: Messenger;
  readonly #signal: AbortSignal;
  slot: Slot;

  constructor(messenger: Messenger, slot: Slot, signal: AbortSignal) {
    this.#messenger = messenger;
    this.slot = slot;
    this.#signal = signal;
  }

  get paceMs(): number {
    return this.#messenger.paceMs(this.slot, { ageMs: 0, edits: 0, isStep: false });
  }

  /** One attempt, and one to settle each message in whose place another one stands then. */
  async show(view: View, stage: ShowOptions["stage"] = "final"): Promise<void> {
    const replaced: Slot[] = [];
    this.slot = this.#messenger.markAttempted(this.slot);
    const keep = (slot: Slot) => {
      this.slot = slot;
      return Promise.resolve();
    };
    const keepReplaced = (old: Slot) => {
      replaced.push(old);
      return Promise.resolve();
    };
    const options = { stage, signal: this.#signal, keep, keepReplaced };
    this.slot = await this.#messenger.show(this.slot, view, options);
    const settled: View = { status: "plain", isReplaced: true };
    for (const old of replaced) await this.#messenger.show(old, settled, options);
  }

  /** Shows views one after the other, each with a few attempts. */
  async grow(...views: View[]): Promise<void> {
    for (const view of views) await this.#persist(view, "growing");
  }

  /** Shows the last view, with a few attempts. */
  async end(view: View): Promise<void> {
    await this.#persist(view, "final");
  }

  async #persist(view: View, stage: ShowOptions["stage"]): Promise<void> {
    for (let attempts = 1;; attempts++) {
      try {
        return await this.show(view, stage);
      } catch (error) {
        if (!isRetryable(error) || attempts === 5) throw error;
      }
    }
  }
}

/** What the bot's messages say that were not withdrawn. */
export function shown(twin: Twin): string[] {
  return twin.botMessages().filter(({ recalled }) => !recalled).map((one) => twin.plain(one));
}
