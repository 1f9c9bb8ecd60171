import type { Incoming } from "../feishu/inbound.ts";
import type { View } from "../feishu/view.ts";
import type { Task } from "../opencode/post.ts";
import type { Store } from "../store.ts";
import { act, type ActionHost, type ActionOptions, ACTIONS, type CommandName } from "./actions.ts";
import type { Asks } from "./asks.ts";
import { mistyped, parseCommand } from "./commands.ts";
import type { Delivery } from "./delivery.ts";
import type { Intake } from "./intake.ts";
import { Lane } from "./lane.ts";

/** What a {@linkcode Reception} needs. */
export interface ReceptionOptions extends ActionOptions {
  readonly store: Store;
  readonly delivery: Delivery;
  readonly intake: Intake;
  readonly signal: AbortSignal;
  /** Called with what goes wrong; the message stays in the inbox then. */
  readonly onError: (error: unknown) => void;
}

/** The conversation whose messages are received. */
export interface ReceptionHost extends ActionHost {
  readonly asks: Asks;
  /** Resolves when it is known what a resumed turn asks, within half a minute. */
  asksKnown(): Promise<void>;
  /** Puts messages into the chat, and strikes the one that they answer off the inbox unless more follows. */
  answer(incoming: Incoming, views: readonly View[], last?: boolean): Promise<void>;
}

/** Milliseconds in which opencode has to say which commands it has. */
const SLASH_MS = 5_000;

/**
 * Finds out what a message is: a command, an answer, or a prompt. Whatever takes time, like the loading
 * of files, goes on beside, so that it holds up neither `/cancel` nor a click.
 */
export class Reception {
  readonly #host: ReceptionHost;
  readonly #options: ReceptionOptions;
  /** Messages on their way into the queue, in their order. */
  readonly #loading: Lane;
  /** Commands that nothing has to wait for. */
  readonly #aside = new Set<Promise<void>>();

  constructor(host: ReceptionHost, options: ReceptionOptions) {
    this.#host = host;
    this.#options = options;
    this.#loading = new Lane(options.signal, options.onError);
  }

  /** Takes a message; resolves when it is known what it is. */
  async take(incoming: Incoming): Promise<void> {
    const { store, signal, onError } = this.#options;
    const { text, messageId } = incoming;
    const parsed = parseCommand(text);
    // A command is never an answer; anything else may be one, as long as something is asked.
    if (parsed.kind === "command") {
      const run = (signal: AbortSignal) => this.#act(incoming, parsed, signal);
      if (ACTIONS[parsed.name].inOrder) return this.#loading.add(messageId, run);
      const aside = run(signal).catch(onError).finally(() => this.#aside.delete(aside));
      return void this.#aside.add(aside);
    }
    await this.#host.asksKnown();
    // An answer that was given before a crash is given again if it did not get through, and means
    // nothing otherwise: neither to the agent, nor to what is asked by now.
    const given = await store.answerTo(messageId);
    const taken = text && this.#host.asks.reply(incoming, given);
    if (taken && taken.kind === "wrong") return await this.#say(incoming, taken.hint);
    if (taken && taken.kind === "answer") {
      await store.noteAnswer(messageId, taken.ask);
      await taken.act();
      return await store.commit({ handled: incoming });
    }
    if (given !== undefined) return await store.commit({ handled: incoming });
    this.#loading.add(messageId, async (off) => {
      try {
        if (parsed.kind === "prompt") await this.#prompt(incoming, off);
        else await this.#slash(incoming, parsed.word, parsed.argument, off);
      } catch (error) {
        if (signal.aborted || !off.aborted) throw error;
        await store.commit({ handled: incoming });
        this.#options.delivery.react(messageId, "cancelled");
      }
    });
  }

  /** Calls off the loading of a message; returns whether it was under way. */
  recall(messageId: string): boolean {
    return this.#loading.callOff(messageId);
  }

  /** Calls off what messages still load, of all or of the oldest; returns of how many. */
  stop(all: boolean): number {
    const names = this.#loading.names.slice(0, all ? undefined : 1);
    return names.filter((name) => this.#loading.callOff(name)).length;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all([this.#loading.settled, ...this.#aside]);
  }

  async #act(
    incoming: Incoming,
    { name, argument }: { name: CommandName; argument: string },
    signal: AbortSignal,
  ): Promise<void> {
    const request = { ...this.#options, incoming, argument, host: this.#host };
    const { text, views = [] } = await act(name, request, signal);
    const all = text === undefined ? views : [{ status: "plain", text } as const, ...views];
    if (all.length > 0) await this.#host.answer(incoming, all);
  }

  /** A word behind a slash that is none of our commands: opencode may have one, or nearly so. */
  async #slash(
    incoming: Incoming,
    word: string,
    argument: string,
    off: AbortSignal,
  ): Promise<void> {
    const { agent, texts } = this.#options;
    const soon = AbortSignal.any([off, AbortSignal.timeout(SLASH_MS)]);
    // As long as opencode cannot say, it is a prompt, which waits for opencode too.
    const theirs = await agent.api.commands(this.#host.conversation.directory, soon).catch(
      () => [],
    );
    off.throwIfAborted();
    const names = theirs.map(({ name }) => name);
    const name = names.find((one) => one.toLowerCase() === word.toLowerCase());
    if (name !== undefined) {
      return await this.#prompt(incoming, off, { kind: "command", name, arguments: argument });
    }
    const near = mistyped(word, argument, names);
    if (near !== undefined) return await this.#say(incoming, texts.didYouMean(`/${near}`));
    await this.#prompt(incoming, off);
  }

  /** Makes a message a prompt, with all that it brings. */
  async #prompt(incoming: Incoming, off: AbortSignal, task?: Task): Promise<void> {
    const host = this.#host;
    const { prompt: text, files: brought, reply } = await this.#options.intake.take(incoming, off);
    if (text !== "" && reply !== "") {
      await host.answer(incoming, [{ status: "plain", text: reply }], false);
    }
    const { files: waiting = [], ...conversation } = host.conversation;
    const files = [...waiting, ...brought];
    if (text === "") {
      // They wait for the text that says what to do with them.
      if (files.length > 0) host.change({ ...conversation, files });
      return await this.#say(incoming, reply);
    }
    host.change(conversation);
    await host.enqueue(incoming, {
      text,
      ...(files.length > 0 ? { files } : {}),
      ...(task === undefined ? {} : { task }),
    });
  }

  async #say(incoming: Incoming, text: string): Promise<void> {
    await this.#host.answer(incoming, [{ status: "plain", text }]);
  }
}
