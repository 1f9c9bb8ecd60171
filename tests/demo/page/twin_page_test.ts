import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { array, object } from "../../../lib/base/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { TwinPage } from "../../../lib/demo/page/twin_page.ts";
import { card, connect, restApi, send } from "../feishu_twin/client.ts";

async function post(twin: Twin, action: string, body: unknown, headers = {}) {
  const response = await fetch(`${twin.url}/_twin/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: object(await response.json()) };
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
  using _page = new TwinPage(twin);
  const response = await fetch(twin.url);
  const policy = response.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /default-src 'none'/);
  assert(!policy.includes("unsafe"));
  const page = await response.text();
  assert(!/https?:|<script>|<style>| on\w+=/.test(page));
  for (const [, path] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await fetch(twin.url + path);
    assertEquals(asset.status, 200);
    // The name of SVG looks like an address, and is none.
    const text = (await asset.text()).replace("http://www.w3.org/2000/svg", "");
    assert(!/innerHTML|https?:\/\//.test(text));
  }
});

/** Reads the page's stream. */
async function follow(twin: Twin) {
  const stream = await fetch(`${twin.url}/_twin/events`);
  assert(stream.body !== null);
  const events = stream.body.pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream()).getReader();
  return {
    /** The next event of this name. */
    async next(name: string): Promise<unknown> {
      for (;;) {
        const { value, done } = await events.read();
        if (done) throw new Error(`no event ${name}`);
        if (value.event === name) return JSON.parse(value.data);
      }
    },
    [Symbol.asyncDispose]: () => events.cancel(),
  };
}

Deno.test("the page shows messages live, sends, clicks and recalls", async () => {
  await using twin = await startTwin();
  using _page = new TwinPage(twin);
  const api = await restApi(twin);
  using _link = await connect(twin, {
    "im.message.receive_v1": () => {},
    "im.message.recalled_v1": () => {},
    "card.action.trigger": () => ({ toast: { type: "info", content: "clicked" } }),
  });
  await using page = await follow(twin);
  await page.next("ready");
  const next = async () => object(array(await page.next("messages"))[0]);
  const user = twin.user.openId;
  const said = await post(twin, "say", { chat: twin.chat.id, user, text: "<b>hi</b>" });
  assertEquals(said.status, 200);
  const mine = await next();
  const plain = { tag: "div", attributes: { class: "plain" }, children: ["<b>hi</b>"] };
  assertEquals(mine.nodes, [plain]);
  const button = {
    tag: "button",
    text: { tag: "plain_text", content: "Yes" },
    behaviors: [{ type: "callback", value: { secret: 1 } }],
  };
  const sent = await send(api, twin, "interactive", card([button]));
  const messageId = sent.data.message_id;
  const shown = await next();
  assertEquals(shown.id, messageId);
  assertMatch(JSON.stringify(shown.nodes), /"data-button":"0".*"Yes"/);
  assert(!JSON.stringify(shown).includes("secret"));
  const clicked = await post(twin, "click", { messageId, index: 0, user });
  assertEquals(object(clicked.body.toast).content, "clicked");
  const recalled = await post(twin, "recall", { messageId: said.body.messageId, user });
  assertEquals(recalled.status, 200);
  assertEquals((await next()).recalled, true);
});

Deno.test("what is not theirs, or is not there, people cannot touch", async () => {
  await using twin = await startTwin();
  using _page = new TwinPage(twin);
  const bob = twin.addUser("Bob").openId;
  const mine = twin.say({ text: "hello" });
  const wrong: [string, unknown][] = [
    ["say", { chat: twin.chat.id, user: bob, text: "x" }],
    ["say", { chat: twin.chat.id, user: twin.user.openId, text: " " }],
    ["say", { chat: twin.chat.id, user: twin.user.openId, text: "x", files: ["img_nothing"] }],
    ["recall", { messageId: mine, user: bob }],
    ["click", { messageId: mine, index: 0, user: twin.user.openId }],
    ["react", { messageId: "om_nothing", user: bob, emoji: "DONE" }],
    ["switch", { name: "explode", on: true }],
    ["control", { name: "killBridge" }],
    ["scene", { name: "bug" }],
    ["dance", {}],
    ["say", "no object"],
  ];
  for (const [action, body] of wrong) {
    const answer = await post(twin, action, body);
    assertEquals(answer.status, 400, `${action} ${JSON.stringify(body)}`);
    assertMatch(String(answer.body.error), /^[A-Z][^]*\.$/);
  }
  assertEquals(twin.messages().length, 1);
});

Deno.test("a fault is switched on and off without touching the others", async () => {
  await using twin = await startTwin();
  using _page = new TwinPage(twin);
  const api = await restApi(twin);
  const turn = (name: string, on: boolean) => post(twin, "switch", { name, on });
  await turn("refuseCards", true);
  await turn("busy", true);
  assertEquals((await send(api, twin, "text", { text: "x" })).status, 429);
  await turn("busy", false);
  assertEquals((await send(api, twin, "text", { text: "x" })).code, 0);
  assertEquals((await send(api, twin, "interactive", card([]))).code, 230099);
  await turn("refuseCards", false);
  const hello = card([{ tag: "markdown", content: "hello" }]);
  assertEquals((await send(api, twin, "interactive", hello)).code, 0);
});

Deno.test("other sites and other names for the host are turned away", async () => {
  await using twin = await startTwin();
  using _page = new TwinPage(twin);
  const body = { chat: twin.chat.id, user: twin.user.openId, text: "x" };
  const other = { origin: "https://example.com" };
  assertEquals((await post(twin, "say", body, other)).status, 403);
  assertEquals((await post(twin, "say", body, { "content-type": "text/plain" })).status, 403);
  assertMatch(await rawGet(twin.port, `evil.example:${twin.port}`), /^HTTP\/1\.1 403 /);
  assertMatch(await rawGet(twin.port, `localhost:${twin.port}`), /^HTTP\/1\.1 200 /);
  assertEquals((await post(twin, "say", body, { origin: twin.url })).status, 200);
  assertEquals(twin.messages().length, 1);
});
