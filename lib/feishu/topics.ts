import { object, string } from "../base/json.ts";
import { RecentMap } from "../base/recent_map.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { Topic } from "../model/place.ts";

/** How many ids are remembered. Any other costs a call. */
const MAX_IDS = 1_000;

/**
 * The ids of topics that the bridge has opened, which it calls by their first messages: a topic gets its id with
 * the first reply. A message of Feishu begins with `om_`, a topic with `omt_` (its pages of messages and topics).
 */
export class Topics {
  readonly #read: (messageId: string, signal: AbortSignal) => Promise<unknown[]>;
  /** The id of a first message → that of its topic. */
  readonly #ids = new RecentMap<string, string>(MAX_IDS);

  /** @param read Reads a stored message, with those that it forwards. */
  constructor(read: (messageId: string, signal: AbortSignal) => Promise<unknown[]>) {
    this.#read = read;
  }

  /** Notes the id of a topic by its name, if that is its first message. */
  learn(name: string | undefined, id: unknown): void {
    const known = string(id);
    if (name === undefined || !isMessage(name) || known === undefined || known === "") return;
    this.#ids.set(name, known);
  }

  /**
   * Feishu's id of a topic; `undefined` if nobody has opened it yet.
   *
   * @throws An error of reading its first message.
   */
  async idOf(name: string, signal: AbortSignal): Promise<string | undefined> {
    if (!isMessage(name) || this.#ids.has(name)) return this.#ids.get(name) ?? name;
    const items = (await this.#read(name, signal)).map(object);
    this.learn(name, items.find(({ message_id: id }) => id === name)?.thread_id);
    return this.#ids.get(name);
  }

  /**
   * What the bridge calls the topic of a message. All messages of a topic but the first have that as their
   * `root_id` (Feishu's page of messages).
   *
   * @param isOpened Whether a topic is called by its first message.
   */
  named(
    message: IncomingMessage,
    isOpened: (topic: Pick<Topic, "chatId" | "threadId">) => boolean,
  ): IncomingMessage {
    const { chatId, threadId: id, messageId, rootId } = message;
    // A first message that quotes has the root of what it quotes.
    const first = [messageId, rootId].find((one) => one && isOpened({ chatId, threadId: one }));
    if (id === undefined || first === undefined) return message;
    this.learn(first, id);
    return { ...message, threadId: first };
  }
}

function isMessage(name: string): boolean {
  return name.startsWith("om_");
}
