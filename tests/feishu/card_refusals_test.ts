import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { NetworkError } from "../../lib/base/errors.ts";
import type { RestFault } from "../../lib/demo/feishu_twin/fault_rules.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { View } from "../../lib/model/view.ts";
import { laterBy } from "../later_by.ts";
import { shown as visible, startMessenger } from "./start_messenger.ts";
import {
  begin,
  calls,
  changes,
  counts,
  creations,
  done,
  en,
  finished,
  isOn,
  minute,
  otherFrame,
  patches,
  replacements,
  sends,
  shown,
  streaming,
  switches,
  working,
  writes,
} from "./typed_cards.ts";

Deno.test("auto without the scope asks once in a run, says so once, and patches", async () => {
  await using twin = await startTwin();
  const bridge = startMessenger(twin, streaming);
  for (const text of ["first", "second"]) {
    const card = bridge.message();
    await card.grow({ status: "working", text: "" }, working(`${text} half`));
    await card.end(done(text));
  }
  assertEquals(shown(twin), ["first", "second"].map(finished));
  assertEquals([calls(twin, /cardkit/).length, calls(twin, patches).length], [1, 4]);
  assertEquals(bridge.log.lines.filter((line) => /no CardKit for this app/.test(line)).length, 1);
});

Deno.test("cardkit without the scope warns and patches, and uses it once it is granted", async () => {
  await using twin = await startTwin();
  const bridge = startMessenger(twin, { stream: "cardkit" });
  const first = bridge.message();
  await first.grow({ status: "working", text: "" }, working("half"));
  await first.end(done("first"));
  assertStringIncludes(bridge.log.lines.join("\n"), "BRIDGE_STREAM=cardkit");
  assertStringIncludes(bridge.log.lines.join("\n"), "cardkit:card:write");
  twin.faults.grant("cardkit:card:write", true);
  const second = bridge.message();
  await second.grow(...begin);
  assert(isOn(twin));
  await second.end(done("second"));
  assertEquals(shown(twin), ["first", "second"].map(finished));
});

/** What a server in Feishu's place, or a firewall on the way, answers to a call that it does not know. */
const UNKNOWN = [403, 404, 405, 501];

for (
  const [what, match] of [["patches", patches], ["whole cards of CardKit", replacements]] as const
) {
  for (const status of UNKNOWN) {
    Deno.test(`an answer is shown once where ${what} are answered ${status}`, async () => {
      await using twin = await startTwin({ cardkit: true });
      const stream = match === patches ? "patch" : "auto";
      twin.faults.fail({ match, status, html: true, times: 100 });
      const card = startMessenger(twin, { stream }).message();
      await card.grow({ status: "working", text: "" });
      await card.show(working("half"), "growing").catch(() => {});
      await card.end(done("whole"));
      assertEquals(visible(twin), [finished("whole")]);
    });
  }
}

for (const status of UNKNOWN) {
  Deno.test(`an answer is one message more where changes and recalls are answered ${status}`, async () => {
    await using twin = await startTwin();
    twin.faults.fail({ match: /^(PATCH|DELETE) /, status, html: true, times: 100 });
    const card = startMessenger(twin).message();
    await card.grow({ status: "working", text: "" });
    await card.show(working("half"), "growing").catch(() => {});
    await card.end(done("whole"));
    assertEquals([twin.botMessages().length, visible(twin).at(-1)], [2, finished("whole")]);
    assertEquals(calls(twin, /^DELETE /).length, 1);
  });
}

Deno.test("a page of a firewall in place of one answer of CardKit lets it rest for a minute", async () => {
  await using twin = await startTwin({ cardkit: true });
  const bridge = startMessenger(twin, streaming);
  twin.faults.fail({ match: /cardkit/, status: 403, html: true });
  for (const text of ["first", "second"]) {
    const card = bridge.message();
    await card.grow({ status: "working", text: "" }, working("half"));
    await card.end(done(text));
  }
  const asked = calls(twin, /cardkit/).length;
  assertEquals(asked, 1);
  const { now } = performance;
  performance.now = () => now.call(performance) + minute;
  try {
    const later = bridge.message();
    await later.grow(...begin);
    assert(calls(twin, /cardkit/).length > asked);
    await later.end(done("third"));
  } finally {
    performance.now = now;
  }
  assertEquals(shown(twin), ["first", "second", "third"].map(finished));
});

