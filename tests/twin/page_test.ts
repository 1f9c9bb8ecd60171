import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { asArray, asObject } from "../../lib/twin/json.ts";
import { startTwin, type Twin } from "../../lib/twin/twin.ts";
import { card, connect, restApi, send } from "./client.ts";

async function post(twin: Twin, action: string, body: unknown, headers = {}) {
  const response = await fetch(`${twin.url}/_twin/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: asObject(await response.json()) };
}

/** Asks for the page under a host name that `fetch` would not send. */
async function rawGet(port: number, host: string): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  await socket.write(new TextEncoder().encode(request));
  const answer = new Uint8Array(1000);
  const length = await socket.read(answer);
  return new TextDecoder().decode(answer.subarray(0, length ?? 0));
}

Deno.test("the page loads nothing from elsewhere and allows no inline code", async () => {
  await using twin = await startTwin();
  const response = await fetch(twin.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /default-src 'none'/);
  assert(!policy.includes("unsafe"));
  const page = await response.text();
  assert(!/https?:|<script>|<style>| on\w+=/.test(page));
  for (const [, path] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await fetch(twin.url + path);
    assertEquals(asset.status, 200);
    assert(!/innerHTML|https?:\/\//.test(await asset.text()));
  }
});

Deno.test("the page shows messages live, sends, and clicks", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  using _link = await connect(twin, {
    "im.message.receive_v1": () => {},
    "card.action.trigger": () => ({ toast: { type: "info", content: "clicked" } }),
  });
  const stream = await fetch(`${twin.url}/_twin/events`);
  assert(stream.body !== null);
  const events = stream.body.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream()).getReader();
  const next = async () => {
    const { value } = await events.read();
    return { name: value?.event, data: asObject(JSON.parse(value?.data ?? "null")) };
  };
  assertEquals((await next()).name, "state");
  const said = await post(twin, "say", { chat: twin.chat.id, text: "<b>hi</b>" });
  assertEquals(said.status, 200);
  const mine = await next();
  assertEquals(mine.data.blocks, [{ kind: "text", text: "<b>hi</b>" }]);
  const button = {
    tag: "button",
    text: { tag: "plain_text", content: "Yes" },
    behaviors: [{ type: "callback", value: { secret: 1 } }],
  };
  const sent = await send(api, twin, "interactive", card([button]));
  const shown = await next();
  assertEquals(shown.data.id, sent.data.message_id);
  assertEquals(asArray(shown.data.blocks).map((block) => asObject(block).label), ["Yes"]);
  const clicked = await post(twin, "click", { messageId: sent.data.message_id, index: 0 });
  assertEquals(asObject(clicked.body.toast).content, "clicked");
  assertEquals((await post(twin, "recall", { messageId: said.body.messageId })).status, 200);
  assertEquals((await next()).data.recalled, true);
  await events.cancel();
});

Deno.test("other sites and other names for the host are turned away", async () => {
  await using twin = await startTwin();
  const body = { chat: twin.chat.id, text: "x" };
  const other = { origin: "https://example.com" };
  assertEquals((await post(twin, "say", body, other)).status, 403);
  assertEquals((await post(twin, "say", body, { "content-type": "text/plain" })).status, 403);
  assertMatch(await rawGet(twin.port, `evil.example:${twin.port}`), /^HTTP\/1\.1 403 /);
  assertMatch(await rawGet(twin.port, `localhost:${twin.port}`), /^HTTP\/1\.1 200 /);
  assertEquals((await post(twin, "say", body, { origin: twin.url })).status, 200);
  assertEquals(twin.messages().length, 1);
});
