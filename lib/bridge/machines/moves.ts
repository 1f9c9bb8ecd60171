import { persist } from "../../base/waiting/persist.ts";
import { describe } from "../../base/errors.ts";
import type { SeenMachine } from "../../model/machine.ts";
import type { Shared } from "../../store/shared.ts";
import type { Conversations } from "../conversations.ts";
import type { Services } from "../services.ts";
import { handOver } from "./hand_over.ts";

/** What {@linkcode Moves} need. */
export interface MovesOptions
  extends Pick<Services, "store" | "settings" | "languages" | "outbox" | "log" | "signal"> {
  readonly shared: Shared;
  readonly conversations: Conversations;
  /** A machine by its name. */
  readonly machine: (name: string) => SeenMachine | undefined;
}

/** Moves conversations to other machines, each once nothing runs in it. */
export class Moves {
  readonly #options: MovesOptions;
  /** The conversations on their way. */
  readonly #moving = new Set<string>();

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** Moves a conversation, by its key, to the machine that its record names. */
  readonly move = (key: string): void => {
    if (this.#moving.has(key)) return;
    this.#moving.add(key);
    this.#move(key)
      .catch((error) => this.#options.log.error(`cannot move ${key}: ${describe(error)}`))
      .finally(() => this.#moving.delete(key));
  };

  async #move(key: string): Promise<void> {
    const { shared, conversations, machine, languages, outbox, log, signal } = this.#options;
    const conversation = await conversations.known(key);
    if (conversation === undefined) return;
    await conversation.queue.rested();
    const { moving: to, chatId, shown } = conversation.record;
    if (signal.aborted) return;
    // Somebody wants it to stay.
    if (to === undefined) return conversation.queue.goOn();
    const there = machine(to);
    if (!shared.owners.has(key) || there?.presence !== "up") {
      // It may have gone away while the last turn ran.
      await conversation.commit({
        update: ({ moving: _, ...record }) => record,
        rows: conversation.rows(shown?.target ?? { chatId }, languages.textsOf(key).staysHere(to)),
      });
      return conversation.queue.goOn();
    }
    await outbox.sent(key);
    await conversations.leave(key, async () => {
      const what = `move ${key} to ${to}`;
      const hand = async () => {
        const entry = shared.owners.entry(key);
        if (entry === undefined || !shared.owners.isOurs(key)) return;
        const move = { entry, from: shared.machine, to, cwd: there.cwd };
        if (!await handOver(move, this.#options)) throw new Error("its entry has changed");
      };
      await persist(hand, { log, signal, what, mayPass: () => true });
      log.info(`conversation ${key} goes to ${to}`);
    });
  }
}