Deno.test("a gateway that does not find a growing card once changes nothing", async () => {
  await using twin = await startTwin();
  const card = startMessenger(twin).message();
  await card.grow({ status: "working", text: "" });
  for (const status of UNKNOWN) {
    twin.faults.fail({ match: patches, status, html: true });
    await card.grow(working(`half of ${status}`));
  }
  await card.end(done("whole"));
  assertEquals([twin.botMessages().length, visible(twin)], [1, [finished("whole")]]);
});

Deno.test("a scope that is taken away in the middle costs no answer", async () => {
  for (const last of [begin, []]) {
    await using twin = await startTwin({ cardkit: true });
    const bridge = startMessenger(twin, streaming);
    const card = bridge.message();
    await card.grow(...begin);
    twin.faults.grant("cardkit:card:write", false);
    await card.grow(...last.map(({ text }) => working(`${text} more`)));
    await card.end(done("abc"));
    await bridge.message().grow(working("the next"));
    assertEquals(shown(twin).slice(1), [finished("abc"), `${en.status.working}\nthe next`]);
    // Nobody may change the first one any more.
    assertEquals(calls(twin, patches).filter(({ code }) => code !== 0), []);
    assertEquals(calls(twin, creations).length, 1);
  }
});

const broken: readonly Omit<RestFault, "match">[] = [
  ...[300305, 10002, 200860, 300302, 230001].map((code) => ({ status: 400, code })),
  { status: 502, html: true },
  { status: 429, retryAfterS: 0.01 },
  { loseAnswer: true },
];
Deno.test("a card that cannot be made is an ordinary one at once, and the next one is typed", async () => {
  await Promise.all(broken.map(async (fault) => {
    await using twin = await startTwin({ cardkit: true });
    const bridge = startMessenger(twin, streaming);
    twin.faults.fail({ match: creations, ...fault });
    const card = bridge.message();
    await card.grow(...begin);
    await card.end(done("abcde"));
    const what = JSON.stringify(fault);
    assertEquals(shown(twin), [finished("abcde")], what);
    assertEquals(counts(twin), [1, 1, 0, 0, 0, 4], what);
    await bridge.message().grow(...begin);
    assert(isOn(twin), what);
  }));
});

const invalid = "Failed to create card content, ext=ErrCode: 11310; ErrMsg: cardid is invalid; ";
for (const [code, msg] of [[230099, invalid], [200621, "parse card json err"], [230001, "x"]]) {
  Deno.test(`a card that cannot be sent, as of ${code}, is an ordinary one, sent once`, async () => {
    await using twin = await startTwin({ cardkit: true });
    const card = startMessenger(twin, streaming).message();
    const { uuid } = card.slot;
    twin.faults.fail({ match: sends, status: 400, code: Number(code), msg: String(msg) });
    twin.faults.fail({ match: sends, loseAnswer: true });
    await card.grow(working("a"));
    assertEquals(card.slot.uuid, `${uuid}.c`);
    await card.grow(...begin);
    await card.end(done("abcde"));
    assertEquals(shown(twin), [finished("abcde")]);
    assertEquals([calls(twin, creations).length, calls(twin, changes)], [1, []]);
  });
}

Deno.test("the ordinary card in place of one that cannot be sent is sent once over a crash", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  twin.faults.fail({ match: sends, status: 400, code: 230099, msg: invalid });
  twin.faults.fail({ match: sends, loseAnswer: true });
  await assertRejects(() => card.show(working("a"), "growing"), NetworkError);
  await startMessenger(twin, streaming).message(card.slot).end(done("whole"));
  assertEquals(shown(twin), [finished("whole")]);
});

Deno.test("the message in place of a lost card is sent once over a crash, however long", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.faults.fail({ match: changes, status: 400, code: 200740 });
  twin.faults.fail({ match: sends, loseAnswer: true });
  await assertRejects(() => card.show(working("abc"), "growing"), NetworkError);
  using _ = laterBy(180 * minute);
  await startMessenger(twin, streaming).message(card.slot).end(done("whole"));
  assertEquals(shown(twin).slice(1), [finished("whole")]);
});

