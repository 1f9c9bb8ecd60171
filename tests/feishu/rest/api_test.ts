import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, isRetryable, NetworkError, UsageError } from "../../../lib/base/errors.ts";
import { FeishuApi } from "../../../lib/feishu/rest/api.ts";
import type { Rendered } from "../../../lib/feishu/draw/rendered.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { credentials, feishuApi, memoryLog, tempDir } from "../../helpers.ts";
import { refusal } from "../../../lib/feishu/refusal.ts";
import { IMAGES } from "../../demo/feishu_twin/images.ts";

const { signal } = new AbortController();
const text = (words: string): Rendered => ({
  type: "text",
  content: JSON.stringify({ text: words }),
});
const card = (words: string): Rendered => ({
  type: "interactive",
  content: JSON.stringify({
    schema: "2.0",
    config: { update_multi: true },
    body: { elements: [{ tag: "markdown", content: words }] },
  }),
});
const tokenPath = "/open-apis/auth/v3/tenant_access_token/internal";

Deno.test("a message is sent to a chat, as a reply, and into a topic", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const chatId = twin.chat.id;
  const question = twin.say({ text: "hello" });
  const one = await api.send({ chatId }, text("one"), "u1", signal);
  const { messageId: reply, createdAt } = await api.send(
    { chatId, replyTo: question },
    card("two"),
    "u2",
    signal,
  );
  assertEquals(twin.botMessages().map(({ id }) => id), [one.messageId, reply]);
  assertEquals(createdAt, twin.message(reply).createdAt);
  assertEquals(twin.botMessages().map((message) => twin.plain(message)), ["one", "two"]);
  assertEquals(twin.message(reply).replyTo, question);
  assertEquals(twin.message(reply).threadId, undefined);
  const topic = twin.addGroup({ mode: "topic" });
  const asked = twin.say({ text: "hello", chat: topic.id, mentionBot: true });
  const { threadId = "none" } = twin.message(asked);
  const target = { chatId: topic.id, replyTo: asked, threadId };
  const { messageId } = await api.send(target, text("three"), "u3", signal);
  assertEquals(twin.message(messageId).threadId, threadId);
});

Deno.test("sends with the same uuid make one message, and give its id", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const target = { chatId: twin.chat.id };
  const first = await api.send(target, text("one"), "u1", signal);
  assertEquals(await api.send(target, text("other"), "u1", signal), first);
  assertEquals(twin.botMessages().length, 1);
});

Deno.test("cards are patched, posts and texts are edited", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const target = { chatId: twin.chat.id };
  const ids = [
    await api.send(target, text("old"), "u1", signal),
    await api.send(target, card("old"), "u2", signal),
  ];
  await api.edit(ids[0]?.messageId ?? "", text("new text"), signal);
  await api.edit(ids[1]?.messageId ?? "", card("new card"), signal);
  assertEquals(twin.botMessages().map((message) => twin.plain(message)), ["new text", "new card"]);
});

Deno.test("botInfo gives the open_id and the name of the bot", async () => {
  await using twin = await startTwin();
  assertEquals(await feishuApi(twin).botInfo(signal), {
    openId: twin.app.openId,
    name: twin.app.name,
  });
});

Deno.test("fields that stand beside an empty `data` are read", async () => {
  await using twin = await startTwin();
  const bot = { open_id: twin.app.openId, app_name: twin.app.name };
  twin.faults.fail({ match: /bot/, status: 200, body: JSON.stringify({ code: 0, data: {}, bot }) });
  const { openId, name } = await feishuApi(twin).botInfo(signal);
  assertEquals([openId, name], [twin.app.openId, twin.app.name]);
});

Deno.test("an answer that says no more than 401 renews the token, too", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  twin.faults.fail({ match: /messages/, status: 401, body: "" });
  await api.send({ chatId: twin.chat.id }, text("one"), "u1", signal);
  const tokens = twin.requests.filter(({ path }) => path === tokenPath).length;
  assertEquals([tokens, twin.botMessages().length], [2, 1]);
});

