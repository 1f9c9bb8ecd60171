import { feishuId } from "./feishu_id.ts";

/** A person in the twin. */
export interface TwinUser {
  readonly openId: string;
  readonly unionId: string;
  readonly userId: string;
  readonly name: string;
}

/** A chat in the twin. */
export interface TwinChat {
  readonly id: string;
  readonly type: "p2p" | "group";
  /** In a `topic` group every message that is not a reply begins a topic. */
  readonly mode: "p2p" | "group" | "topic";
  readonly name: string;
  /** The `open_id`s of its people. */
  readonly members: readonly string[];
}

/** The people and chats of the twin. */
export class Chats {
  readonly #users = new Map<string, TwinUser>();
  readonly #chats = new Map<string, TwinChat>();
  /** Chat id → the `open_id`s of those for whom it is on top of the list. */
  readonly #onTop = new Map<string, ReadonlySet<string>>();

  /** All people, in the order in which they were added. */
  users(): TwinUser[] {
    return [...this.#users.values()];
  }

  /** All chats, in the order in which they were added. */
  chats(): TwinChat[] {
    return [...this.#chats.values()];
  }

  /** Adds the people and chats of an earlier twin. */
  restore(users: readonly TwinUser[], chats: readonly TwinChat[]): void {
    for (const user of users) this.#users.set(user.openId, user);
    for (const chat of chats) this.#chats.set(chat.id, chat);
  }

  /** Adds a person, and a direct chat of this person with the bot. */
  addUser(name: string, openId: string = feishuId("ou_")): TwinUser {
    const user = { openId, unionId: feishuId("on_"), userId: `u${this.#users.size + 1}`, name };
    this.#users.set(openId, user);
    const id = feishuId("oc_");
    this.#chats.set(id, { id, type: "p2p", mode: "p2p", name, members: [openId] });
    return user;
  }

  /** Adds a group of the bot and these people. */
  addGroup(name: string, members: readonly string[], mode: "group" | "topic"): TwinChat {
    const chat: TwinChat = { id: feishuId("oc_"), type: "group", mode, name, members };
    this.#chats.set(chat.id, chat);
    return chat;
  }

  /** The person with this `open_id`, if there is one. */
  user(openId: string): TwinUser | undefined {
    return this.#users.get(openId);
  }

  /** The chat with this id, if there is one. */
  chat(id: string): TwinChat | undefined {
    return this.#chats.get(id);
  }

  /** The `open_id`s of those for whom a chat is on top of the list. */
  onTop(chatId: string): readonly string[] {
    return [...this.#onTop.get(chatId) ?? []];
  }

  /** Puts a chat on top of a person's list, or takes it off. */
  setOnTop(chatId: string, openId: string, isOnTop: boolean): void {
    const others = this.onTop(chatId).filter((one) => one !== openId);
    this.#onTop.set(chatId, new Set(isOnTop ? [...others, openId] : others));
  }

  /** The direct chat of a person with the bot. */
  directChat(openId: string): TwinChat | undefined {
    return this.chats().find((chat) => chat.type === "p2p" && chat.members[0] === openId);
  }

  /** The chat with this `receive_id`, as `receive_id_type` means it. */
  resolve(receiveIdType: string, receiveId: string): TwinChat | undefined {
    if (receiveIdType === "chat_id") return this.chat(receiveId);
    const key = ({ open_id: "openId", union_id: "unionId", user_id: "userId" } as const)[
      receiveIdType as "open_id"
    ];
    if (key === undefined) return undefined;
    const user = this.users().find((user) => user[key] === receiveId);
    return user === undefined ? undefined : this.directChat(user.openId);
  }
}
