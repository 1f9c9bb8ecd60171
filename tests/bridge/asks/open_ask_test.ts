import { assertEquals } from "@std/assert";
import { AskCard } from "../../../lib/bridge/asks/ask_card.ts";
import { OpenAsk } from "../../../lib/bridge/asks/open_ask.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import { VirtualTime } from "../../virtual_time.ts";

const HOUR_S = 3_600;

/**
 * Since when the chat is heard at a time, in seconds after the delivery of the card; `undefined` while it is
 * not. It was heard all the time before.
 */
type Hears = (now: number) => number | undefined;

/** After how many seconds an ask of 300 seconds expires. */
async function expiresAfter(hears: Hears, passS: number): Promise<number | undefined> {
  using time = new VirtualTime();
  const shownAt = Date.now();
  let expiredAt: number | undefined;
  const ask = {
    ...{ id: "per_1", title: "", choices: [], target: { chatId: "oc_1" }, timeoutMs: 300_000 },
    mayAnswer: () => true,
    submit: () => Promise.resolve({ line: "" }),
  };
  const clock = { ours: (at: number) => at, theirs: (at: number) => at };
  const open = new OpenAsk(ask, new AskCard(clock), {
    hearsSince: () => {
      const since = hears((Date.now() - shownAt) / 1_000);
      return since === undefined ? undefined : shownAt + since * 1_000;
    },
    onReminder: () => {},
    onExpiry: () => expiredAt = Math.round((Date.now() - shownAt) / 1_000),
  });
  open.start();
  const slot = { uuid: "u", target: ask.target, mode: "card", messageId: "om_1" } as const;
  open.take({ ...newRow("oc_1", slot, { status: "plain" }), shownAt }, false);
  await time.pass(passS * 1_000);
  open.stop();
  return expiredAt;
}

Deno.test("an ask expires in its time, but not while nobody can answer, nor right after", async () => {
  const cases: [string, Hears, number][] = [
    ["heard all the time", () => -60, 300],
    ["a break before the delivery", () => 0, 300],
    ["a short break long before the end", (now) => now < 60 ? undefined : 60, 300],
    ["a break just before the end", (now) => now < 295 ? undefined : 295, 315],
    ["a break over the end", (now) => now < 600 ? undefined : 600, 620],
    [
      "two breaks",
      (now) => now < 299 ? undefined : now < 310 ? 299 : now < 900 ? undefined : 900,
      920,
    ],
  ];
  for (const [name, hears, after] of cases) {
    assertEquals(await expiresAfter(hears, HOUR_S), after, name);
  }
});

Deno.test("an ask does not wait for a chat that is away for more than a day", async () => {
  assertEquals(await expiresAfter(() => undefined, 25 * HOUR_S), 24 * HOUR_S + 5);
});
