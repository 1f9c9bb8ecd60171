/** One row that does not get through lets others pass, and has a last resort. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { NetworkError } from "../../../lib/base/errors.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { laterBy } from "../../later_by.ts";
import { type Options, start } from "./start_outbox.ts";

type Bridge = Awaited<ReturnType<typeof start>>;

const en = texts("en");
const plain = (text: string): View => ({ status: "plain", text });
const shown = (twin: Twin) => twin.botMessages().map((message) => twin.plain(message));
const types = (twin: Twin) => twin.botMessages().map(({ type }) => type);
const creates = /POST .*messages/;
const uploads = /POST .*files/;

/** Requests that create a message get no answer while `isDown` says so. */
const down =
  (isDown: (content: string) => boolean): NonNullable<Options["send"]> => (send) => (...args) =>
    isDown(args[1].content)
      ? Promise.reject(new NetworkError("no answer", { service: "feishu", method: "POST x" }))
      : send(...args);

/** Posts texts, and has what does not get through tried again `times` times. */
async function tryInVain(
  bridge: Bridge,
  said: readonly string[],
  times: number,
): Promise<void> {
  await bridge.post(...said.map((text) => bridge.row(plain(text))));
  await goOnInVain(bridge, 1, times);
}

/** Has what does not get through tried again after each failure from the `first` to the `last`. */
async function goOnInVain({ failures, outbox }: Bridge, first: number, last: number) {
  for (let n = first; n <= last; n++) {
    await failures.reached(n);
    outbox.retryNow();
  }
}

Deno.test("a file that a gateway refuses lets the answer pass, and arrives later", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  await using bridge = await start(twin);
  const file = join(dir.path, "big.bin");
  await Deno.writeTextFile(file, "big");
  twin.faults.fail({ match: uploads, status: 504, html: true, times: 2 });
  await bridge.post(bridge.row({ status: "plain", file }), bridge.row(plain("the answer")));
  await twin.until(() => shown(twin).includes("the answer"), { timeoutMs: 1_500 });
  await bridge.settled();
  assertMatch((await bridge.store.rows())[0]?.lastError ?? "", /504/);
  bridge.outbox.retryNow();
  await bridge.failures.reached(2);
  bridge.outbox.retryNow();
  await twin.until(() => types(twin).includes("file"));
  await bridge.settled();
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("an answer outlives a secret that Feishu refuses for a while", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: /tenant_access_token/, code: 10014 });
  twin.faults.fail({ match: /tenant_access_token/, code: 20013, times: 3 });
  await tryInVain(bridge, ["the answer"], 3);
  using _later = laterBy(30_000);
  await goOnInVain(bridge, 4, 6);
  await twin.until(() => shown(twin).length > 0);
  await bridge.settled();
  assertEquals(shown(twin), ["the answer"]);
});

Deno.test("an upload that takes long holds nothing up", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  await using bridge = await start(twin, { uploadMs: 50 });
  const file = join(dir.path, "big.bin");
  await Deno.writeTextFile(file, "big");
  twin.faults.fail({ match: uploads, hang: true });
  await bridge.post(bridge.row({ status: "plain", file }), bridge.row(plain("the answer")));
  await twin.until(() => shown(twin).includes("the answer"), { timeoutMs: 2_000 });
  await bridge.post(bridge.row(plain("and more")));
  await twin.until(() => shown(twin).includes("and more"), { timeoutMs: 2_000 });
  assertEquals(types(twin), ["interactive", "interactive"]);
});

