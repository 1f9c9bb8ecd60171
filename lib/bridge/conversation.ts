import { describe } from "../errors.ts";
import { type Incoming, isSupported } from "../feishu/inbound.ts";
import type { View } from "../feishu/view.ts";
import {
  type Conversation as Record,
  newId,
  type Prompt,
  type Row,
  type Target,
} from "../store.ts";
import { type CommandName, parseCommand } from "./commands.ts";
import { changeDirectory } from "./directory.ts";
import { statusText } from "./status.ts";
import { Turn, type TurnHome, type TurnOptions } from "./turn.ts";

/** What a {@linkcode Conversation} needs, besides what its turns need. */
export interface ConversationOptions extends TurnOptions {
  /** Ends the running turn's following, not the turn itself. */
  readonly signal: AbortSignal;
  /** Lines for `/status` about what all conversations share. */
  readonly systemStatus: () => string[];
}

/**
 * One chat or topic: takes its messages one after the other, runs its prompts in the order in which
 * they came, one at a time.
 */
export class Conversation implements TurnHome {
  readonly #options: ConversationOptions;
  #record: Record;
  /** The running turn first, then the queue. */
  readonly #turns: Turn[] = [];
  #mailbox: Promise<void> = Promise.resolve();
  #pump: Promise<void> | undefined;

  constructor(record: Record, options: ConversationOptions) {
    this.#record = record;
    this.#options = options;
  }

  /** The conversation as it is stored. */
  get conversation(): Record {
    return this.#record;
  }

  /** Binds the conversation to the session of a turn, unless it was moved elsewhere meanwhile. */
  bind(sessionId: string, directory: string): Record {
    if (directory === this.#record.directory) this.#record = { ...this.#record, sessionId };
    return this.#record;
  }

  /** Takes prompts up again that were open or queued when the program ended. */
  resume(prompts: readonly Prompt[]): void {
    for (const prompt of prompts) this.#turns.push(new Turn(prompt, this.#options, false));
    this.#start();
  }

  /** Works on a stored message after those before it. Resolves when it is handled or queued. */
  take(incoming: Incoming): Promise<void> {
    this.#mailbox = this.#mailbox.then(() => this.#handle(incoming)).catch((error) => {
      if (this.#options.signal.aborted) return;
      this.#options.log.error(
        `message ${incoming.messageId} stays in the inbox: ${describe(error)}`,
      );
    });
    return this.#mailbox;
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await this.#mailbox;
    await this.#pump;
    await Promise.all(this.#turns.map((turn) => turn.release()));
  }

