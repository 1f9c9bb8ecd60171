import { asArray, asString, type JsonObject } from "../feishu_twin/json.ts";
import type { TwinChat } from "../feishu_twin/chats.ts";
import type { TwinMention } from "../feishu_twin/messages.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import { controlNames, type Controls } from "./controls.ts";
import type { ScenePlayer } from "./scene_player.ts";
import { strokeNames, type Switches, switchNames } from "./switches.ts";

/** Largest file that a user may send, in bytes (Feishu docs: message resources). */
const mostFileBytes = 100 * 1024 * 1024;

/** What the page's posts do. Everything in them is checked: other programs can post as well. */
export class PageActions {
  readonly #twin: Twin;
  readonly #switches: Switches;
  readonly #scenes: ScenePlayer;
  readonly #controls: () => Controls | undefined;

  constructor(
    twin: Twin,
    switches: Switches,
    scenes: ScenePlayer,
    controls: () => Controls | undefined,
  ) {
    this.#twin = twin;
    this.#switches = switches;
    this.#scenes = scenes;
    this.#controls = controls;
  }

  /** Keeps an uploaded file; rejects when it is empty or too large. */
  upload(name: string, bytes: Uint8Array): Promise<{ key: string; kind: string; name: string }> {
    const short = name.replaceAll(/[\\/\p{Cc}]/gu, "_").slice(0, 200) || "file";
    if (bytes.length === 0) return Promise.reject(new Error(`${short} is empty.`));
    if (bytes.length > mostFileBytes) {
      return Promise.reject(new Error(`${short} is larger than 100 MB.`));
    }
    const mime = pictureType(bytes);
    const kind = mime === undefined ? "file" : "image";
    const key = this.#twin.upload(kind, short, bytes, mime ?? "application/octet-stream");
    return Promise.resolve({ key, kind, name: short });
  }

  /** Does what a post asks for. Rejects, with one sentence, what cannot be done. */
  async act(action: string, given: JsonObject): Promise<unknown> {
    const messageId = asString(given.messageId) ?? "";
    const user = asString(given.user) ?? "";
    switch (action) {
      case "say":
        return this.#say(given, user);
      case "click": {
        this.#chatOf(messageId, user);
        const button = this.#twin.buttons(messageId)[Number(given.index)];
        if (button === undefined || button.disabled) throw new Error("There is no such button.");
        const { value, name } = button;
        const named = name === undefined ? {} : { action: { name } };
        return await this.#twin.click({ messageId, value, user, ...named });
      }
      case "recall":
        if (this.#twin.message(messageId).sender.id !== user) throw new Error("Not yours.");
        this.#twin.recall(messageId);
        return {};
      case "react":
        this.#chatOf(messageId, user);
        this.#twin.react(messageId, asString(given.emoji) ?? "", user);
        return {};
      case "switch":
        this.#switches.turn(oneOf(switchNames, given.name), given.on === true);
        return {};
      case "stroke":
        this.#switches.stroke(oneOf(strokeNames, given.name), asString(given.chat) ?? "");
        return {};
      case "control": {
        const controls = this.#controls();
        if (controls === undefined) throw new Error("There is no process to control here.");
        await controls.act(oneOf(controlNames, given.name));
        return {};
      }
      case "scene":
        if (this.#controls()?.playground === undefined) {
          throw new Error("There are no scenes here.");
        }
        this.#scenes.play(asString(given.name) ?? "", given.lang === "zh" ? "zh" : "en");
        return {};
      case "stop":
        this.#scenes.stop();
        return {};
      default:
        throw new Error("There is no such action.");
    }
  }

  #chatOf(messageId: string, user: string): TwinChat {
    return this.#chat(this.#twin.message(messageId).chatId, user);
  }

  #chat(id: unknown, user: string): TwinChat {
    const chat = this.#twin.chats().find((chat) => chat.id === id);
    if (chat === undefined || !chat.members.includes(user)) throw new Error("Not in this chat.");
    return chat;
  }

  /** A picture with words is a post, as in Feishu's own clients; other files stand alone. */
  #say(given: JsonObject, user: string): { messageId: string } {
    const text = (asString(given.text) ?? "").trim();
    const chat = this.#chat(given.chat, user);
    const files = asArray(given.files).map((file) => this.#uploaded(asString(file) ?? ""));
    if (text === "" && files.length === 0) throw new Error("There is nothing to send.");
    const replyTo = asString(given.replyTo);
    if (replyTo !== undefined) this.#chatOf(replyTo, user);
    const where = { chat: chat.id, user, ...(replyTo === undefined ? {} : { replyTo }) };
    const mentionBot = given.mention === true && chat.type === "group";
    const images = text === "" ? [] : files.filter(({ kind }) => kind === "image");
    let messageId = "";
    for (const { kind, key, name } of files.filter((file) => !images.includes(file))) {
      const content = kind === "image" ? { image_key: key } : { file_key: key, file_name: name };
      messageId = this.#twin.sendRaw({ ...where, type: kind, content });
    }
    if (text === "") return { messageId };
    if (images.length === 0) return { messageId: this.#twin.say({ ...where, text, mentionBot }) };
    const { openId, name } = this.#twin.app;
    const mentions: TwinMention[] = mentionBot ? [{ key: "@_user_1", openId, name }] : [];
    const at = mentions.map(({ key }) => ({ tag: "at", user_id: key, user_name: name }));
    const content = {
      title: "",
      content: [
        [...at, { tag: "text", text }],
        ...images.map(({ key }) => [{ tag: "img", image_key: key }]),
      ],
    };
    return { messageId: this.#twin.sendRaw({ ...where, type: "post", content, mentions }) };
  }

  #uploaded(key: string): { kind: "image" | "file"; key: string; name: string } {
    const file = this.#twin.file(key);
    if (file === undefined) throw new Error("There is no such file.");
    return { kind: key.startsWith("img_") ? "image" : "file", key, name: file.name };
  }
}

function oneOf<T extends string>(known: readonly T[], given: unknown): T {
  const found = known.find((one) => one === given);
  if (found === undefined) throw new Error("There is no such switch.");
  return found;
}

/** How pictures begin that a browser shows: their type by the first bytes, in hexadecimal. */
const pictures: readonly (readonly [RegExp, string])[] = [
  [/^89504e47/, "image/png"],
  [/^ffd8ff/, "image/jpeg"],
  [/^47494638/, "image/gif"],
  [/^52494646.{8}57454250/, "image/webp"],
];

function pictureType(bytes: Uint8Array): string | undefined {
  const start = Array.from(bytes.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0"));
  return pictures.find(([begins]) => begins.test(start.join("")))?.[1];
}
