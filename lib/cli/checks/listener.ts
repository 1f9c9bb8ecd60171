import { delay } from "@std/async";
import type { Log } from "../../base/log.ts";
import { Connection } from "../../feishu/connection/connection.ts";
import { parseMessageEvent } from "../../feishu/connection/events.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Credentials } from "../../feishu/rest/token.ts";

/** A long connection that only records what arrives on it. */
export interface Listener extends AsyncDisposable {
  /** The messages that arrived, without redeliveries. */
  readonly messages: readonly IncomingMessage[];
  /** How many button clicks arrived. */
  readonly clicks: number;
  readonly up: boolean;
  /** Why the connection is down. */
  readonly why: string;
  /** Waits for a condition, at most `ms` milliseconds. Resolves with whether it holds. */
  until(condition: () => boolean, ms: number): Promise<boolean>;
}

/**
 * Opens a long connection to see what Feishu delivers.
 *
 * @param toast What Feishu shows to a person who presses a button.
 */
export function listen(credentials: Credentials, log: Log, toast: string): Listener {
  const ended = new AbortController();
  const messages: IncomingMessage[] = [];
  let clicks = 0;
  const connection = new Connection({
    credentials,
    log,
    handlers: {
      "im.message.receive_v1": (event) => {
        const message = parseMessageEvent(event, undefined, Date.now());
        if (message && messages.every(({ messageId }) => messageId !== message.messageId)) {
          messages.push(message);
        }
        return Promise.resolve();
      },
      "card.action.trigger": () => {
        clicks++;
        return Promise.resolve({ toast: { type: "info", content: toast } });
      },
    },
  });
  const running = connection.run(ended.signal);
  return {
    messages,
    get clicks() {
      return clicks;
    },
    get up() {
      return connection.state.up;
    },
    get why() {
      return connection.state.lastError ?? "";
    },
    async until(condition, ms) {
      const deadline = performance.now() + ms;
      while (!condition() && performance.now() < deadline) {
        await delay(20, { signal: ended.signal });
      }
      return condition();
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await running;
    },
  };
}
