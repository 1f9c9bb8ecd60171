import { describe } from "../../base/errors.ts";
import { defined } from "../../base/json.ts";
import { newId } from "../../base/ids.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { conversationKey, type Target } from "../../model/place.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { OwnerEntry } from "../../store/owners.ts";
import type { Shared } from "../../store/shared.ts";
import { parseText } from "../commands/parse.ts";
import type { Conversations } from "../conversations.ts";
import type { Services } from "../services.ts";
import { findMachine } from "./find_machine.ts";
import { handOver } from "./hand_over.ts";
import { isForOthers } from "./is_ours.ts";
import type { Lookout } from "./lookout.ts";

/** What {@linkcode Away} needs. */
export interface AwayOptions
  extends Pick<Services, "store" | "settings" | "chat" | "languages" | "outbox" | "log"> {
  readonly shared: Shared;
  readonly lookout: Lookout;
  readonly conversations: Conversations;
}

/** What is open in a conversation. */
interface OpenWork {
  readonly turns: readonly TurnRecord[];
  readonly messages: readonly IncomingMessage[];
  readonly rows: readonly LedgerRow[];
}

/** How many machines a card offers at most. */
const MAX_OFFERED = 3;

/**
 * Looks after the conversations of machines that are away: says so where somebody waits, sends what is finished,
 * and takes over what somebody wants elsewhere. Each step is claimed in the store, so two machines do none twice.
 */
export class Away {
  readonly #options: AwayOptions;

  constructor(options: AwayOptions) {
    this.#options = options;
  }

  /** Looks once; never rejects. */
  async look(): Promise<void> {
    const { lookout, shared, log } = this.#options;
    if (!lookout.isFirst) return;
    const away = shared.owners.entries
      .filter(({ ownership }) => lookout.absence(ownership.machine) !== undefined);
    if (away.length === 0) return;
    try {
      const workOf = await this.#read();
      for (const entry of away) {
        // One that fails holds up no other.
        await this.#lookAfter(entry, workOf(entry.key))
          .catch((error) => log.warn(`cannot look after ${entry.key}: ${describe(error)}`));
      }
    } catch (error) {
      log.warn(`cannot look after the chats of other machines: ${describe(error)}`);
    }
  }

  /**
   * Takes a conversation of a machine that is away over.
   *
   * @param to The machine where somebody wants it, by its name or how that begins.
   * @returns Whether this machine has it now.
   */
  async takeOver(key: string, to: string): Promise<boolean> {
    const { shared, lookout, settings, log } = this.#options;
    await shared.owners.reread([key]);
    const entry = shared.owners.entry(key);
    const target = findMachine(to, lookout.machines);
    if (entry === undefined || target?.presence !== "up") return false;
    const from = entry.ownership.machine;
    if (lookout.absence(from) === undefined) return false;
    const moving = target.isSelf ? {} : { moving: target.name };
    const move = { entry, from, to: shared.machine, cwd: settings.cwd, ...moving };
    const isTaken = await handOver(move, this.#options);
    if (isTaken) log.info(`conversation ${key} is taken over from ${from}, which is away`);
    return isTaken;
  }

  /** Reads what is open anywhere; returns what is in a conversation, by its key. */
  async #read(): Promise<(key: string) => OpenWork> {
    const { store } = this.#options;
    const turns = Map.groupBy(await store.turns(), ({ conversation }) => conversation);
    const messages = Map.groupBy(await store.inbox(), (message) => conversationKey(message));
    const rows = Map.groupBy(await store.rows(), ({ conversation }) => conversation);
    return (key) => ({
      turns: turns.get(key) ?? [],
      messages: messages.get(key) ?? [],
      rows: rows.get(key) ?? [],
    });
  }

  async #lookAfter(entry: OwnerEntry, work: OpenWork): Promise<void> {
    const { shared, lookout, store, outbox, conversations } = this.#options;
    const { key, ownership: { machine, sender, told } } = entry;
    for (const { text, ...message } of work.messages) {
      const typed = parseText(text);
      if (typed.kind !== "command" || typed.name !== "on") continue;
      if (await this.takeOver(key, typed.argument)) return void await conversations.get(message);
    }
    const absence = lookout.absence(machine);
    const waits = work.turns.length + work.messages.length > 0;
    const row = waits && told !== absence ? this.#card(entry, work) : undefined;
    const isSent = sender === shared.machine || sender !== undefined && this.#isUp(sender);
    const isDue = work.rows.some(isForOthers);
    if (row === undefined && (isSent || !isDue)) return;
    const claim = defined({
      machine,
      sender: shared.machine,
      told: row === undefined ? told : absence,
    });
    const changes = row ? { rows: [row] } : {};
    if (await store.replaceOwner(entry, claim, changes)) outbox.wake(key);
  }

  #isUp(name: string): boolean {
    return this.#options.lookout.machine(name)?.presence === "up";
  }

  /** The card that says that the machine of a conversation is away, and where its work can run instead. */
  #card({ key, ownership: { machine } }: OwnerEntry, work: OpenWork): LedgerRow {
    const { chat, languages, lookout } = this.#options;
    const texts = languages.textsOf(key);
    const { target, sender } = waiting(work);
    const value = { conversation: key, offer: newId(), owner: sender, command: "on" };
    const up = lookout.machines.filter(({ presence }) => presence === "up").slice(0, MAX_OFFERED);
    return newRow(key, chat.slot(target), {
      status: "plain",
      text: texts.machineAway(machine, lookout.machine(machine)?.silentMs ?? 0),
      buttons: up.map(({ name }) => ({
        label: texts.runInstead(name),
        value: { ...value, argument: name },
      })),
    });
  }
}

/** Who waits, and where. */
function waiting({ turns, messages }: OpenWork): { target: Target; sender: string } {
  const [turn] = turns;
  const [message] = messages;
  if (turn !== undefined) return { target: turn.slot.target, sender: turn.sender };
  return {
    target: message === undefined ? { chatId: "" } : targetOf(message),
    sender: message?.sender ?? "",
  };
}
