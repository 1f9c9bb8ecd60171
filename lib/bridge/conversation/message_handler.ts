import { persist } from "../../base/waiting/persist.ts";
import { RecentSet } from "../../base/recent_set.ts";
import { type IncomingMessage, isVoice, targetOf } from "../../model/message.ts";
import { goesToAgent } from "../asks/ask.ts";
import { commandEffects } from "./command_effects.ts";
import { agentCommands } from "../commands/agent_commands.ts";
import { type ParsedText, parseMessage, slashTask, type TypedCommand } from "../commands/parse.ts";
import { combine, type Effects } from "../effects.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import { LoadingQueue } from "../inbox/loading_queue.ts";
import { isOnlyStop, loneStop, type StopOptions } from "./lone_stop.ts";
import { DONE, type Rest } from "./mailbox.ts";
import { matchedAnswer } from "./matched_answer.ts";
import { promptEffects } from "../inbox/prompt_effects.ts";
import { isSlow } from "../inbox/prompt_of.ts";
import { readPrompt } from "../inbox/read_prompt.ts";
import type { Services } from "../services.ts";
import { scheduledPrompt } from "../schedules/scheduled_prompt.ts";
import { stillWaiting } from "./still_waiting.ts";

/** Decides whether a message is a command, an answer or a prompt, and acts on it. */
export class MessageHandler {
  readonly #conversation: HandlerConversation;
  readonly #services: Services;
  /** The messages on their way into the queue. */
  readonly loading: LoadingQueue;
  /** Running commands that do not wait for earlier messages. */
  readonly #unordered = new Set<Promise<void>>();
  /** The ids of messages that went along with a comment on them. Their events come soon, or never. */
  readonly #absorbed = new RecentSet<string>();

  /** @param holdMs How long a slow message holds up later ones, in milliseconds. */
  constructor(conversation: HandlerConversation, services: Services, holdMs?: number) {
    this.#conversation = conversation;
    this.#services = services;
    this.loading = new LoadingQueue(services.signal, holdMs);
  }

  /**
   * Handles a message. Resolves when its kind is decided, with the rest of the work: messages that follow wait for
   * that, urgent commands do not. Slow work goes on afterwards.
   */
  async handle(message: IncomingMessage): Promise<Rest> {
    if (isVoice(message)) return this.#hear(message);
    const { scheduled } = message;
    if (scheduled !== undefined) {
      this.#load(message, (signal) => this.#scheduled({ ...message, scheduled }, signal));
      return DONE;
    }
    const parsed = parseMessage(message);
    // A command is never an answer. Any other message may be one while an ask is open.
    if (parsed.kind === "command") return this.#start(message, parsed);
    if (parsed.kind === "misused") return await this.#explain(message, parsed);
    await this.#conversation.waitForAsks();
    const answered = await this.#handleAnswer(message, parsed) ?? this.#stop(message);
    if (answered !== undefined) return answered;
    // A download may take long; its sender is told at once that the message was taken.
    if (isSlow(message)) this.#services.outbox.react(message.messageId, "taken");
    this.#load(message, (signal) => this.#prompt(message, parsed, signal));
    return DONE;
  }

  /**
   * Handles a message that came late if it acts at once all the same: `/cancel`, `/status`, a lone “stop”, or
   * an answer to an ask that its writer had seen. Returns the rest of the work; `undefined` if it does not act.
   */
  async handleLate(message: IncomingMessage): Promise<Rest | undefined> {
    if (message.scheduled !== undefined) return undefined;
    const parsed = parseMessage(message);
    if (parsed.kind === "command") {
      return parsed.command.isNeverLate ? this.#start(message, parsed) : undefined;
    }
    await this.#conversation.waitForAsks();
    return await this.#handleAnswer(message, parsed) ?? this.#stop(message);
  }

