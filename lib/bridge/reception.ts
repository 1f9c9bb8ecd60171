import type { Incoming } from "../feishu/connection/events.ts";
import type { Task } from "../opencode/v1/post.ts";
import {
  act,
  type ActionHost,
  type ActionParts,
  ACTIONS,
  type CommandName,
} from "./commands/table.ts";
import { mistyped, parseCommand } from "./commands/parse.ts";
import type { Conversation } from "./conversation.ts";
import { type IntakeParts, takeIn } from "./inbox.ts";
import type { Parts } from "./parts.ts";

/** What a {@linkcode Reception} needs. */
export interface ReceptionParts
  extends ActionParts, IntakeParts, Pick<Parts, "store" | "delivery" | "signal"> {}

/** The conversation whose messages are received. */
type ReceptionHost =
  & ActionHost
  & Pick<Conversation, "asks" | "asksKnown" | "answer" | "report">;

/** Milliseconds in which opencode has to say which commands it has. */
const SLASH_MS = 5_000;

/**
 * Finds out what a message is: a command, an answer, or a prompt. Whatever takes time, like the loading
 * of files, goes on beside, so that it holds up neither `/cancel` nor a click.
 */
export class Reception {
  readonly #host: ReceptionHost;
  readonly #parts: ReceptionParts;
  /** What calls off each message that is on its way into the queue, in their order. */
  readonly #loading = new Map<string, AbortController>();
  #loaded: Promise<void> = Promise.resolve();
  /** Commands that nothing has to wait for. */
  readonly #aside = new Set<Promise<void>>();

  constructor(host: ReceptionHost, parts: ReceptionParts) {
    this.#host = host;
    this.#parts = parts;
  }

  /** Takes a message; resolves when it is known what it is. */
  async take(incoming: Incoming): Promise<void> {
    const { store, signal } = this.#parts;
    const { text, messageId } = incoming;
    const parsed = parseCommand(text);
    // A command is never an answer; anything else may be one, as long as something is asked.
    if (parsed.kind === "command") {
      const run = (signal: AbortSignal) => this.#act(incoming, parsed, signal);
      if (ACTIONS[parsed.name].inOrder) return this.#load(incoming, run);
      const aside = run(signal).catch(this.#host.report).finally(() => this.#aside.delete(aside));
      return void this.#aside.add(aside);
    }
    await this.#host.asksKnown();
    // An answer that was given before a crash is given again if it did not get through, and means
    // nothing otherwise: neither to the agent, nor to what is asked by now.
    const given = await store.answerTo(messageId);
    const taken = text === "" ? undefined : this.#host.asks.reply(incoming, given);
    if (typeof taken === "string") return await this.#say(incoming, taken);
    if (taken !== undefined) {
      await store.noteAnswer(messageId, taken.ask);
      await taken.act();
    } else if (given === undefined) {
      return this.#load(
        incoming,
        (off) =>
          parsed.kind === "prompt"
            ? this.#prompt(incoming, off)
            : this.#slash(incoming, parsed.word, parsed.argument, off),
      );
    }
    await store.commit({ handled: incoming });
  }

  /** Calls off the loading of a message; returns whether it was under way. */
  recall(messageId: string): boolean {
    const off = this.#loading.get(messageId);
    off?.abort(new DOMException("Called off", "AbortError"));
    return off !== undefined;
  }

  /** Calls off what messages still load, of all or of the oldest; returns of how many. */
  stop(all: boolean): number {
    const ids = [...this.#loading.keys()].slice(0, all ? undefined : 1);
    return ids.filter((id) => this.recall(id)).length;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    await Promise.all([this.#loaded, ...this.#aside]);
  }

  /** Does what takes time for a message, after those before it. */
  #load(incoming: Incoming, work: (off: AbortSignal) => Promise<void>): void {
    const { store, delivery, signal } = this.#parts;
    const { messageId } = incoming;
    const off = new AbortController();
    const either = AbortSignal.any([signal, off.signal]);
    this.#loading.set(messageId, off);
    this.#loaded = this.#loaded
      .then(() => {
        either.throwIfAborted();
        return work(either);
      })
      .catch(async (error) => {
        if (signal.aborted || !off.signal.aborted) throw error;
        await store.commit({ handled: incoming });
        delivery.react(messageId, "cancelled");
      })
      .catch(this.#host.report)
      .finally(() => this.#loading.delete(messageId));
  }

  async #act(
    incoming: Incoming,
    { name, argument }: { name: CommandName; argument: string },
    signal: AbortSignal,
  ): Promise<void> {
    const request = { ...this.#parts, incoming, argument, host: this.#host };
    const answer = await act(name, request, signal);
    if (typeof answer === "string") await this.#say(incoming, answer);
    else if (answer.length > 0) await this.#host.answer(incoming, answer);
  }

  /** A word behind a slash that is none of our commands: opencode may have one, or nearly so. */
  async #slash(
    incoming: Incoming,
    word: string,
    argument: string,
    off: AbortSignal,
  ): Promise<void> {
    const { agent, texts } = this.#parts;
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
    const { prompt: text, files: brought, reply } = await takeIn(incoming, this.#parts, off);
    if (text !== "" && reply !== "") {
      await host.answer(incoming, [{ status: "plain", text: reply }], false);
    }
    off.throwIfAborted();
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
      ...(files.length > 0 && { files }),
      ...(task && { task }),
    });
  }

  async #say(incoming: Incoming, text: string): Promise<void> {
    await this.#host.answer(incoming, [{ status: "plain", text }]);
  }
}