Deno.test("a revoked or ended token is renewed once, unseen by the caller", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const fetched = () => twin.requests.filter(({ path }) => path === tokenPath).length;
  await api.botInfo(signal);
  twin.faults.revokeToken();
  await api.send({ chatId: twin.chat.id }, text("one"), "u1", signal);
  twin.clock.advance(7_201_000);
  await api.send({ chatId: twin.chat.id }, text("two"), "u2", signal);
  assertEquals([twin.botMessages().length, fetched()], [2, 3]);
  twin.faults.fail({ match: /messages/, status: 400, code: 99991663, times: 2 });
  const send = () => api.send({ chatId: twin.chat.id }, text("three"), "u3", signal);
  const error = await assertRejects(send, ApiError);
  assertEquals([error.code, fetched()], [99991663, 4]);
  await send();
});

Deno.test("each method makes one attempt and tells what went wrong", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const send = () => api.send({ chatId: twin.chat.id }, text("x"), "u1", signal);
  await api.botInfo(signal);
  const before = twin.requests.length;
  twin.faults.fail({ status: 429, retryAfterS: 2 });
  assertEquals((await assertRejects(send, ApiError)).retryAfterMs, 2000);
  twin.faults.fail({ status: 502, html: true });
  await assertRejects(send, NetworkError);
  twin.faults.fail({ loseAnswer: true });
  await assertRejects(send, NetworkError);
  assertEquals(twin.requests.length, before + 3);
  assertEquals((await send()).messageId, twin.botMessages()[0]?.id);
  assertEquals(twin.botMessages().length, 1);
});

Deno.test("wrong credentials end a start with exit code 1, and what a call carries waits for new ones", async () => {
  await using twin = await startTwin();
  const wrong = { ...credentials(twin), appSecret: "wrong-secret" };
  const log = memoryLog();
  const api = new FeishuApi(wrong, log);
  const check = await assertRejects(() => api.checkCredentials(), UsageError);
  assertEquals(check.exitCode, 1);
  const call = await assertRejects(() => api.botInfo(signal), NetworkError, check.message);
  assert(isRetryable(call) && call.isUnsent);
  assert(!log.lines.join().includes("wrong-secret"));
});

Deno.test("no token or secret gets into the log, whatever fails", async () => {
  await using twin = await startTwin();
  const log = memoryLog();
  const api = feishuApi(twin, log);
  twin.faults.fail({ match: /bot/, status: 500 });
  await assertRejects(() => api.botInfo(signal), ApiError);
  const lines = log.lines.join("\n");
  assert(!/Bearer t-|t-[\w]{8}/.test(lines) && !lines.includes(twin.app.secret), lines);
});

Deno.test("a burst stays within the rate of a chat", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const target = { chatId: twin.chat.id };
  const sends = Array.from({ length: 7 }, (_, i) => api.send(target, text("x"), `u${i}`, signal));
  assertEquals(new Set(await Promise.all(sends)).size, 7);
  assertEquals(twin.requests.filter(({ code }) => code !== 0).length, 0);
});

Deno.test("an abort ends a call with the signal's reason", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  await api.botInfo(signal);
  twin.faults.fail({ hang: true });
  const stopping = new AbortController();
  const call = api.botInfo(stopping.signal);
  await twin.until(() => twin.requests.length === 3);
  const reason = new Error("stopping");
  stopping.abort(reason);
  assertEquals(await assertRejects(() => call), reason);
});

for (const [code, others] of [[99991400, "and its API"], [230020, "alone"]] as const) {
  Deno.test(`a delay that Feishu asks for with ${code} holds for the message ${others}, and for no other API`, async () => {
    await using twin = await startTwin();
    const api = feishuApi(twin);
    const target = { chatId: twin.chat.id };
    const { messageId: id } = await api.send(target, card("old"), "u1", signal);
    const { messageId: other } = await api.send(target, card("old"), "u2", signal);
    twin.faults.fail({ match: /PATCH/, status: 429, code, retryAfterS: 1 });
    await assertRejects(() => api.edit(id, card("refused"), signal), ApiError);
    await Promise.all([
      api.edit(id, card("new"), signal),
      api.edit(other, card("new"), signal),
      api.messages(other, signal),
      api.send(target, card("another"), "u3", signal),
    ]);
    const refused = twin.requests.find((one) => one.code === code)?.at ?? 0;
    const at = (what: string) =>
      twin.requests.findLast(({ method, path }) => `${method} ${path}`.endsWith(what))?.at ?? 0;
    const held = at(`PATCH /open-apis/im/v1/messages/${id}`);
    assert(held - refused >= 990);
    const free = [`GET /open-apis/im/v1/messages/${other}`, "POST /open-apis/im/v1/messages"];
    for (const what of free) assert(at(what) < held, what);
    const patched = at(`PATCH /open-apis/im/v1/messages/${other}`);
    if (code === 99991400) assert(patched - refused >= 990);
    else assert(patched < held);
  });
}

