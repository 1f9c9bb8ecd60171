import { Admission } from "../../../lib/bridge/people/admission.ts";
import type { Effects } from "../../../lib/bridge/effects.ts";
import type { BridgeSettings } from "../../../lib/bridge/settings.ts";
import { Languages } from "../../../lib/bridge/places/languages.ts";
import { KnownPreferences } from "../../../lib/bridge/places/preferences.ts";
import { Scheduler } from "../../../lib/bridge/schedules/scheduler.ts";
import { type LedgerRow, newRow } from "../../../lib/model/ledger.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { Schedule } from "../../../lib/model/schedule.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { memoryLog, tempDir } from "../../helpers.ts";

/** Monday the 30th of November 2026, 09:00 in UTC. */
export const MONDAY = Date.parse("2026-11-30T09:00:00Z");
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A schedule of `ou_1` in `oc_1`, each day at nine; it is due on the Monday. */
export function dailySchedule(more: Partial<Schedule> = {}): Schedule {
  return {
    ...{ id: "s1", conversation: "oc_1", by: "ou_1", prompt: "check", words: "every day at 9" },
    ...{ place: { chatId: "oc_1", chatType: "p2p" }, target: { chatId: "oc_1" } },
    rhythm: { kind: "days", days: { of: "count", n: 1, from: "2026-11-30" }, times: [540] },
    ...{ zone: "UTC", nextAt: MONDAY, failures: 0, leftOut: 0, ...more },
  };
}

/** A scheduler over a store, in which messages only come in. Removed people are those of `removed`. */
export async function startScheduler() {
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const log = memoryLog();
  const removed = new Set<string>();
  const turns: { record: TurnRecord }[] = [];
  const messages: IncomingMessage[] = [];
  const said: string[] = [];
  const rows = (target: Schedule["target"], views: readonly LedgerRow["view"][]) => {
    said.push(...views.map(({ text = "" }) => text));
    const slot = { uuid: "u", target, mode: "card" } as const;
    return views.map((view) => newRow("oc_1", slot, view));
  };
  const conversation = {
    ...{ queue: { turns }, rows },
    commit: ({ schedules = [] }: Effects) => store.commit({ schedules }),
  };
  class SomeAdmission extends Admission {
    override mayUse = (openId: string): boolean => !removed.has(openId);
  }
  const start = () =>
    new Scheduler({
      ...{ store, log, signal: new AbortController().signal },
      settings: {
        stateDir: "/state",
        roots: [] as readonly string[],
        lateAfterMs: 300_000,
      } as BridgeSettings,
      admission: new SomeAdmission({ kind: "everyone" }),
      languages: new Languages("en", new KnownPreferences([])),
      open: () => Promise.resolve(conversation),
      receive: (message) => Promise.resolve(void messages.push(message)),
    });
  return {
    ...{ store, dir: dir.path, turns, removed, messages, said },
    scheduler: start(),
    /** Another run of the program. */
    restarted: start,
    put: async (...schedules: readonly Schedule[]) => {
      // A commit takes at most 100 checks.
      for (let i = 0; i < schedules.length; i += 90) {
        const some = schedules.slice(i, i + 90);
        await store.commit({ schedules: some.map((one) => ({ ...one, change: () => one })) });
      }
    },
    only: async () => (await store.schedules.list())[0],
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