Deno.test("a message that fails while others get through rests, and is never given up", async () => {
  await using twin = await startTwin();
  let isStuck = true;
  const send = down((content) => isStuck && content.includes("stuck"));
  await using bridge = await start(twin, { send });
  await tryInVain(bridge, ["stuck", "two", "three"], 3);
  await twin.until(() => shown(twin).length === 2);
  assertEquals(shown(twin), ["two", "three"]);
  await bridge.settled();
  isStuck = false;
  bridge.outbox.retryNow();
  await twin.until(() => shown(twin).length === 3);
  await bridge.settled();
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("messages stay in order while the network is down, however long that takes", async () => {
  await using twin = await startTwin();
  let isDown = true;
  const isOnline = () => !isDown;
  await using bridge = await start(twin, { send: down(() => isDown), isOnline });
  const all = ["one", "two", "three", "four"];
  await tryInVain(bridge, all, 20);
  isDown = false;
  bridge.outbox.retryNow();
  await twin.until(() => shown(twin).length === 4);
  assertEquals(shown(twin), all);
});

Deno.test("after an outage of the REST interface alone, at most one message is out of order", async () => {
  await using twin = await startTwin();
  let isDown = true;
  await using bridge = await start(twin, { send: down(() => isDown) });
  const all = ["one", "two", "three", "four", "five"];
  await tryInVain(bridge, all, 20);
  isDown = false;
  bridge.outbox.retryNow();
  await twin.until(() => shown(twin).length === 5);
  const [first, ...others] = shown(twin);
  assertEquals(others, all.filter((text) => text !== first));
});

Deno.test("without the scope for files, a long answer comes as messages instead", async () => {
  await using twin = await startTwin({ limits: { perChat: 100 } });
  await using dir = await tempDir();
  await using bridge = await start(twin);
  const file = join(dir.path, "answer-1.md");
  const paragraphs = Array.from({ length: 12 }, (_, i) => `Paragraph ${i}. ${"word ".repeat(700)}`);
  await Deno.writeTextFile(file, paragraphs.join("\n\n"));
  twin.faults.fail({ match: uploads, status: 400, code: 99991672, times: 99 });
  await bridge.post(
    bridge.row(plain(en.answerInFile)),
    bridge.row({ status: "plain", file, isTemporary: true }),
    bridge.row(plain("next")),
  );
  await twin.until(() => shown(twin).some((text) => text.includes("Paragraph 11.")));
  await bridge.settled();
  const [beginning, first, ...others] = shown(twin);
  assertEquals(beginning, en.answerInFile);
  assertStringIncludes(first ?? "", "cannot be sent");
  const whole = [first, ...others].join("\n");
  for (const i of paragraphs.keys()) assertStringIncludes(whole, `Paragraph ${i}.`);
  assert(others.includes("next"));
  assertEquals(types(twin).filter((type) => type === "file"), []);
  assertEquals(await bridge.store.rows(), []);
  assertEquals(await Deno.stat(file).then(() => true, () => false), false);
});

Deno.test("an endless answer becomes a bounded number of messages, and says so", async () => {
  await using twin = await startTwin({ limits: { perChat: 100 } });
  await using dir = await tempDir();
  await using bridge = await start(twin);
  const file = join(dir.path, "answer-1.md");
  const paragraph = (i: number) => `${i}. ${"word ".repeat(100)}`;
  await Deno.writeTextFile(file, Array.from({ length: 600 }, (_, i) => paragraph(i)).join("\n\n"));
  twin.faults.fail({ match: uploads, status: 400, code: 99991672, times: 99 });
  await bridge.post(bridge.row({ status: "plain", file, isTemporary: true }));
  await twin.until(() => shown(twin).some((text) => /more messages would follow/.test(text)), {
    timeoutMs: 30_000,
  });
  await bridge.settled();
  assertEquals(shown(twin).length, 21);
});

Deno.test("a file that Feishu refuses or that cannot be read is told", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  await using bridge = await start(twin);
  const file = join(dir.path, "report.pdf");
  await Deno.writeTextFile(file, "x");
  twin.faults.fail({ match: uploads, status: 400, code: 234006, msg: "too big" });
  await bridge.post(bridge.row({ status: "plain", file }));
  await twin.until(() =>
    shown(twin).some((text) => /^report\.pdf cannot be sent: .*234006/.test(text))
  );
  // A directory took its place.
  await Deno.remove(file);
  await Deno.mkdir(file);
  await bridge.post(bridge.row({ status: "plain", file }));
  await twin.until(() => shown(twin).length === 2);
  assertMatch(shown(twin)[1] ?? "", /^report\.pdf cannot be sent/);
  await bridge.settled();
  assertEquals(await bridge.store.rows(), []);
});

Deno.test("a file that was replaced by a link or grew too large before it could be sent is not sent", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const path = await Deno.realPath(dir.path);
  const secret = join(path, "secret.txt");
  await Deno.writeTextFile(secret, "hidden");
  const project = join(path, "project");
  const file = join(project, "report.pdf");
  const replacements: [RegExp, () => Promise<void>][] = [
    [/^report\.pdf is gone/, async () => {
      await Deno.remove(file);
      await Deno.symlink(secret, file);
    }],
    [/^report\.pdf is gone/, async () => {
      await Deno.rename(project, join(path, "moved"));
      await Deno.mkdir(join(path, "other"), { recursive: true });
      await Deno.writeTextFile(join(path, "other", "report.pdf"), "hidden");
      await Deno.symlink("other", project);
    }],
    [/^report\.pdf cannot be sent: it has 40000000 bytes/, () => Deno.truncate(file, 40_000_000)],
  ];
  for (const [said, replace] of replacements) {
    await using bridge = await start(twin);
    await Deno.remove(project, { recursive: true }).catch(() => {});
    await Deno.mkdir(project);
    await Deno.writeTextFile(file, "x");
    const row = bridge.row({ status: "plain", file });
    await replace();
    const before = twin.botMessages().length;
    await bridge.post(row);
    await twin.until(() => said.test(shown(twin)[before] ?? ""));
    await bridge.settled();
  }
  assertEquals(types(twin).filter((type) => type === "file"), []);
});

