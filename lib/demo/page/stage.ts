import { delay } from "@std/async";
import { object } from "../../base/json.ts";
import type { TwinMessage } from "../feishu_twin/twin_message.ts";
import type { Bilingual } from "../scripted_model/stories.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import type { ControlName, ProcessControls } from "./process_controls.ts";
import type { FaultSwitches, SwitchName } from "./fault_switches.ts";

/** How long a scene waits for the bot, in milliseconds. */
const WAIT_MS = 60_000;

/** What a {@linkcode Stage} needs. */
export interface StageOptions {
  readonly twin: Twin;
  readonly switches: FaultSwitches;
  readonly controls: ProcessControls;
  readonly lang: keyof Bilingual;
  /** The kind of chat in which the scene plays: the first one of it, or the direct chat. */
  readonly mode?: "group" | undefined;
  /** Called with what the audience sees happening now. */
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Plays the steps of a scene as the first user, in one chat. */
export class Stage {
  readonly #options: StageOptions;
  readonly #chat: string;
  /** How many messages the chat had before the user wrote last. */
  #before = 0;

  constructor(options: StageOptions) {
    this.#options = options;
    const { twin, mode } = options;
    this.#chat = twin.chats().find((chat) => chat.mode === mode)?.id ?? twin.chat.id;
  }

  /** Tells the audience what happens now. */
  tell(words: Bilingual): void {
    const { tell, lang } = this.#options;
    tell(words[lang]);
  }

  /** Sends a message as the user. */
  say(words: Bilingual): void {
    const { twin, lang, mode, signal } = this.#options;
    signal.throwIfAborted();
    this.#before = twin.messages(this.#chat).length;
    twin.say({ text: words[lang], chat: this.#chat, mentionBot: mode === "group" });
  }

  /** Sends another message as the user while the bot is at work. */
  add(words: Bilingual): void {
    const { twin, lang, signal } = this.#options;
    signal.throwIfAborted();
    twin.say({ text: words[lang], chat: this.#chat });
  }

  /** Sends a message as the user into the topic that the bot's last answer is in. */
  reply(words: Bilingual): void {
    const { twin, lang, signal } = this.#options;
    signal.throwIfAborted();
    const last = twin.botMessages(this.#chat).findLast(({ threadId }) => threadId !== undefined);
    if (last === undefined) throw new Error("There is no topic.");
    this.#before = twin.messages(this.#chat).length;
    const replyTo = last.rootId ?? last.id;
    twin.say({ text: words[lang], chat: this.#chat, replyTo, mentionBot: true });
  }

  /** Has another member of the group write something that is not for the bot. */
  chat(words: Bilingual): void {
    const { twin, lang, signal } = this.#options;
    signal.throwIfAborted();
    const { members = [] } = twin.chats().find(({ id }) => id === this.#chat) ?? {};
    const user = members.find((one) => one !== twin.user.openId);
    twin.say({ text: words[lang], chat: this.#chat, ...(user !== undefined && { user }) });
  }

  /** Gives the audience time to look. */
  async wait(ms: number): Promise<void> {
    await delay(ms, { signal: this.#options.signal });
  }

  /** Makes a fresh project and moves the conversation there with `/cwd`. */
  async enterPlayground(): Promise<void> {
    const directory = await this.#options.controls.playground?.();
    if (directory === undefined) throw new Error("There is no place for scenes here.");
    this.say({ en: `/cwd ${directory}`, zh: `/cwd ${directory}` });
    await this.answered();
  }

  /** Waits until the bot has answered. */
  async answered(): Promise<void> {
    await this.#until("an answer", (answers) => answers[0]);
  }

  /** Waits until a message of the bot has at least this many characters. */
  async grown(chars: number): Promise<void> {
    const { twin } = this.#options;
    await this.#until(
      "a growing answer",
      (answers) => answers.some((message) => twin.plain(message).length >= chars),
    );
  }

  /** Waits until the bot has sent a message of a type. */
  async sent(type: "image" | "file"): Promise<void> {
    await this.#until(
      `a message of type ${type}`,
      (answers) => answers.some((message) => message.type === type),
    );
  }

  /**
   * Waits for a card with a button for a choice or a command, tells the audience about it, and presses the
   * button, unless somebody else has pressed it meanwhile.
   */
  async press(what: string, words: Bilingual): Promise<void> {
    const { twin } = this.#options;
    const buttonOn = (card: TwinMessage) =>
      twin.buttons(card.id).find(({ value }) => {
        const { choice, command } = object(value);
        return choice === what || command === what;
      });
    const card = await this.#until(
      "a card with buttons",
      (answers) => answers.find((message) => buttonOn(message) !== undefined),
    );
    this.tell(words);
    await this.wait(2_500);
    const button = buttonOn(card);
    if (button !== undefined) await twin.click({ messageId: card.id, value: button.value });
  }

  /**
   * Waits for a card with a list that has a value, tells the audience about it, and chooses that.
   *
   * @param wanted The value; the first one if it is empty.
   */
  async pick(wanted: string, words: Bilingual): Promise<void> {
    const { twin } = this.#options;
    const listOn = (card: TwinMessage) => {
      const picker = twin.pickers(card.id)[0];
      const option = picker?.options.find(({ value }) => wanted === "" || value === wanted);
      return picker && option && { value: picker.value, option: option.value };
    };
    const card = await this.#until(
      "a card with a list",
      (answers) => answers.find((message) => listOn(message) !== undefined),
    );
    this.tell(words);
    await this.wait(2_500);
    const found = listOn(card);
    if (found === undefined) return;
    const action = { tag: "select_static", option: found.option };
    await twin.click({ messageId: card.id, value: found.value, action });
  }

  /** Waits until the bot mentions the user. */
  async mentioned(): Promise<void> {
    const { openId } = this.#options.twin.user;
    await this.#until(
      "a mention",
      (answers) => answers.some(({ mentions }) => mentions.some((one) => one.openId === openId)),
    );
  }

  /** Waits until the colour of the turn's card says that the turn has ended. */
  async finished(): Promise<void> {
    await this.#until("the end of the turn", (answers) => {
      const colours = answers.map(({ content }) => object(object(content).header).template);
      // The turn's card comes first. Its questions are cards of their own.
      const first = colours.find((colour) => colour !== undefined);
      return first === "green" || first === "red";
    });
  }

  /** Turns a fault on or off. */
  turn(name: SwitchName, on: boolean): void {
    this.#options.signal.throwIfAborted();
    this.#options.switches.turn(name, on);
  }

  /** Starts or kills a process. */
  async control(name: ControlName): Promise<void> {
    this.#options.signal.throwIfAborted();
    await this.#options.controls.run(name);
  }

  async #until<T>(
    what: string,
    probe: (answers: readonly TwinMessage[]) => T | undefined | false,
  ): Promise<T> {
    const { twin, signal } = this.#options;
    const answers = () =>
      twin.messages(this.#chat).slice(this.#before).filter(({ sender }) => sender.type === "app");
    return await twin.until(() => probe(answers()), { timeoutMs: WAIT_MS, signal, what });
  }
}