/** What happens to a card while it grows, and which call does it. */
const steps: readonly [string, RegExp, (twin: Twin) => View][] = [
  ["its text grows", writes, () => working("ab.cd")],
  ["it gets an element", replacements, () => otherFrame],
  ["it is renewed", switches, (twin) => (twin.clock.advance(11 * minute), working("ab.cd"))],
  ["it is closed", switches, () => done("whole")],
  ["it shows its end", replacements, () => done("whole")],
];

for (const [what, call, view] of steps) {
  Deno.test(`a card that is lost when ${what} is followed by one message, and left alone`, async () => {
    await Promise.all([200740, 200750, 300308, 300311].map(async (code) => {
      await using twin = await startTwin({ cardkit: true });
      const card = startMessenger(twin, streaming).message();
      await card.grow(...begin);
      const next = view(twin);
      twin.faults.fail({ match: call, status: 400, code });
      twin.faults.fail({ match: changes, status: 400, code, times: 99 });
      if (next.status === "working") await card.grow(next, working("abcdef"));
      await card.end(done("whole"));
      assertEquals(shown(twin).slice(1), [finished("whole")]);
      assertEquals(card.slot.card, undefined);
      assertEquals(counts(twin).slice(0, 2), [1, 2]);
      assertEquals(calls(twin, patches).filter(({ code }) => code !== 0), []);
    }));
  });

  Deno.test(`a change that is refused once when ${what} costs at most the card's form`, async () => {
    const passing = [200810, 300120, 300317, 300309];
    const contents = [300310, 300313, 300305, 999999];
    await Promise.all([...passing, ...contents].map(async (code) => {
      await using twin = await startTwin({ cardkit: true });
      const card = startMessenger(twin, streaming).message();
      await card.grow(...begin);
      const next = view(twin);
      twin.faults.fail({ match: call, status: 400, code });
      if (next.status === "working") await card.grow(next, working("abcdef"));
      await card.end(done("whole"));
      const isPlain = call === replacements && contents.includes(code);
      assertEquals(shown(twin), [isPlain ? "**Done**\n\nwhole" : finished("whole")], `${code}`);
      assertEquals([isOn(twin), calls(twin, patches)], [false, []]);
    }));
  });
}

Deno.test("a card that waits for Feishu is not made simpler, however long that takes", async () => {
  await Promise.all([200810, 300120, 99991400].map(async (code) => {
    await using twin = await startTwin({ cardkit: true });
    const card = startMessenger(twin, streaming).message();
    await card.grow(...begin);
    twin.faults.fail({ match: changes, status: 400, code, times: 12 });
    for (let attempts = 0; attempts < 12; attempts++) {
      await assertRejects(() => card.show(done("whole")));
    }
    await card.end(done("whole"));
    assertEquals(shown(twin), [finished("whole")]);
  }));
});

Deno.test("lost answers, delays and gateway trouble leave one card with the whole answer", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  twin.faults.fail({ match: sends, loseAnswer: true });
  await card.grow(working("a"));
  twin.faults.fail({ match: writes, status: 429, retryAfterS: 0.01 });
  await card.grow(working("ab"), working("abc"));
  twin.faults.fail({ match: writes, loseAnswer: true });
  twin.faults.fail({ match: replacements, loseAnswer: true });
  await card.grow(working("abcd"));
  assert(twin.requests.every(({ code }) => code !== 300317));
  twin.faults.fail({ match: switches, status: 502, html: true });
  // Numbered afresh by the clock, which is ahead unless changes come as fast as here.
  await card.end(done("abcde"));
  assertEquals([shown(twin), isOn(twin)], [[finished("abcde")], false]);
});

Deno.test("a streaming card that is withdrawn is replaced by another", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.recall(twin.botMessages()[0]?.id ?? "");
  await card.grow(working("abc"), working("abcd"), working("abcde"));
  await card.end(done("abcdef"));
  assertEquals(shown(twin).slice(1), [finished("abcdef")]);
});

Deno.test("an end that no card takes is a post, and the card says so", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.faults.refuseCards({ match: /FINAL/ });
  await card.end(done("FINAL"));
  const [first = "", second = ""] = shown(twin);
  assertStringIncludes(first, en.answerBelow);
  assertStringIncludes(second, "FINAL");
  assert(!isOn(twin));
});
