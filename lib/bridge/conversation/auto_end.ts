import { pause } from "../../base/waiting/wakeup.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import { newRow } from "../../model/ledger.ts";
import type { Chat } from "../../model/ports.ts";
import type { Effects } from "../effects.ts";
import type { Services } from "../services.ts";

/** What {@linkcode AutoEnd} needs. */
export interface AutoEndOptions extends Pick<Services, "texts" | "signal"> {
  readonly chat: Pick<Chat, "slot">;
  readonly conversation: { readonly record: ConversationRecord };
  /** Runs work and commits its effects, as often as it takes. */
  readonly commitLater: (work: () => Promise<Effects>) => void;
}

/** Milliseconds between two looks at the clock, which may be set, or go on while the machine sleeps. */
const LOOK_MS = 60_000;

/** Says when the time of `/auto` is over, and ends it. */
export class AutoEnd {
  readonly #options: AutoEndOptions;
  /** The time that is waited for, in milliseconds since 1970. */
  #until: number | undefined;

  constructor(options: AutoEndOptions) {
    this.#options = options;
    this.look();
  }

  /** Waits for the end that the conversation's record says, if it is another than before. */
  look(): void {
    const until = this.#options.conversation.record.auto?.until;
    if (until === this.#until) return;
    this.#until = until;
    if (until !== undefined) void this.#wait(until);
  }

  async #wait(until: number): Promise<void> {
    const { signal, commitLater } = this.#options;
    for (;;) {
      if (signal.aborted || this.#until !== until) return;
      const leftMs = until - Date.now();
      if (leftMs <= 0) break;
      await pause(Math.min(leftMs, LOOK_MS), signal);
    }
    commitLater(() => Promise.resolve(this.#end(until)));
  }

  #end(until: number): Effects {
    const { conversation: { record: { key, chatId, auto, shown } }, chat, texts } = this.#options;
    if (auto?.until !== until) return {};
    // Records of an older version of the program do not say where it was asked for.
    const target = auto.target ?? shown?.target ?? { chatId };
    const view = { status: "plain", text: texts.autoOver } as const;
    return {
      rows: [newRow(key, chat.slot(target), view, `auto-over-${until}`)],
      update: ({ auto, ...record }) =>
        auto !== undefined && auto.until !== until ? { ...record, auto } : record,
    };
  }
}
