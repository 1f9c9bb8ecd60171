import { array, type JsonObject, string } from "../../base/json.ts";
import type { TwinChat } from "../feishu_twin/chats.ts";
import type { TwinMention } from "../feishu_twin/twin_message.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import { controlNames, type ProcessControls } from "./process_controls.ts";
import type { ScenePlayer } from "./scene_player.ts";
import { type FaultSwitches, incidentNames, switchNames } from "./fault_switches.ts";

/** The largest file that a user may send, in bytes (Feishu docs: message resources). */
const MAX_FILE_BYTES = 100 * 1024 * 1024;

/** What {@linkcode PageActions} act on, besides the twin. */
export interface PageActionsOptions {
  readonly switches: FaultSwitches;
  /** Undefined where no scenes can play. */
  readonly scenes: ScenePlayer | undefined;
  readonly controls: ProcessControls | undefined;
}

/** The page's POST requests. Everything in them is checked, because other programs can send them too. */
export class PageActions {
  readonly #twin: Twin;
  readonly #options: PageActionsOptions;

  constructor(twin: Twin, options: PageActionsOptions) {
    this.#twin = twin;
    this.#options = options;
  }

  /** Stores an uploaded file. Rejects when it is empty or too large. */
  upload(name: string, bytes: Uint8Array): Promise<{ key: string; kind: string; name: string }> {
    const short = name.replaceAll(/[\\/\p{Cc}]/gu, "_").slice(0, 200) || "file";
    if (bytes.length === 0) return Promise.reject(new Error(`${short} is empty.`));
    if (bytes.length > MAX_FILE_BYTES) {
      return Promise.reject(new Error(`${short} is larger than 100 MB.`));
    }
    const mime = pictureType(bytes);
    const kind = mime === undefined ? "file" : "image";
    const key = this.#twin.upload(kind, short, bytes, mime ?? "application/octet-stream");
    return Promise.resolve({ key, kind, name: short });
  }

  /** Runs one action. Rejects with a sentence for the user when it cannot be done. */
  async act(action: string, given: JsonObject): Promise<unknown> {
    const { switches, scenes, controls } = this.#options;
    const messageId = string(given.messageId) ?? "";
    const user = string(given.user) ?? "";
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
      case "pick": {
        this.#chatOf(messageId, user);
        const picker = this.#twin.pickers(messageId)[Number(given.index)];
        const option = picker?.options[Number(given.option)];
        if (option === undefined || picker?.disabled) throw new Error("There is no such option.");
        const action = { tag: "select_static", option: option.value };
        return await this.#twin.click({ messageId, value: picker?.value, user, action });
      }
      case "open":
        this.#chat(given.chat, user);
        this.#twin.extras.openChat(user);
        return {};
      case "recall":
        if (this.#twin.message(messageId).sender.id !== user) throw new Error("Not yours.");
        this.#twin.recall(messageId);
        return {};
      case "react":
        this.#chatOf(messageId, user);
        this.#twin.react(messageId, string(given.emoji) ?? "", user);
        return {};
      case "switch":
        switches.turn(oneOf(switchNames, given.name), given.on === true);
        return {};
      case "incident":
        switches.cause(oneOf(incidentNames, given.name), string(given.chat) ?? "");
        return {};
      case "control":
        if (controls === undefined) throw new Error("There is no process to control here.");
        await controls.run(oneOf(controlNames, given.name));
        return {};
      case "scene":
        if (scenes === undefined) throw new Error("There are no scenes here.");
        scenes.play(string(given.name) ?? "", given.lang === "zh" ? "zh" : "en");
        return {};
      case "stop":
        scenes?.stop();
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

  /** A picture with text becomes one post, as in Feishu's own clients. Other files are messages of their own. */
  #say(given: JsonObject, user: string): { messageId: string } {
    const text = (string(given.text) ?? "").trim();
    const chat = this.#chat(given.chat, user);
    const files = array(given.files).map((file) => this.#uploaded(string(file) ?? ""));
    if (text === "" && files.length === 0) throw new Error("There is nothing to send.");
    const replyTo = string(given.replyTo);
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

/** The first bytes, in hexadecimal, of the picture types that a browser shows. */
const PICTURE_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^89504e47/, "image/png"],
  [/^ffd8ff/, "image/jpeg"],
  [/^47494638/, "image/gif"],
  [/^52494646.{8}57454250/, "image/webp"],
];

function pictureType(bytes: Uint8Array): string | undefined {
  const start = Array.from(bytes.subarray(0, 12), (byte) => byte.toString(16).padStart(2, "0"));
  return PICTURE_TYPES.find(([begins]) => begins.test(start.join("")))?.[1];
}