  async #handle(incoming: Incoming): Promise<void> {
    const { texts } = this.#options;
    if (!isSupported(incoming.type)) {
      return await this.#answer(incoming, texts.unsupported(incoming.type));
    }
    if (incoming.text === "") {
      return await this.#answer(
        incoming,
        incoming.attachments.length > 0 ? texts.attachmentsLater : texts.emptyMessage,
      );
    }
    const parsed = parseCommand(incoming.text);
    switch (parsed.kind) {
      case "command":
        return await this.#command(incoming, parsed.name, parsed.argument);
      case "mistyped":
        return await this.#answer(incoming, texts.didYouMean(`/${parsed.nearest}`));
      case "prompt":
        return await this.#enqueue(incoming);
    }
  }

  async #enqueue(incoming: Incoming): Promise<void> {
    const { store, delivery } = this.#options;
    const now = Date.now();
    const prompt: Prompt = {
      id: newId(now),
      conversation: this.#record.key,
      text: incoming.text,
      messageId: incoming.messageId,
      sender: incoming.sender,
      createdAt: now,
      // The first request leaves right after this is stored.
      slot: { ...delivery.slot(this.#target(incoming)), triedAt: now },
    };
    await store.commit({ handled: incoming, prompts: [prompt], conversation: this.#record });
    const turn = new Turn(prompt, this.#options, true);
    this.#turns.push(turn);
    if (this.#turns.length > 1) turn.showQueued(this.#turns.length - 1);
    this.#start();
  }

  #start(): void {
    this.#pump ??= this.#run().finally(() => this.#pump = undefined);
  }

  async #run(): Promise<void> {
    const { signal, log } = this.#options;
    for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
      try {
        await turn.run(this, signal);
      } catch (error) {
        if (!signal.aborted) log.error(`turn ${turn.prompt.id} stays open: ${describe(error)}`);
        return;
      }
      this.#turns.splice(this.#turns.indexOf(turn), 1);
      this.#turns.forEach((waiting, before) => before > 0 && waiting.showQueued(before));
    }
  }

  async #command(incoming: Incoming, name: CommandName, argument: string): Promise<void> {
    const { texts } = this.#options;
    switch (name) {
      case "help":
        return await this.#answer(incoming, texts.help);
      case "status":
      case "why":
        return await this.#answer(incoming, await this.#status());
      case "new": {
        const { sessionId: _, ...fresh } = this.#record;
        this.#record = fresh;
        await this.#answer(incoming, texts.newSession(fresh.directory));
        return await this.#cancelRunning();
      }
      case "cwd":
        return await this.#changeDirectory(incoming, argument);
      case "cancel":
      case "stop":
        return await this.#cancel(incoming, argument.toLowerCase() === "all");
    }
  }

  async #changeDirectory(incoming: Incoming, argument: string): Promise<void> {
    const { texts } = this.#options;
    const { directory } = this.#record;
    if (argument === "") return await this.#answer(incoming, texts.cwdIs(directory));
    const changed = await changeDirectory(argument, directory);
    if (changed === undefined) return await this.#answer(incoming, texts.cwdMissing(argument));
    const { sessionId: _, ...fresh } = this.#record;
    this.#record = { ...fresh, directory: changed.directory };
    const lines = [texts.cwdChanged(changed.directory)];
    if (changed.wide) lines.push(texts.cwdWide(changed.directory));
    await this.#answer(incoming, lines.join("\n\n"));
  }

  async #cancel(incoming: Incoming, all: boolean): Promise<void> {
    const { texts } = this.#options;
    const queued = this.#turns.slice(1);
    const lines: string[] = [];
    if (this.#turns.length > 0) lines.push(texts.cancelling);
    if (all) {
      for (const turn of queued) {
        this.#turns.splice(this.#turns.indexOf(turn), 1);
        await turn.drop();
      }
      if (queued.length > 0) lines.push(texts.cancelledAll(queued.length));
    }
    await this.#answer(incoming, lines.join("\n") || texts.nothingRuns);
    await this.#cancelRunning();
  }

  async #cancelRunning(): Promise<void> {
    await this.#turns[0]?.cancel();
  }

  async #status(): Promise<string> {
    const { texts, store, systemStatus } = this.#options;
    return statusText({
      conversation: this.#record,
      turns: this.#turns,
      rows: await store.rows(this.#record.key),
      system: systemStatus(),
      texts,
    });
  }

  /** Strikes a message off the inbox and answers it, in one step. */
  async #answer(incoming: Incoming, text: string): Promise<void> {
    const { store, delivery } = this.#options;
    const view: View = { status: "plain", text };
    const row: Row = delivery.row(
      this.#record.key,
      delivery.slot(this.#target(incoming)),
      view,
    );
    await store.commit({ handled: incoming, conversation: this.#record, rows: [row] });
    delivery.wake(this.#record.key);
  }

  /** In a direct chat an answer needs no quote; in groups and topics it stays with its question. */
  #target(incoming: Incoming): Target {
    const { chatId, chatType, threadId, messageId } = incoming;
    if (chatType === "p2p" && threadId === undefined) return { chatId };
    return { chatId, replyTo: messageId, ...(threadId === undefined ? {} : { inThread: true }) };
  }
}
