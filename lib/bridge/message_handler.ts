import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../model/message.ts";
import type { Target } from "../model/place.ts";
import { runOf, type Work } from "../model/turn.ts";
import type { View } from "../model/view.ts";
import type { Asks } from "./asks/asks.ts";
import type { Command, CommandConversation, CommandResult } from "./commands/command.ts";
import { nearestCommand, type ParsedText, parseText, stopWord } from "./commands/parse.ts";
import { runCommand } from "./commands/run_command.ts";
import type { Effects, NewPrompt } from "./effects.ts";
import { readMessage } from "./inbox.ts";
import { LoadingQueue } from "./loading_queue.ts";
import type { Services } from "./services.ts";
import type { TurnQueue } from "./turn/turn_queue.ts";

/** The part of a conversation that a {@linkcode MessageHandler} uses. */
export interface HandlerConversation {
  /** The current record. */
  readonly record: ConversationRecord;
  readonly queue: TurnQueue;
  readonly asks: Asks;
  /** Waits until the asks of a resumed turn are known, at most `timeoutMs` milliseconds. */
  waitForAsks(timeoutMs: number): Promise<void>;
  commit(effects: Effects): Promise<void>;
  /** Commits the effects of a message and removes it from the inbox. */
  finish(message: IncomingMessage, effects?: Effects): Promise<void>;
  /** Creates rows that send a text or views to the chat. */
  rows(target: Target, content: string | readonly View[]): LedgerRow[];
  /** Logs an error. */
  report(error: unknown): void;
}

/** How long a message waits for the asks of a resumed turn, in milliseconds. */
const ASKS_MS = 30_000;
/** How long to wait for the agent's list of commands, in milliseconds. */
const AGENT_COMMANDS_MS = 5_000;

/** Decides whether a message is a command, an answer or a prompt, and acts on it. */
export class MessageHandler {
  readonly #conversation: HandlerConversation;
  readonly #services: Services;
  readonly #loading: LoadingQueue;
  /** Running commands that do not wait for earlier messages. */
  readonly #unordered = new Set<Promise<void>>();

  constructor(conversation: HandlerConversation, services: Services) {
    this.#conversation = conversation;
    this.#services = services;
    this.#loading = new LoadingQueue(services.signal);
  }

  /** Handles a message. Resolves when its kind is decided; slow work continues afterwards. */
  async handle(message: IncomingMessage): Promise<void> {
    const parsed = parseText(message.text);
    // A command is never an answer. Any other message may be one while an ask is open.
    if (parsed.kind === "command") return this.#start(message, parsed);
    await this.#conversation.waitForAsks(ASKS_MS);
    if (await this.#handleAnswer(message)) return;
    // A lone “stop” is for the work that is under way, not for the queue behind it.
    const stop = this.#isBusy ? stopWord(message.text) : undefined;
    if (stop !== undefined) return this.#start(message, stop);
    this.#load(message, (signal) => this.#prompt(message, parsed, signal));
  }

  /** Whether there is something that a stop could end. */
  get #isBusy(): boolean {
    return this.#conversation.queue.turns.length > 0 || this.#loading.size > 0;
  }

  /** Starts a command: behind the messages before it, or at once. */
  #start(message: IncomingMessage, parsed: Extract<ParsedText, { kind: "command" }>): void {
    const run = (signal: AbortSignal) => this.#command(message, parsed, signal);
    if (parsed.command.isOrdered) return this.#load(message, run);
    const running = run(this.#services.signal).catch((error) => this.#conversation.report(error))
      .finally(() => this.#unordered.delete(running));
    this.#unordered.add(running);
  }

  /** Calls off a message on its way into the queue; returns whether it was there. */
  callOff(messageId: string): boolean {
    return this.#loading.callOff(messageId);
  }

  /** Resolves when all work has ended. */
  async settled(): Promise<void> {
    await Promise.all([this.#loading.settled(), ...this.#unordered]);
  }

  /** Submits a message as the answer to an open ask, if it is one; returns whether it was. */
  async #handleAnswer(message: IncomingMessage): Promise<boolean> {
    const { store } = this.#services;
    const { messageId, text } = message;
    // After a crash, an answer is submitted again to its own ask if that is still open. Otherwise it is
    // dropped: it is neither a prompt nor an answer to a later ask.
    const given = await store.answerTo(messageId);
    const answer = text === "" ? undefined : this.#conversation.asks.matchAnswer(message, given);
    if (typeof answer === "string") {
      await this.#conversation.finish(message, {
        rows: this.#conversation.rows(targetOf(message), answer),
      });
    } else if (answer !== undefined) {
      await store.noteAnswer(messageId, answer.ask);
      await this.#conversation.finish(message, await answer.submit());
    } else if (given !== undefined) await this.#conversation.finish(message);
    else return false;
    return true;
  }

