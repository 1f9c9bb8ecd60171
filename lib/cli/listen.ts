import { delay } from "@std/async";
import { Gateway } from "../feishu/connection/connection.ts";
import { type Incoming, parseMessageEvent } from "../feishu/connection/events.ts";
import type { Credentials } from "../feishu/rest/token.ts";
import type { Log } from "../base/log.ts";

/** A long connection that only counts what arrives. */
export type Listening = ReturnType<typeof listen>;

/**
 * Opens a long connection beside the bridge's own code, to see what Feishu sends.
 *
 * @param toast What a person who presses a button reads.
 */
export function listen(
  credentials: Credentials,
  log: Log,
  toast: string,
) {
  const ended = new AbortController();
  const messages: Incoming[] = [];
  let clicks = 0;
  const gateway = new Gateway({
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
  const running = gateway.run(ended.signal);
  return {
    messages,
    get up() {
      return gateway.state.up;
    },
    /** Why it is not up. */
    get why() {
      return gateway.state.lastError ?? "";
    },
    get clicks() {
      return clicks;
    },
    /** Waits until something is so, at most `ms` milliseconds; resolves with whether it is. */
    async until(probe: () => boolean, ms: number): Promise<boolean> {
      const deadline = Date.now() + ms;
      while (!probe() && Date.now() < deadline) await delay(20, { signal: ended.signal });
      return probe();
    },
    async [Symbol.asyncDispose]() {
      ended.abort();
      await running;
    },
  };
}