  /** Turns speech into a text, which is shown first, or is a prompt at once. */
  #hear(message: IncomingMessage): Rest {
    this.#load(message, async (signal) => {
      const run = (written: IncomingMessage) => this.#prompt(written, { kind: "prompt" }, signal);
      await this.#conversation.voice.hear(message, run, signal);
    });
    return DONE;
  }

  /** Says how a command is written. */
  async #explain(
    message: IncomingMessage,
    { name, command }: Extract<ParsedText, { kind: "misused" }>,
  ): Promise<Rest> {
    const { texts } = this.#services;
    await this.#reply(message, texts.misused(command.usage, texts.commands[name] ?? ""));
    return DONE;
  }

  async #reply(message: IncomingMessage, text: string): Promise<void> {
    const rows = this.#conversation.rows(targetOf(message), text);
    await this.#conversation.finish(message, { rows });
  }

  /** Takes a lone “stop” while there is something to stop; otherwise it would queue behind that. */
  #stop(message: IncomingMessage): Rest | undefined {
    const stop = loneStop(message, this.#stopOptions);
    return stop && this.#start(message, stop);
  }

  /** Whether a message overtakes the answers that are on their way. */
  mayOvertake(message: IncomingMessage): boolean {
    return isOnlyStop(message, this.#stopOptions);
  }

  get #stopOptions(): StopOptions {
    return { conversation: this.#conversation, loading: this.loading };
  }

  /** Starts a command: behind the messages before it, or at once. */
  #start(message: IncomingMessage, typed: TypedCommand): Rest {
    const run = (signal: AbortSignal) => this.#command(message, typed, signal);
    if (typed.command.isOrdered) this.#load(message, run, true);
    else {
      const running = run(this.#services.signal)
        .catch((error) => this.#conversation.retry(message, error))
        .finally(() => this.#unordered.delete(running));
      this.#unordered.add(running);
    }
    return DONE;
  }

  /** Resolves when all work has ended. */
  async settled(): Promise<void> {
    await Promise.all([this.loading.settled(), ...this.#unordered]);
  }

  /** Submits a message as the answer to an open ask; returns the rest of that work, `undefined` if it is no answer. */
  async #handleAnswer(message: IncomingMessage, parsed: ParsedText): Promise<Rest | undefined> {
    const { store, log } = this.#services;
    const { messageId } = message;
    // After a crash, an answer is submitted again to its own ask if that is still open. Otherwise it is
    // dropped: it is neither a prompt nor an answer to a later ask.
    const given = await store.notes.answerTo(messageId);
    if (given !== undefined) log.debug(`message ${messageId} answers ${given} again`);
    const answer = await matchedAnswer(message, parsed, given, {
      ...this.#services,
      ...this.#stopOptions,
      agentCommands: () => this.#agentCommands(this.#services.signal),
    });
    if (typeof answer === "string") {
      await this.#reply(message, answer);
    } else if (answer !== undefined) {
      await store.notes.noteAnswer(messageId, answer.ask);
      log.debug(`message ${messageId} answers ${answer.ask}`);
      const submit = async () => await this.#conversation.finish(message, await answer.submit());
      // The agent may take long, or hang.
      if (goesToAgent(answer.ask)) return { rest: submit() };
      await submit();
    } else if (given !== undefined) await this.#conversation.finish(message);
    else return undefined;
    return DONE;
  }

  /** The names of the agent's own commands in this directory; `undefined` if they are not known. */
  async #agentCommands(signal: AbortSignal): Promise<string[] | undefined> {
    const { directory } = this.#conversation.record;
    const commands = await agentCommands(directory, { ...this.#services, signal });
    return commands?.map(({ name }) => name);
  }

  /** Does slow work for a message without blocking `/cancel` or clicks. */
  #load(
    message: IncomingMessage,
    work: (signal: AbortSignal) => Promise<void>,
    isOrdered = false,
  ): void {
    const { messageId, sender, createdAt, parentId } = message;
    // A comment goes with what it quotes, however long that takes.
    const isComment = parentId !== undefined && this.loading.has(parentId);
    this.loading.add(messageId, work, {
      sender,
      createdAt,
      isOrdered: isOrdered || isComment,
      isSlow: isSlow(message),
      mayBePassed: isVoice(message) && !this.#services.settings.runsHeard,
      // It was called off while its prompt was being stored.
      onTooLate: async () => {
        const { queue } = this.#conversation;
        const turn = queue.turns.find(({ record }) => record.messageId === messageId);
        if (turn !== undefined) return await queue.drop(turn);
        const { groups, conversationOf } = this.#services;
        const opened = groups.opens(message);
        if (opened) await (await conversationOf(opened)).recall(messageId);
      },
      onCalledOff: async () => {
        const { log, signal } = this.#services;
        const what = `take message ${message.messageId} out of the inbox`;
        const rows = stillWaiting(message, this.#conversation, this.#services);
        // Handled again, it would run although it was called off.
        await persist(() => this.#conversation.finish(message, { rows }), {
          log,
          signal,
          what,
          mayPass: () => true,
        });
        this.#services.outbox.react(message.messageId, "cancelled");
      },
      onError: (error) => this.#conversation.retry(message, error),
    });
  }

  /** Queues what a schedule asks. */
  async #scheduled(
    message: Parameters<typeof scheduledPrompt>[0],
    signal: AbortSignal,
  ): Promise<void> {
    const names = message.text.startsWith("/") ? await this.#agentCommands(signal) : undefined;
    const effects = scheduledPrompt(message, names ?? [], this.#services.chat);
    await this.#conversation.finish(message, effects);
  }

  async #command(
    message: IncomingMessage,
    typed: TypedCommand,
    signal: AbortSignal,
  ): Promise<void> {
    const options = {
      ...this.#services,
      conversation: this.#conversation,
      loading: this.loading,
    };
    const effects = await commandEffects(message, typed, options, signal);
    await this.#conversation.finish(message, effects);
  }

  /** Queues a message as a prompt or an agent's command, or asks whether a mistyped command was meant. */
  async #prompt(message: IncomingMessage, parsed: ParsedText, signal: AbortSignal): Promise<void> {
    const { texts, admission, chat, groups } = this.#services;
    const { messageId } = message;
    if (this.#absorbed.delete(messageId)) return await this.#conversation.finish(message);
    const target = targetOf(message);
    // If the agent does not answer, the message is a prompt and waits in the queue.
    const task = parsed.kind === "slash"
      ? slashTask(parsed, await this.#agentCommands(signal) ?? [])
      : undefined;
    if (typeof task === "string") return await this.#reply(message, texts.didYouMean(task));
    const options = {
      ...this.#services,
      conversation: this.#conversation,
      loading: this.loading,
      isCommand: task !== undefined,
    };
    const content = await readPrompt(message, options, signal);
    signal.throwIfAborted();
    if (this.#absorbed.delete(messageId)) return await this.#conversation.finish(message);
    const absorbed = await this.#absorb(message, content.commentOf);
    const { record } = this.#conversation;
    const opens = groups.opens(message);
    const effects = promptEffects(message, content, { record, admission, chat, task, opens });
    const there = effects.enqueue?.[0]?.target ?? target;
    const rows = content.reply === "" ? [] : this.#conversation.rows(there, content.reply);
    await this.#conversation.finish(message, combine(absorbed, effects, { rows }));
  }

  /** Keeps a message that goes along with a comment on it from being handled. Its event may come later. */
  async #absorb({ chatId }: IncomingMessage, messageId: string | undefined): Promise<Effects> {
    if (messageId === undefined) return {};
    const { store, chat } = this.#services;
    this.#absorbed.add(messageId);
    await store.markSeen({ chatId, messageId }, chat.clock.theirs(Date.now()));
    return await this.#conversation.absorb(messageId);
  }
}
