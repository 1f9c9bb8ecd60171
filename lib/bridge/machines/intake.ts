import { describe } from "../../base/errors.ts";
import type { IncomingMessage } from "../../model/message.ts";
import { conversationKey, type Place, placeOf } from "../../model/place.ts";
import type { RelayedEvent } from "../../model/relayed_event.ts";
import type { Shared } from "../../store/shared.ts";
import type { Conversations } from "../conversations.ts";
import type { Services } from "../services.ts";
import type { InOrder } from "./in_order.ts";

/** What an {@linkcode Intake} needs. */
export interface IntakeOptions
  extends Pick<Services, "store" | "chat" | "outbox" | "groups" | "log" | "signal"> {
  readonly shared: Shared;
  readonly conversations: Conversations;
  readonly inOrder: InOrder;
  /** Handles a stored message. */
  readonly receive: (message: IncomingMessage) => Promise<void>;
  /** Does what another machine has passed on. It may come twice. */
  readonly act: (event: RelayedEvent) => Promise<void>;
  /** Learns what was set on other machines. */
  readonly onSettings: () => Promise<void>;
}

/** What may be new. */
interface Due {
  /** Who owns what. */
  readonly owners: boolean;
  readonly settings: boolean;
}

/** Takes what other machines have stored or passed on for this one. */
export class Intake {
  readonly #options: IntakeOptions;
  /** What may be new since the last look began. */
  #due: Due | undefined;
  /** The ids of what was passed on and is being done. */
  readonly #acting = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /**
   * Looks for news; resolves when there is none, never rejects.
   *
   * @param owners Whether conversations may have other owners.
   * @param settings Whether something may have been set elsewhere.
   */
  look(owners: boolean, settings: boolean): Promise<void> {
    const { owners: before = false, settings: set = false } = this.#due ?? {};
    this.#due = { owners: before || owners, settings: set || settings };
    this.#looking ??= this.#lookOn().finally(() => this.#looking = undefined);
    return this.#looking;
  }

  async #lookOn(): Promise<void> {
    const { signal, log } = this.#options;
    while (this.#due !== undefined && !signal.aborted) {
      const due = this.#due;
      this.#due = undefined;
      // The next look, which comes anyway, tries again.
      await this.#look(due)
        .catch((error) => log.warn(`cannot look for news: ${describe(error)}`));
    }
  }

  async #look(due: Due): Promise<void> {
    const { onSettings, shared, store, chat, groups, inOrder, receive, log } = this.#options;
    const { owners, inbox } = shared;
    if (due.settings) await onSettings();
    if (due.owners) {
      await owners.refresh();
      for (const { key } of owners.entries) groups.join(placeOf(key));
      this.#dropLost();
    }
    const before = inbox.taken;
    const addressed = await inbox.addressed();
    const all = due.owners ? await store.inbox() : addressed;
    const messages = all.filter((one) => owners.has(conversationKey(one)));
    if (due.owners) {
      const open = new Set(messages.map(({ messageId }) => messageId));
      // What was handled, and what went to another machine and may come back.
      inbox.giveBack(before.filter((id) => !open.has(id)));
      await this.#takeUp(messages);
    }
    for (const stored of messages) {
      if (!inbox.take(stored.messageId)) continue;
      const { sentAt, createdAt } = stored;
      // The clock of the machine that stored it may be another.
      const ours = sentAt === undefined ? createdAt : chat.clock.ours(sentAt);
      const { told } = owners.entry(conversationKey(stored))?.ownership ?? {};
      // A person who was told that this machine is away could have run it elsewhere, and is not asked again.
      const confirmed = told !== undefined && { isConfirmed: true as const };
      const message = { ...stored, createdAt: ours, ...confirmed };
      inOrder.add(
        message,
        () =>
          void receive(message).catch((error) =>
            log.debug(`message ${stored.messageId} stays in the inbox: ${describe(error)}`)
          ),
      );
    }
    await this.#actOn();
  }

  /** Drops the open conversations that another machine has taken over. */
  #dropLost(): void {
    const { shared: { owners }, conversations, log } = this.#options;
    for (const key of conversations.keys()) {
      if (owners.isOurs(key)) continue;
      log.info(`conversation ${key} went to ${owners.entry(key)?.ownership.machine}`);
      conversations.drop(key)
        .catch((error) => log.error(`cannot drop conversation ${key}: ${describe(error)}`));
    }
  }

  /** Takes up the conversations that came to this machine. */
  async #takeUp(messages: readonly IncomingMessage[]): Promise<void> {
    const { shared: { owners }, store, conversations, outbox, log } = this.#options;
    for (const key of owners.gained) {
      outbox.wake(key);
      const record = await store.conversation(key);
      const place: Place | undefined = record ??
        messages.find((one) => conversationKey(one) === key);
      const isOpen = record?.auto !== undefined || record?.moving !== undefined ||
        (await store.turns(key)).length > 0 || (await store.rows(key)).length > 0;
      log.debug(`conversation ${key} came to this machine`);
      if (place !== undefined && isOpen) await conversations.get(place);
      else owners.tookUp(key);
    }
  }

  async #actOn(): Promise<void> {
    const { shared, act, log } = this.#options;
    for (const { id, event } of await shared.relayed()) {
      if (this.#acting.has(id)) continue;
      this.#acting.add(id);
      // What fails is tried again at the next look.
      act(event).then(() => shared.doneRelayed(id))
        .catch((error) => log.warn(`cannot do what came from elsewhere: ${describe(error)}`))
        .finally(() => this.#acting.delete(id));
    }
  }
}
