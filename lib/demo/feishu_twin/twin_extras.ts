import { chatOpenedEvent, joinedEvent } from "./events.ts";
import type { SlashCommand, TwinState } from "./twin_state.ts";

/** Any of these lets an app hear that it joined a group (Feishu docs: bot added). */
const JOINED = ["im:chat.members:bot_access", "im:chat", "im:chat:readonly"];

/** What surrounds the messages: who opens a chat, the slash panel, and chats on top. */
export class TwinExtras {
  readonly #state: TwinState;

  constructor(state: TwinState) {
    this.#state = state;
  }

  /** Opens the direct chat of a person with the bot, and tells the app. */
  openChat(openId: string): void {
    const { chats, connection } = this.#state;
    const chat = chats.directChat(openId);
    const user = chats.user(openId);
    if (chat === undefined || user === undefined) throw new Error(`The twin has no ${openId}.`);
    connection.publish(chatOpenedEvent(this.#state, chat, user));
  }

  /** Tells the app that a person has added it to a group, if it may hear of that. */
  join(chatId: string, openId: string): void {
    const { chats, connection, scopes } = this.#state;
    const chat = chats.chat(chatId);
    const user = chats.user(openId);
    if (chat === undefined || user === undefined) throw new Error("The twin has no such group.");
    if (!JOINED.some((scope) => scopes.has(scope))) return;
    connection.publish(joinedEvent(this.#state, chat, user));
  }

  /** The commands of the slash panel. */
  get slashCommands(): readonly SlashCommand[] {
    return [...this.#state.slashCommands.values()];
  }

  /** Adds a command to the slash panel by hand, as in the developer console. */
  addSlashCommand(command: SlashCommand): void {
    this.#state.slashCommands.set(command.command_id, command);
  }

  /** Whether a chat is on top of a person's list. */
  isOnTop(chatId: string, openId: string): boolean {
    return this.#state.chats.onTop(chatId).includes(openId);
  }

  /** The follow-ups below the newest message of a chat. */
  followUps(chatId: string): readonly string[] {
    return this.#state.messages.inChat(chatId).at(-1)?.followUps ?? [];
  }
}