for (
  const [what, keep, content, labels] of [
    ["a text", false, { text: "secret words" }, ["Yes", "No"]],
    ["an open question", true, { text: "secret words" }, ["Yes", "No"]],
    // Nobody approves what cannot be shown.
    ["what is to be approved", true, { exact: [{ text: "secret words" }] }, ["No"]],
  ] as const
) {
  Deno.test(`${what} that is refused in every form becomes a notice without it`, async () => {
    await using twin = await startTwin({ limits: { perChat: 100 } });
    await using bridge = await start(twin);
    // In four forms, three times.
    twin.faults.fail({ match: creates, status: 400, code: 230028, times: 12 });
    const buttons = [
      { label: "Yes", value: { x: 1 } },
      { label: "No", value: { x: 2 }, style: "danger" },
    ] as const;
    const view: View = { status: "waiting", title: "Which?", ...content, buttons };
    await bridge.post({ ...bridge.row(view), keep });
    for (let n = 1; n <= 2; n++) {
      await bridge.failures.reached(n);
      assertEquals(shown(twin), []);
      bridge.outbox.retryNow();
    }
    const [text] = await twin.until(() => shown(twin).length === 1 && shown(twin));
    await bridge.settled();
    assertMatch(text ?? "", /Feishu does not accept what this message says .*230028/);
    const [message] = twin.botMessages();
    assertEquals(twin.buttons(message?.id ?? "").map(({ label }) => label), [...labels]);
    assert(!text?.includes("secret words"));
    assertEquals((await bridge.store.rows()).map(({ shown }) => shown), keep ? [true] : []);
  });
}

Deno.test("a chat that takes nothing gets its message unchanged when it takes it again", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: creates, status: 400, code: 230002, times: 6 });
  await bridge.post(bridge.row(plain("the answer")));
  for (let n = 1; n <= 6; n++) {
    await bridge.failures.reached(n);
    bridge.outbox.retryNow();
  }
  await twin.until(() => shown(twin).length === 1);
  assertEquals(shown(twin), ["the answer"]);
});

Deno.test("a fault that loops does not flood the chat, and holds nothing else up", async () => {
  await using twin = await startTwin({ limits: { perChat: 1_000 } });
  await using bridge = await start(twin);
  for (let i = 0; i < 300; i++) await bridge.post(bridge.row(plain("the same again")));
  await bridge.post(bridge.row(plain("the answer")));
  await twin.until(() => shown(twin).includes("the answer"));
  await bridge.settled();
  const same = shown(twin).filter((text) => text === "the same again").length;
  assert(same <= 8, `${same} messages`);
  assertEquals((await bridge.store.rows()).length, 300 - same);
});

Deno.test("an error in the ledger does not end the sending", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const { rows } = bridge.store;
  let failures = 2;
  bridge.store.rows = (...args) => {
    if (failures-- > 0) return Promise.reject(new Error("nobody expects this"));
    return rows.apply(bridge.store, args);
  };
  await bridge.post(bridge.row(plain("the answer")));
  await twin.until(() => shown(twin).length === 1, { timeoutMs: 15_000 });
  await bridge.settled();
});
