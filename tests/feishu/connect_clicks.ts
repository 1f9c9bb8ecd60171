import { delay } from "@std/async";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { Connection } from "../../lib/feishu/connection/connection.ts";
import { eventHandlers } from "../../lib/feishu/connection/handlers.ts";
import { texts } from "../../lib/texts/texts.ts";
import { credentials, memoryLog, Tally } from "../helpers.ts";
import type { startMessenger } from "./start_messenger.ts";

/** What happens at a click. */
export interface Clicks {
  /** The bridge is on its way to the answer. */
  readonly clicked: () => Promise<string>;
  /** The click is on its way to the bridge. */
  readonly underway?: () => Promise<void>;
}

/** Connects a messenger, so that it hears of clicks, until its scope ends. */
export async function connectClicks(
  twin: Twin,
  { messenger, log, stop }: ReturnType<typeof startMessenger>,
  { clicked, underway = () => Promise.resolve() }: Clicks,
): Promise<AsyncDisposable> {
  const handlers = eventHandlers({
    message: () => Promise.resolve(),
    arrived: () => Promise.resolve(),
    recalled: () => Promise.resolve(),
    clicked,
  }, {
    bot: { openId: () => Promise.resolve("ou_bot") },
    chat: messenger,
    ...{ texts: texts("en"), log },
  });
  const ups = new Tally();
  const stopping = new AbortController();
  const connection = new Connection({
    ...{ credentials: credentials(twin), log: memoryLog() },
    handlers: {
      ...handlers,
      "card.action.trigger": async (event) => {
        await underway();
        return await handlers["card.action.trigger"]?.(event);
      },
    },
    onUp: () => ups.add(),
  });
  const running = connection.run(stopping.signal);
  await ups.reached(1);
  return {
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      // What a click takes back may still be on its way.
      stop();
      await running;
    },
  };
}

/** Answers a click after so many milliseconds. */
export function answerAfter(ms: number): () => Promise<string> {
  return async () => {
    await delay(ms);
    return "Once";
  };
}

/** A click on any button of a message, by the value that is sent. */
export function clickOn(messageId: string | undefined) {
  return { messageId: messageId ?? "", value: { ask: "a", step: 0, choice: "y" } };
}
