import { assert, assertEquals, assertMatch } from "@std/assert";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { array, object } from "../../../lib/base/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { TwinPage } from "../../../lib/demo/page/twin_page.ts";
import { card, connect, restApi, send } from "../feishu_twin/client.ts";

/** A page, and the cookie that its link is exchanged for. */
async function openPage(twin: Twin): Promise<TwinPage & { cookie: string }> {
  const page = new TwinPage(twin);
  const response = await fetch(page.link);
  await response.body?.cancel();
  const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";");
  return Object.assign(page, { cookie });
}

async function post(
  twin: Twin,
  page: { readonly cookie: string },
  action: string,
  body: unknown,
  headers = {},
) {
  const response = await fetch(`${twin.url}/_twin/${action}`, {
    method: "POST",
    headers: { "content-type": "application/json", cookie: page.cookie, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: object(await response.json()) };
}

/** Sends a request that `fetch` would not send. */
async function raw(port: number, host: string, target: string, header = ""): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port });
  const request = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${header}Connection: close\r\n\r\n`;
  await socket.write(new TextEncoder().encode(request));
  const answer = new Uint8Array(1000);
  const length = await socket.read(answer);
  return new TextDecoder().decode(answer.subarray(0, length ?? 0));
}

Deno.test("the page loads nothing from elsewhere and allows no inline code", async () => {
  await using twin = await startTwin();
  using page = await openPage(twin);
  const headers = { cookie: page.cookie };
  const response = await fetch(`${twin.url}/_twin/`, { headers });
  const policy = response.headers.get("content-security-policy") ?? "";
  assertMatch(policy, /default-src 'none'/);
  assert(!policy.includes("unsafe"));
  const html = await response.text();
  assert(!/https?:|<script>|<style>| on\w+=/.test(html));
  for (const [, path] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const asset = await fetch(twin.url + path, { headers });
    assertEquals(asset.status, 200);
    // The name of SVG looks like an address, and is none.
    const text = (await asset.text()).replace("http://www.w3.org/2000/svg", "");
    assert(!/innerHTML|https?:\/\//.test(text));
  }
});

/** Reads the page's stream. */
async function follow(twin: Twin, { cookie }: { readonly cookie: string }) {
  const stream = await fetch(`${twin.url}/_twin/events`, { headers: { cookie } });
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
  using page = await openPage(twin);
  const api = await restApi(twin);
  using _link = await connect(twin, {
    "im.message.receive_v1": () => {},
    "im.message.recalled_v1": () => {},
    "card.action.trigger": (event) => {
      const { option = "clicked" } = object(object(event).action);
      return { toast: { type: "info", content: option } };
    },
  });
  await using stream = await follow(twin, page);
  await stream.next("ready");
  const next = async () => object(array(await stream.next("messages"))[0]);
  const user = twin.user.openId;
  const said = await post(twin, page, "say", { chat: twin.chat.id, user, text: "<b>hi</b>" });
  assertEquals(said.status, 200);
  const mine = await next();
  const plain = { tag: "div", attributes: { class: "plain" }, children: ["<b>hi</b>"] };
  assertEquals(mine.nodes, [plain]);
  const button = {
    tag: "button",
    text: { tag: "plain_text", content: "Yes" },
    behaviors: [{ type: "callback", value: { secret: 1 } }],
  };
  const options = [{ text: { tag: "plain_text", content: "Blue" }, value: "hidden" }];
  const select = { tag: "select_static", options, behaviors: button.behaviors };
  const sent = await send(api, twin, "interactive", card([button, select]));
  const messageId = sent.data.message_id;
  const shown = await next();
  assertEquals(shown.id, messageId);
  assertMatch(JSON.stringify(shown.nodes), /"data-button":"0".*"Yes"/);
  assertMatch(JSON.stringify(shown.nodes), /"data-picker":"0".*"value":"0".*"Blue"/);
  assert(!/secret|hidden/.test(JSON.stringify(shown)));
  const picked = await post(twin, page, "pick", { messageId, index: 0, option: 0, user });
  assertEquals(object(picked.body.toast).content, "hidden");
  const clicked = await post(twin, page, "click", { messageId, index: 0, user });
  assertEquals(object(clicked.body.toast).content, "clicked");
  const recalled = await post(twin, page, "recall", { messageId: said.body.messageId, user });
  assertEquals(recalled.status, 200);
  assertEquals((await next()).recalled, true);
});

Deno.test("the page shows follow-ups, dividers and chats on top, and tells who opens a chat", async () => {
  await using twin = await startTwin({ extras: true });
  using page = await openPage(twin);
  const api = await restApi(twin);
  let opened = 0;
  const event = "im.chat.access_event.bot_p2p_chat_entered_v1";
  using _link = await connect(twin, { [event]: () => void opened++ });
  await using stream = await follow(twin, page);
  await stream.next("ready");
  const next = async () => object(array(await stream.next("messages"))[0]);
  const user = twin.user.openId;
  await post(twin, page, "open", { chat: twin.chat.id, user });
  await twin.until(() => opened === 1);
  const line = { type: "divider", params: { divider_text: { text: "New session" } } };
  const { message_id: id } = (await send(api, twin, "system", line)).data;
  const attributes = { class: "divider" };
  assertEquals((await next()).nodes, [{ tag: "div", attributes, children: ["New session"] }]);
  const follow_ups = [{ content: "continue" }];
  await api("POST", `im/v1/messages/${id}/push_follow_up`, { follow_ups });
  assertEquals((await next()).followUps, ["continue"]);
  await api("PATCH", "im/v2/feed_cards/bot_time_sentive?user_id_type=open_id", {
    time_sensitive: true,
    user_ids: [user],
  });
  const { chats } = object(await stream.next("people"));
  assertEquals(array(chats).map((chat) => object(chat).onTop), [[user]]);
});

Deno.test("people cannot change what is not theirs or does not exist", async () => {
  await using twin = await startTwin();
  using page = await openPage(twin);
  const bob = twin.addUser("Bob").openId;
  const mine = twin.say({ text: "hello" });
  const wrong: [string, unknown][] = [
    ["say", { chat: twin.chat.id, user: bob, text: "x" }],
    ["say", { chat: twin.chat.id, user: twin.user.openId, text: " " }],
    ["say", { chat: twin.chat.id, user: twin.user.openId, text: "x", files: ["img_nothing"] }],
    ["recall", { messageId: mine, user: bob }],
    ["click", { messageId: mine, index: 0, user: twin.user.openId }],
    ["pick", { messageId: mine, index: 0, option: 0, user: twin.user.openId }],
    ["open", { chat: twin.chat.id, user: bob }],
    ["react", { messageId: "om_nothing", user: bob, emoji: "DONE" }],
    ["switch", { name: "explode", on: true }],
    ["control", { name: "killBridge" }],
    ["scene", { name: "bug" }],
    ["dance", {}],
    ["say", "no object"],
  ];
  for (const [action, body] of wrong) {
    const answer = await post(twin, page, action, body);
    assertEquals(answer.status, 400, `${action} ${JSON.stringify(body)}`);
    assertMatch(String(answer.body.error), /^[A-Z][^]*\.$/);
  }
  assertEquals(twin.messages().length, 1);
});

Deno.test("a fault is switched on and off without touching the others", async () => {
  await using twin = await startTwin();
  using page = await openPage(twin);
  const api = await restApi(twin);
  const turn = (name: string, on: boolean) => post(twin, page, "switch", { name, on });
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
  using page = await openPage(twin);
  const body = { chat: twin.chat.id, user: twin.user.openId, text: "x" };
  const other = { origin: "https://example.com" };
  assertEquals((await post(twin, page, "say", body, other)).status, 403);
  assertEquals((await post(twin, page, "say", body, { "content-type": "text/plain" })).status, 403);
  const cookie = `Cookie: ${page.cookie}\r\n`;
  const get = (host: string) => raw(twin.port, host, "/_twin/", cookie);
  assertMatch(await get(`evil.example:${twin.port}`), /^HTTP\/1\.1 403 /);
  assertMatch(await get(`localhost:${twin.port + 1}`), /^HTTP\/1\.1 403 /);
  assertMatch(await get(`localhost:${twin.port}`), /^HTTP\/1\.1 200 /);
  assertEquals((await post(twin, page, "say", body, { origin: twin.url })).status, 200);
  assertEquals(twin.messages().length, 1);
});

Deno.test("without the link nobody reaches the page, its chats, actions, files or wire", async () => {
  await using twin = await startTwin();
  using page = await openPage(twin);
  const key = twin.upload("image", "x.png", new Uint8Array([1]), "image/png");
  const say = { chat: twin.chat.id, user: twin.user.openId, text: "[[bash id]]" };
  const paths = ["", "?token=", `?token=${"0".repeat(64)}`, "events", "page.js", "page.css"]
    .concat([`file/${key}`, "no-such", "../_twin/events"]);
  const wrong = page.cookie.replace(/.$/, (last) => last === "0" ? "1" : "0");
  for (const cookie of ["", "demo=1", wrong, page.cookie.split("=")[1] ?? "", `x${page.cookie}`]) {
    for (const path of paths) {
      const response = await fetch(`${twin.url}/_twin/${path}`, { headers: { cookie } });
      assertEquals(response.status, 403, `${path} ${cookie}`);
      assertEquals(response.headers.get("set-cookie"), null);
      await response.body?.cancel();
    }
    for (const action of ["say", "upload", "control", "switch", "scene", "click"]) {
      assertEquals((await post(twin, { cookie }, action, say)).status, 403, action);
    }
  }
  assertEquals(twin.messages().length, 0);
  assertEquals((await post(twin, page, "say", say)).status, 200);
  // Two demos of one browser do not lock each other out.
  const both = { cookie: `other=1; ${page.cookie}; more=2` };
  assertEquals((await post(twin, both, "say", say)).status, 200);
});

Deno.test("the link is exchanged for a cookie that no script reads and no other site sends", async () => {
  await using twin = await startTwin();
  using page = await openPage(twin);
  using other = new TwinPage(twin);
  assert(page.link !== other.link);
  assertMatch(page.link, /^http:\/\/127\.0\.0\.1:\d+\/_twin\/\?token=[0-9a-f]{64}$/);
  const response = await fetch(other.link);
  const html = await response.text();
  const token = new URL(other.link).searchParams.get("token") ?? "?";
  assertEquals(
    response.headers.get("set-cookie"),
    `demo-${twin.port}=${token}; Path=/_twin/; HttpOnly; SameSite=Strict`,
  );
  assert(!html.includes(token), "the token leaves the address bar");
  assertMatch(html, /http-equiv="refresh" content="0; url=\/_twin\/"/);
  assertEquals(response.headers.get("referrer-policy"), "no-referrer");
  const root = await fetch(`${twin.url}/`, { redirect: "manual" });
  assertEquals([root.status, root.headers.get("location")], [303, "/_twin/"]);
  await root.body?.cancel();
});
