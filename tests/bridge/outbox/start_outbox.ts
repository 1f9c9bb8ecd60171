import { CardStreams } from "../../../lib/bridge/outbox/card_streams.ts";
import { type Chat, Delivery } from "../../../lib/bridge/outbox/outbox.ts";
import type { View } from "../../../lib/model/view.ts";
import type { RenderMode } from "../../../lib/model/slot.ts";
import type { Row, Target } from "../../../lib/model/records.ts";
import { Store } from "../../../lib/store/store.ts";
import { texts } from "../../../lib/texts/texts.ts";
import type { Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { feishuApi, memoryLog, Tally, tempDir } from "../../helpers.ts";

/** What differs from the program as it usually is. */
export interface Options {
  readonly dir?: string;
  readonly mode?: RenderMode;
  readonly stream?: "cardkit" | "auto";
  readonly throttleMs?: number;
  /** Stands between delivery and the platform's create. */
  readonly send?: (chat: Chat, stopping: AbortController) => Chat["send"];
}

/** A delivery over the real client and a store on disk, until its scope ends. */
export async function start(twin: Twin, options: Options = {}) {
  const dir = options.dir === undefined ? await tempDir() : undefined;
  const { store } = await Store.open(options.dir ?? dir?.path ?? "");
  const stopping = new AbortController();
  const failures = new Tally();
  const log = memoryLog((line) => line.includes("is not delivered yet") && failures.add());
  const api = feishuApi(twin, log);
  const { stream } = options;
  const delivery = new Delivery({
    chat: {
      send: options.send?.(api, stopping) ?? api.send.bind(api),
      edit: api.edit.bind(api),
      ownMessages: api.ownMessages.bind(api),
      upload: api.upload.bind(api),
      react: api.react.bind(api),
    },
    store,
    texts: texts("en"),
    log,
    ...(stream && {
      streams: new CardStreams({ cardkit: api, mode: stream, log }),
    }),
    mode: options.mode ?? "card",
    throttleMs: options.throttleMs ?? 1,
    signal: stopping.signal,
  });
  const target: Target = { chatId: twin.chat.id };
  return {
    delivery,
    store,
    log,
    failures,
    stopping,
    target,
    row: (view: View, to = target): Row => delivery.row(to.chatId, delivery.slot(to), view),
    /** Puts rows into the ledger and begins to send them. */
    post: async (...rows: Row[]) => {
      await store.commit({ rows });
      for (const { conversation } of rows) delivery.wake(conversation);
    },
    /** Resolves when nothing is under way. */
    settled: () => delivery.settled(),
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await delivery.settled();
      await store[Symbol.asyncDispose]();
      await dir?.[Symbol.asyncDispose]();
    },
  };
}

/** Moves the clock of the program and the twin forward until its scope ends. */
export function laterBy(ms: number): Disposable {
  const { now } = Date;
  Date.now = () => now.call(Date) + ms;
  return { [Symbol.dispose]: () => Date.now = now };
}
