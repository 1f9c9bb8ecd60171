/** Scenes: what needs nothing special of the start shares one start of the program. */
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import type { ClickResult, SayOptions } from "../../lib/demo/feishu_twin/twin_options.ts";
import type { World } from "./harness.ts";

/** Somebody in one chat with the bot, who says and sees only what belongs there. */
export class Person {
  readonly openId: string;
  readonly chat: string;
  readonly #world: World;
  /** Whether the bot hears only what mentions it. */
  readonly #inGroup: boolean;

  private constructor(world: World, openId: string, chat: string, inGroup: boolean) {
    this.#world = world;
    this.openId = openId;
    this.chat = chat;
    this.#inGroup = inGroup;
  }

  /** Somebody new in the direct chat with the bot. */
  static join(world: World, name: string): Person {
    const { openId } = world.twin.addUser(name);
    return new Person(world, openId, world.twin.directChat(openId).id, false);
  }

  /** The same person in a new group, where the bot is mentioned in all they say. */
  group(options: { mode?: "group" | "topic"; with?: Person } = {}): Person {
    const { mode = "group", with: other } = options;
    const members = [this.openId, ...(other === undefined ? [] : [other.openId])];
    const { id } = this.#world.twin.addGroup({ name: "team", members, mode });
    return new Person(this.#world, this.openId, id, true);
  }

  /** Writes a text; returns the message's id. */
  say(text: string, options: Omit<SayOptions, "text" | "user" | "chat"> = {}): string {
    const place = { user: this.openId, chat: this.chat, mentionBot: this.#inGroup };
    return this.#world.twin.say({ ...place, ...options, text });
  }

  /** Sends a message of any type; returns its id. */
  send(type: string, content: unknown): string {
    return this.#world.twin.sendRaw({ type, content, user: this.openId, chat: this.chat });
  }

  /** Presses a button of a card. */
  click(card: TwinMessage, label: string): Promise<ClickResult> {
    return this.#world.twin.click({ messageId: card.id, label, user: this.openId });
  }

  /** The bot's messages, oldest first. */
  messages(): TwinMessage[] {
    return this.#world.twin.botMessages(this.chat);
  }

  /** What the bot's messages show, oldest first. */
  shown(): string[] {
    return this.#world.shown(this.chat);
  }

  /** Waits until one of the bot's messages shows this; resolves with the message. */
  sees(pattern: RegExp, timeoutMs?: number): Promise<TwinMessage> {
    return this.#world.sees(pattern, this.chat, timeoutMs);
  }

  /** What `/status` answers now. */
  status(): Promise<string> {
    return this.#world.status(this.chat, this.openId);
  }

  /** Waits until `/status` says that nothing runs, waits, or is undelivered. */
  settled(): Promise<void> {
    return this.#world.settled(this.chat, this.openId);
  }
}

/** Plays a scene with somebody new in it. */
export type Scene = (name: string, play: (person: Person) => Promise<void>) => Promise<void>;

/**
 * Makes scenes the steps of a test. No fault of the twin outlives its scene; after a scene that failed
 * the others are left out, because nobody knows what it left behind.
 */
export function scenes(test: Deno.TestContext, world: World): Scene {
  let count = 0;
  let failed = false;
  return async (name, play) => {
    const person = Person.join(world, `person ${++count}`);
    const passed = await test.step({ name, ignore: failed, fn: () => play(person) });
    failed ||= !passed;
    world.twin.faults.clear();
  };
}
