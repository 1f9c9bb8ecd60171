import { describe } from "../../base/errors.ts";
import { defined } from "../../base/json.ts";
import { newId } from "../../base/ids.ts";
import { isUndelivered, type LedgerRow, newRow } from "../../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { conversationKey, type Target } from "../../model/place.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { OwnerEntry } from "../../store/owners.ts";
import type { Shared } from "../../store/shared.ts";
import { parseText, type TypedCommand } from "../commands/parse.ts";
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
        // A conversation that fails holds up no other.
        await this.#lookAfter(entry, workOf(entry.key))
          .catch((error) => log.warn(`cannot look after ${entry.key}: ${describe(error)}`));
      }
    } catch (error) {
      log.warn(`cannot look after the chats of other machines: ${describe(error)}`);
    }
  }

  /** Answers at once what a stored message asks, if the machine of its conversation is away; never rejects. */
  async received(message: IncomingMessage): Promise<void> {
    if (!["status", "on"].includes(commandOf(message)?.name ?? "")) return;
    const { shared, lookout, store, log } = this.#options;
    const key = conversationKey(message);
    const entry = shared.owners.entry(key);
    if (entry === undefined || lookout.absence(entry.ownership.machine) === undefined) return;
    try {
      const messages = (await store.inbox()).filter((one) => conversationKey(one) === key);
      const [turns, rows] = [await store.turns(key), await store.rows(key)];
      await this.#lookAfter(entry, { turns, messages, rows });
    } catch (error) {
      // The next look, which comes anyway, tries again.
      log.warn(`cannot look after ${key}: ${describe(error)}`);
    }
  }

  /**
   * Takes over a conversation of a machine that is away.
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
    for (const message of work.messages) {
      const typed = commandOf(message);
      if (typed?.name !== "on") continue;
      if (await this.takeOver(key, typed.argument)) return void await conversations.get(message);
    }
    const absence = lookout.absence(machine);
    const asked = work.messages.filter(isStatus);
    const left = { ...work, messages: work.messages.filter((message) => !isStatus(message)) };
    const rows = asked.map((message) =>
      this.#card(entry, { target: targetOf(message), sender: message.sender }, left)
    );
    const waits = left.turns.length + left.messages.length > 0;
    if (rows.length === 0 && waits && told !== absence) rows.push(this.#card(entry, waiting(left)));
    const isSent = sender === shared.machine || sender !== undefined && this.#isUp(sender);
    const isDue = work.rows.some(isForOthers);
    if (rows.length === 0 && (isSent || !isDue)) return;
    const claim = defined({
      machine,
      sender: shared.machine,
      told: rows.length === 0 ? told : absence,
    });
    if (await store.replaceOwner(entry, claim, { rows, handled: asked })) outbox.wake(key);
  }

  #isUp(name: string): boolean {
    return this.#options.lookout.machine(name)?.presence === "up";
  }

  /**
   * The card that says that the machine of a conversation is away, and where its work can run instead.
   *
   * @param work What is open, if somebody wants to know.
   */
  #card(
    { key, ownership: { machine } }: OwnerEntry,
    { target, sender }: Asker,
    work?: OpenWork,
  ): LedgerRow {
    const { chat, languages, lookout } = this.#options;
    const texts = languages.textsOf(key);
    const lines = work === undefined ? [] : [
      texts.statusQueue(work.turns.length + work.messages.length),
      texts.statusUndelivered(work.rows.filter(isUndelivered).length, ""),
    ];
    const text = (canPress: boolean) =>
      [
        texts.machineAway(machine, lookout.machine(machine)?.silentMs ?? 0, canPress),
        ...lines.map((line) => `- ${line}`),
      ].join("\n");
    const value = { conversation: key, offer: newId(), owner: sender, command: "on" };
    const up = lookout.machines.filter(({ presence }) => presence === "up").slice(0, MAX_OFFERED);
    return newRow(key, chat.slot(target), {
      status: "plain",
      text: text(up.length > 0),
      unpressed: { text: text(false) },
      buttons: up.map(({ name }) => ({
        label: texts.runInstead(name),
        value: { ...value, argument: name },
      })),
    });
  }
}

/** The command that a message is. */
function commandOf({ text }: IncomingMessage): TypedCommand | undefined {
  const parsed = parseText(text);
  return parsed.kind === "command" ? parsed : undefined;
}

/** Whether a message only wants to know what is going on. */
function isStatus(message: IncomingMessage): boolean {
  return commandOf(message)?.name === "status";
}

/** Who waits, and where. */
interface Asker {
  readonly target: Target;
  readonly sender: string;
}

function waiting({ turns, messages }: OpenWork): Asker {
  const [turn] = turns;
  const [message] = messages;
  if (turn !== undefined) return { target: turn.slot.target, sender: turn.sender };
  return {
    target: message === undefined ? { chatId: "" } : targetOf(message),
    sender: message?.sender ?? "",
  };
}