Deno.test("each API is called 50 times a second at most", async () => {
  await using twin = await startTwin();
  // When they leave. On a busy machine they may arrive closer together, and be refused.
  const left: number[] = [];
  const run = <T>(call: () => Promise<T>) => {
    left.push(performance.now());
    return call();
  };
  const api = feishuApi(twin, undefined, { machines: 1, run });
  const ids = Array.from({ length: 55 }, () => twin.say({ text: "x" }));
  const calls = ids.flatMap((id) => [api.messages(id, signal), api.react(id, "OK", signal)]);
  await Promise.allSettled(calls);
  assert(left.length >= 110);
  // Of two APIs.
  for (const [i, at] of left.slice(100).entries()) {
    assert(at - (left[i] ?? 0) >= 1_000, String(left));
  }
});

Deno.test("a picture that Feishu does not take goes as a file, and one that it takes as neither is refused", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const api = feishuApi(twin);
  const upload = async (name: string, bytes: Uint8Array) => {
    await Deno.writeFile(`${dir.path}/${name}`, bytes);
    return await api.upload(`${dir.path}/${name}`, signal);
  };
  const image = (format: string, width: number, height: number) =>
    IMAGES[format]?.(width, height) ?? new Uint8Array();
  const cases: [name: string, bytes: Uint8Array, type: string][] = [
    ["a.png", image("png", 12_000, 12_000), "image"],
    ["a.png", image("png", 12_001, 1), "file"],
    ["a.jpg", image("jpeg", 1, 12_001), "file"],
    ["a.webp", image("webp (VP8L)", 12_001, 9), "file"],
    ["a.gif", image("gif", 2_000, 2_000), "image"],
    ["a.gif", image("gif", 2_001, 2), "file"],
    ["a.bmp", new TextEncoder().encode("no image at all"), "file"],
  ];
  for (const [name, bytes, type] of cases) {
    const sent = await upload(name, bytes);
    assertEquals(sent.type, type, name);
    const { file_name = name } = JSON.parse(sent.content);
    assertEquals(twin.file(JSON.parse(sent.content)[`${type}_key`])?.bytes, bytes, file_name);
  }
  for (const name of ["empty.png", "empty.txt"]) {
    const error = await assertRejects(() => upload(name, new Uint8Array()), ApiError);
    assertEquals([error.code, error.retryable, refusal(error)], [234010, false, "file"]);
  }
  twin.faults.fail({ match: /images$/, status: 503 });
  const broken = await assertRejects(() => upload("a.png", image("png", 1, 1)), ApiError);
  assert(broken.retryable);
  twin.faults.fail({ match: /images$/, status: 400, code: 99991672 });
  const scope = await assertRejects(() => upload("a.png", image("png", 1, 1)), ApiError);
  assertEquals([scope.code, refusal(scope)], [99991672, "file"]);
});

Deno.test("the newest messages of a topic are found however long it is", async () => {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const root = twin.say({ text: "root" });
  const now = twin.clock.now();
  const add = (text: string, createdAt: number) =>
    twin.say({ text, replyTo: root, thread: "new", createdAt });
  for (let i = 0; i < 1_050; i++) add("old", now - 3_600_000);
  const ids = [add("one", now - 2), add("two", now - 1)];
  const { threadId = "none" } = twin.message(root);
  const place = { chatId: twin.chat.id, threadId };
  const found = await api.history(place, now - 60_000, now + 60_000, signal);
  assertEquals(
    found.map((item) => (item as { message_id: string }).message_id).filter((id) => id !== root),
    ids,
  );
});
