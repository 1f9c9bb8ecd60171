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
  /** `open_id`s of the people in it. */
  readonly members: readonly string[];
}

/** Users and chats. */
export class Chats {
  readonly #users = new Map<string, TwinUser>();
  readonly #chats = new Map<string, TwinChat>();

  /** Everyone, in the order of joining. */
  users(): TwinUser[] {
    return [...this.#users.values()];
  }

  /** All chats, in the order of making. */
  chats(): TwinChat[] {
    return [...this.#chats.values()];
  }

  /** Takes over the users and chats of an earlier twin. */
  restore(users: readonly TwinUser[], chats: readonly TwinChat[]): void {
    for (const user of users) this.#users.set(user.openId, user);
    for (const chat of chats) this.#chats.set(chat.id, chat);
  }

  /** Adds a person, who has a direct chat with the bot from now on. */
  addUser(name: string, openId: string = feishuId("ou_")): TwinUser {
    const user = { openId, unionId: feishuId("on_"), userId: `u${this.#users.size + 1}`, name };
    this.#users.set(openId, user);
    const id = feishuId("oc_");
    this.#chats.set(id, { id, type: "p2p", mode: "p2p", name, members: [openId] });
    return user;
  }

  /** Adds a group with the bot and these people in it. */
  addGroup(name: string, members: readonly string[], mode: "group" | "topic"): TwinChat {
    const chat: TwinChat = { id: feishuId("oc_"), type: "group", mode, name, members };
    this.#chats.set(chat.id, chat);
    return chat;
  }

  /** The person with this `open_id`. */
  user(openId: string): TwinUser | undefined {
    return this.#users.get(openId);
  }

  /** The chat with this id. */
  chat(id: string): TwinChat | undefined {
    return this.#chats.get(id);
  }

  /** The direct chat of a user with the bot. */
  directChat(openId: string): TwinChat | undefined {
    return this.chats().find((chat) => chat.type === "p2p" && chat.members[0] === openId);
  }

  /** The chat that `receive_id` means under `receive_id_type`, or `undefined`. */
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
