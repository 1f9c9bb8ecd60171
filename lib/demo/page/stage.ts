import { delay } from "@std/async";
import { asObject } from "../feishu_twin/json.ts";
import type { TwinMessage } from "../feishu_twin/messages.ts";
import type { Bilingual } from "../scripted_model/model_stories.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import type { ControlName, Controls } from "./controls.ts";
import type { Switches, SwitchName } from "./switches.ts";

/** How long a scene waits for the bot, in milliseconds. */
const waitMs = 60_000;

/** What a {@linkcode Stage} needs. */
export interface StageOptions {
  readonly twin: Twin;
  readonly switches: Switches;
  readonly controls: Controls;
  readonly lang: keyof Bilingual;
  /** Told what is to be seen now. */
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What scenes are played with: the first user in the direct chat with the bot. */
export class Stage {
  readonly #options: StageOptions;
  /** How many messages there were before the last word of the user. */
  #before = 0;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** Tells the audience what is to be seen now. */
  tell(words: Bilingual): void {
    const { tell, lang } = this.#options;
    tell(words[lang]);
  }

  /** The user writes. */
  say(words: Bilingual): void {
    const { twin, lang, signal } = this.#options;
    signal.throwIfAborted();
    this.#before = twin.messages().length;
    twin.say({ text: words[lang] });
  }

  /** Lets the audience look. */
  async look(ms: number): Promise<void> {
    await delay(ms, { signal: this.#options.signal });
  }

  /** Begins in a fresh little project; tells nobody who does not look at the chat. */
  async enterPlayground(): Promise<void> {
    const directory = await this.#options.controls.playground?.();
    if (directory === undefined) throw new Error("There is no place for scenes here.");
    this.say({ en: `/cwd ${directory}`, zh: `/cwd ${directory}` });
    await this.#until("an answer to /cwd", (answers) => answers[0]);
  }

  /** Waits until the bot's message has grown to so many characters. */
  async grown(chars: number): Promise<void> {
    const { twin } = this.#options;
    await this.#until(
      "a growing answer",
      (answers) => answers.some((message) => twin.plain(message).length >= chars),
    );
  }

  /**
   * Tells about the card with a button that stands for `choice`; then the user presses it, unless
   * somebody was faster.
   */
  async press(choice: string, words: Bilingual): Promise<void> {
    const { twin } = this.#options;
    const card = await this.#until(
      "a card with buttons",
      (answers) =>
        answers.find((message) =>
          twin.buttons(message.id).some((button) => asObject(button.value).choice === choice)
        ),
    );
    this.tell(words);
    await this.look(2_500);
    const button = twin.buttons(card.id).find(({ value }) => asObject(value).choice === choice);
    if (button !== undefined) await twin.click({ messageId: card.id, value: button.value });
  }

  /** Waits until the turn has ended, as the colour of its card says. */
  async finished(): Promise<void> {
    await this.#until("the end of the turn", (answers) => {
      const colours = answers.map(({ content }) => asObject(asObject(content).header).template);
      // The turn's own card comes first; what it asks has cards of its own.
      const first = colours.find((colour) => colour !== undefined);
      return first === "green" || first === "red";
    });
  }

  /** Turns a fault on or off. */
  turn(name: SwitchName, on: boolean): void {
    this.#options.signal.throwIfAborted();
    this.#options.switches.turn(name, on);
  }

  /** Does something to a process. */
  async control(name: ControlName): Promise<void> {
    this.#options.signal.throwIfAborted();
    await this.#options.controls.act(name);
  }

  async #until<T>(
    what: string,
    probe: (answers: readonly TwinMessage[]) => T | undefined | false,
  ): Promise<T> {
    const { twin, signal } = this.#options;
    const answers = () =>
      twin.messages().slice(this.#before).filter(({ sender }) => sender.type === "app");
    return await twin.until(() => probe(answers()), { timeoutMs: waitMs, signal, what });
  }
}
