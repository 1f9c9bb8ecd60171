import { deadline } from "@std/async";
import { isRetryable } from "../../base/errors.ts";
import type { Arrival, ChatEvents } from "../../model/chat_events.ts";
import type { Click, IncomingMessage } from "../../model/message.ts";
import { conversationKey, isOfChat, type Place, type Target } from "../../model/place.ts";
import type { RelayedEvent } from "../../model/relayed_event.ts";
import type { Shared } from "../../store/shared.ts";
import type { Services } from "../services.ts";

/** What a {@linkcode Switchboard} needs. */
export interface SwitchboardOptions extends Pick<Services, "admission" | "languages" | "agent"> {
  readonly shared: Pick<Shared, "owners" | "relay">;
  /** What does the work of this machine. */
  readonly router: ChatEvents & {
    say(place: Place, target: Target, text: string): Promise<void>;
  };
  /** Takes a conversation over, by its key, if its machine is away and somebody wants it on the machine `to`. */
  readonly takeOver: (key: string, to: string) => Promise<boolean>;
  /** Called with each message that is stored, or left out. */
  readonly onReceived: (message: IncomingMessage) => void;
  readonly signal: AbortSignal;
}

/** How long it may take to pass a click on, in milliseconds. Feishu waits three seconds. */
const CLICK_MS = 2_000;

/**
 * The events of a chat on their way to the machine whose conversation they are about. The chat platform gives each
 * to any of them. Messages go through the inbox that they share, so the router stores them all.
 */
export class Switchboard implements ChatEvents {
  readonly #options: SwitchboardOptions;

  constructor(options: SwitchboardOptions) {
    this.#options = options;
  }

  async message(message: IncomingMessage): Promise<void> {
    const { router, onReceived } = this.#options;
    await router.message(message);
    onReceived(message);
  }

  /** A chat is greeted by its machine. A new chat belongs to the machine that greets it. */
  async arrived(arrival: Arrival): Promise<void> {
    const { router } = this.#options;
    const other = this.#otherOwner(conversationKey(arrival));
    if (other === undefined) return await router.arrived(arrival);
    await this.#options.shared.relay(other, { kind: "arrival", arrival });
  }

  /** A message may be anywhere in its chat: all machines of the chat are told. */
  async recalled(chatId: string, messageId: string): Promise<void> {
    const { router, shared } = this.#options;
    const others = shared.owners.entries.filter(({ key }) => isOfChat(key, chatId))
      .flatMap(({ key }) => this.#otherOwner(key) ?? []);
    for (const other of new Set(others)) {
      await shared.relay(other, { kind: "recall", chatId, messageId });
    }
    await router.recalled(chatId, messageId);
  }

  async clicked(click: Click): Promise<string> {
    const { router, shared, admission, languages, takeOver } = this.#options;
    const other = this.#otherOwner(click.conversation);
    if (other === undefined || !admission.mayUse(click.by)) return await router.clicked(click);
    const to = "command" in click && click.command === "on" ? click.argument : undefined;
    if (to !== undefined && await takeOver(click.conversation, to)) {
      return await router.clicked(click);
    }
    await deadline(shared.relay(other, { kind: "click", click }), CLICK_MS);
    return languages.textsOf(click.conversation).clickTaken;
  }

  /** Does what another machine has passed on. What has moved since is passed on again. */
  readonly act = async (event: RelayedEvent): Promise<void> => {
    const { router, agent, signal } = this.#options;
    switch (event.kind) {
      case "click":
        return void await this.clicked(event.click);
      case "recall":
        return await router.recalled(event.chatId, event.messageId);
      case "arrival":
        return await this.arrived(event.arrival);
      case "say":
        return await router.say(event.place, event.target, event.text);
      case "stop":
        for (const run of event.runs) {
          await agent.abort(run, signal).catch((error) => {
            // Its session is gone.
            if (isRetryable(error) || signal.aborted) throw error;
          });
        }
    }
  };

  /** The machine of a conversation, by its key, if it is another. */
  #otherOwner(key: string): string | undefined {
    const { owners } = this.#options.shared;
    return owners.isOurs(key) ? undefined : owners.entry(key)?.ownership.machine;
  }
}
