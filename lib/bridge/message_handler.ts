import type { ConversationRecord } from "../model/conversation.ts";
import type { LedgerRow } from "../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../model/message.ts";
import type { Target } from "../model/place.ts";
import { runOf, type Work } from "../model/turn.ts";
import type { View } from "../model/view.ts";
import type { Asks } from "./asks/asks.ts";
import type { Command, CommandConversation } from "./commands/command.ts";
import { nearestCommand, type ParsedText, parseText } from "./commands/parse.ts";
import { runCommand } from "./commands/run_command.ts";
import type { Effects, NewPrompt } from "./effects.ts";
import { readMessage } from "./inbox.ts";
import { LoadingQueue } from "./loading_queue.ts";
import type { Services } from "./services.ts";
import type { TurnQueue } from "./turn/turn_queue.ts";

/** The conversation whose messages are handled. */
export interface HandlerConversation {
  /** As it is now. */
  readonly record: ConversationRecord;
  readonly queue: TurnQueue;
  readonly asks: Asks;
  /** Resolves when it is known what a resumed turn asks, or when the time is over. */
  waitForAsks(timeoutMs: number): Promise<void>;
  commit(effects: Effects): Promise<void>;
  /** Commits what became of a message, and strikes it off the inbox. */
  finish(message: IncomingMessage, effects?: Effects): Promise<void>;
  /** Rows that put messages into the chat. */
  rows(target: Target, content: string | readonly View[]): LedgerRow[];
  report(error: unknown): void;
}

/** How long, in milliseconds, a message waits until it is known what a resumed turn asks. */
const ASKS_MS = 30_000;
/** Milliseconds in which the agent has to say which commands it has. */
const AGENT_COMMANDS_MS = 5_000;

/** Finds out what a message is, a command, an answer or a prompt, and does what it asks for. */
export class MessageHandler {
  readonly #conversation: HandlerConversation;
  readonly #services: Services;
  readonly #loading: LoadingQueue;
  /** Commands that nothing has to wait for. */
  readonly #unordered = new Set<Promise<void>>();

  constructor(conversation: HandlerConversation, services: Services) {
    this.#conversation = conversation;
    this.#services = services;
    this.#loading = new LoadingQueue(services.signal);
  }

  /** Handles a message; resolves when it is known what it is. */
  async handle(message: IncomingMessage): Promise<void> {
    const parsed = parseText(message.text);
    // A command is never an answer; anything else may be one, as long as something is asked.
    if (parsed.kind === "command") {
      const { command } = parsed;
      const run = (signal: AbortSignal) => this.#command(message, parsed, signal);
      if (command.isOrdered) return this.#load(message, run);
      const running = run(this.#services.signal).catch((error) => this.#conversation.report(error))
        .finally(() => this.#unordered.delete(running));
      return void this.#unordered.add(running);
    }
    await this.#conversation.waitForAsks(ASKS_MS);
    if (await this.#handleAnswer(message)) return;
    this.#load(message, (signal) => this.#prompt(message, parsed, signal));
  }

  /** Calls off a message on its way into the queue; returns whether there was one. */
  callOff(messageId: string): boolean {
    return this.#loading.callOff(messageId);
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all([this.#loading.settled(), ...this.#unordered]);
  }

  /** Takes a message as the answer to an open ask, if it is one. */
  async #handleAnswer(message: IncomingMessage): Promise<boolean> {
    const { store } = this.#services;
    const { messageId, text } = message;
    // An answer that was given before a crash is given again if it did not get through, and means
    // nothing otherwise: neither to the agent, nor to what is asked by now.
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

  /** Does what takes time for a message, so that it holds up neither `/cancel` nor a click. */
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
    // First what can be done twice: until it is answered, the command is read again after a crash.
    if (cancel !== undefined) await this.#cancel(cancel === "all");
    await this.#conversation.finish(message, {
      rows: this.#conversation.rows(targetOf(message), answer),
      ...(update && { update }),
      ...(enqueue && { enqueue: [promptOf(message, enqueue)] }),
    });
  }

  async #cancel(all: boolean): Promise<void> {
    const [running, ...queued] = this.#conversation.queue.turns;
    if (all || running === undefined) this.#loading.stop(all);
    if (all) { for (const turn of queued) await this.#conversation.queue.drop(turn); }
    await running?.cancel();
  }

  /** What a command sees of the conversation. */
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

  /** Makes a message a prompt, with all that it brings; or a command of the agent, or a question what was meant. */
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
      // They wait for the text that says what to do with them.
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

  /** A word behind a slash that is none of our commands: the agent may have one, or nearly so. */
  async #agentTask(
    { word, argument }: Extract<ParsedText, { kind: "slash" }>,
    signal: AbortSignal,
  ): Promise<Work["task"] | string> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(AGENT_COMMANDS_MS)]);
    // As long as the agent cannot say, it is a prompt, which waits for the agent too.
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