  /** Does slow work for a message without blocking `/cancel` or clicks. */
  #load(message: IncomingMessage, work: (signal: AbortSignal) => Promise<void>): void {
    this.#loading.add(message.messageId, work, {
      onCalledOff: async () => {
        await this.#conversation.finish(message);
        this.#services.outbox.react(message.messageId, "cancelled");
      },
      onError: (error) => this.#conversation.report(error),
    });
  }

  async #command(
    message: IncomingMessage,
    { name, command, argument }: { name: string; command: Command; argument: string },
    signal: AbortSignal,
  ): Promise<void> {
    const conversation = this.#commandConversation();
    const request = { ...this.#services, message, argument, conversation, signal };
    const { answer = [], update, enqueue, cancel } = await runCommand(name, command, request);
    // Cancelling comes first, because it can be repeated: after a crash the command runs again until its
    // answer is committed.
    if (cancel !== undefined) await this.#cancel(cancel);
    await this.#conversation.finish(message, {
      rows: this.#conversation.rows(targetOf(message), answer),
      ...(update && { update }),
      ...(enqueue && { enqueue: [promptOf(message, enqueue)] }),
    });
  }

  async #cancel(what: NonNullable<CommandResult["cancel"]>): Promise<void> {
    const { queue } = this.#conversation;
    const [running, ...queued] = queue.turns;
    if (what !== "running") this.#loading.stop(what === "all");
    if (what === "all") { for (const turn of queued) await queue.drop(turn); }
    if (what !== "loading") await running?.cancel();
  }

  /** The conversation as commands see it. */
  #commandConversation(): CommandConversation {
    const conversation = this.#conversation;
    const { store } = this.#services;
    const turns = conversation.queue.turns.map(({ record, reading, waitsFor }) => ({
      startedAt: runOf(record)?.startedAt ?? record.createdAt,
      waitsFor,
      model: reading?.model,
    }));
    return {
      get record() {
        return conversation.record;
      },
      turns,
      loading: this.#loading.size,
      askTitles: conversation.asks.titles,
      rows: () => store.rows(conversation.record.key),
      save: (update) => conversation.commit({ update }),
    };
  }

  /** Queues a message as a prompt or an agent's command, or asks whether a mistyped command was meant. */
  async #prompt(message: IncomingMessage, parsed: ParsedText, signal: AbortSignal): Promise<void> {
    const { texts } = this.#services;
    const target = targetOf(message);
    const task = parsed.kind === "slash" ? await this.#agentTask(parsed, signal) : undefined;
    if (typeof task === "string") {
      return await this.#conversation.finish(message, {
        rows: this.#conversation.rows(target, texts.didYouMean(task)),
      });
    }
    const { prompt, files: newFiles, reply } = await readMessage(message, this.#services, signal);
    if (prompt !== "" && reply !== "") {
      await this.#conversation.commit({ rows: this.#conversation.rows(target, reply) });
    }
    signal.throwIfAborted();
    const files = [...this.#conversation.record.files ?? [], ...newFiles];
    if (prompt === "") {
      // The files wait for a text that says what to do with them.
      const update = (record: ConversationRecord) => ({ ...record, files });
      const rows = this.#conversation.rows(target, reply);
      return await this.#conversation.finish(message, {
        rows,
        ...(files.length > 0 && { update }),
      });
    }
    const work = { text: prompt, ...(files.length > 0 && { files }), ...(task && { task }) };
    await this.#conversation.finish(message, {
      update: ({ files: _, ...record }) => record,
      enqueue: [promptOf(message, work)],
    });
  }

  /**
   * Looks up a slash word among the agent's own commands. Returns its task, a similar command as text, or
   * `undefined` for an ordinary prompt.
   */
  async #agentTask(
    { word, argument }: Extract<ParsedText, { kind: "slash" }>,
    signal: AbortSignal,
  ): Promise<Work["task"] | string> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(AGENT_COMMANDS_MS)]);
    // If the agent does not answer, the message is a prompt and waits in the queue.
    const agentCommands = await this.#services.agent.commands(
      this.#conversation.record.directory,
      limited,
    )
      .catch(() => []);
    signal.throwIfAborted();
    const names = agentCommands.map(({ name }) => name);
    const name = names.find((one) => one.toLowerCase() === word.toLowerCase());
    if (name !== undefined) return { kind: "command", name, arguments: argument };
    const nearest = nearestCommand(word, argument, names);
    return nearest && `/${nearest}`;
  }
}

function promptOf(message: IncomingMessage, work: Work): NewPrompt {
  const { sender, messageId } = message;
  return { work, sender, messageId, target: targetOf(message) };
}
