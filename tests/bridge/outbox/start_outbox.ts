import { Outbox } from "../../../lib/bridge/outbox/outbox.ts";
import { Languages } from "../../../lib/bridge/places/languages.ts";
import { KnownPreferences } from "../../../lib/bridge/places/preferences.ts";
import type { Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { CallMeter } from "../../../lib/feishu/rest/monthly_calls.ts";
import type { FeishuApi } from "../../../lib/feishu/rest/api.ts";
import { type LedgerRow, newRow } from "../../../lib/model/ledger.ts";
import type { Target } from "../../../lib/model/place.ts";
import type { RenderMode, Slot } from "../../../lib/model/slot.ts";
import type { View } from "../../../lib/model/view.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { feishuApi, memoryLog, messenger, Tally, tempDir } from "../../helpers.ts";

/** What differs from the program as it usually is. */
export interface Options {
  readonly dir?: string;
  readonly mode?: RenderMode;
  readonly throttleMs?: number;
  readonly uploadMs?: number;
  readonly isOnline?: () => boolean;
  /** Makes what counts the calls; `wake` lets the outbox try again. */
  readonly meter?: (wake: () => void) => CallMeter;
  /** Stands between the messenger and the platform's create. */
  readonly send?: (send: FeishuApi["send"], stopping: AbortController) => FeishuApi["send"];
}

/** An outbox over the real client and a store on disk, until its scope ends. */
export async function start(twin: Twin, options: Options = {}) {
  const dir = options.dir === undefined ? await tempDir() : undefined;
  const { store } = await openStore(options.dir ?? dir?.path ?? "");
  const stopping = new AbortController();
  const { signal } = stopping;
  const failures = new Tally();
  const log = memoryLog((line) => line.includes("is not delivered yet") && failures.add());
  const meter = options.meter?.(() => outbox.retryNow());
  const api = feishuApi(twin, log, meter);
  if (options.send !== undefined) api.send = options.send(api.send.bind(api), stopping);
  const { mode = "card", throttleMs = 1 } = options;
  const chat = messenger(api, store, { log, mode, throttleMs, stream: "patch", signal });
  const outbox: Outbox = new Outbox({
    chat,
    store,
    languages: new Languages("en", new KnownPreferences([])),
    maxMessageLength: 8000,
    uploadMs: options.uploadMs ?? 10_000,
    isOnline: options.isOnline ?? (() => true),
    log,
    signal,
  });
  api.back.onNotify(() => outbox.retryNow(), signal);
  const target: Target = { chatId: twin.chat.id };
  const newSlot = (to = target) => chat.markAttempted(chat.slot(to));
  return {
    api,
    outbox,
    store,
    log,
    failures,
    stopping,
    target,
    row: (view: View, to = target): LedgerRow => newRow(to.chatId, chat.slot(to), view),
    /** Puts rows into the ledger, which begins to send them. */
    post: (...rows: LedgerRow[]) => store.commit({ rows }),
    newSlot,
    /** A message that follows a changing state; `onSlot` is called when its slot has to be stored. */
    live: (slot: Slot = newSlot(), onSlot: (slot: Slot) => void = () => {}) => {
      let isStored = slot.messageId === undefined;
      const holder = {
        slot: isStored ? slot : chat.markResumed(slot),
        keepSlot: (now: Slot) => {
          const isNew = holder.slot.messageId !== now.messageId;
          holder.slot = now;
          if (isNew || !isStored) onSlot(now);
          isStored = true;
          if (isNew) outbox.retryChat(now.target.chatId);
          return Promise.resolve();
        },
      };
      const live = outbox.live(holder, target.chatId);
      return {
        show: (view: () => View | undefined) => live.show(view),
        /** Resolves with the message as it is then. */
        stop: async (last?: View): Promise<Slot> => {
          await live.stop(last);
          return holder.slot;
        },
      };
    },
    /** Resolves when nothing is under way. */
    settled: () => outbox.settled(),
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await outbox.settled();
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
