import { assert, assertEquals, assertMatch } from "@std/assert";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { TwinMessage } from "../../../lib/demo/feishu_twin/twin_message.ts";
import { tempDir } from "../../helpers.ts";
import { type RouterWorldOptions, startRouter } from "../start_router.ts";

type Routes = NonNullable<RouterWorldOptions["routes"]>;

/** An opencode with one session of one turn. */
function opencodeRoutes(more: Routes = {}): Routes {
  const messages = [
    {
      info: { id: "msg_1", sessionID: "ses_1", role: "user", time: { created: 1_764_000_000_000 } },
      parts: [{ id: "p1", sessionID: "ses_1", messageID: "msg_1", type: "text", text: "do it" }],
    },
    {
      info: {
        ...{ id: "msg_2", sessionID: "ses_1", role: "assistant", parentID: "msg_1" },
        ...{ providerID: "p", modelID: "m", time: { created: 2, completed: 3 }, finish: "stop" },
      },
      parts: [{
        ...{ id: "p2", sessionID: "ses_1", messageID: "msg_2", type: "text" },
        ...{ text: "Done, with token=ghp_aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5.", time: { end: 3 } },
      }],
    },
  ];
  const session = (url: URL, id = "ses_1", title = "Old name") => ({
    ...{ id, title, directory: url.searchParams.get("directory"), time: { updated: 1 } },
    model: { providerID: "p", id: "m", variant: "default" },
  });
  return {
    "GET /session": (url) => [session(url)],
    "GET /session/ses_1": (url) => session(url),
    "GET /session/ses_1/message": () => messages,
    "GET /session/status": () => ({}),
    "PATCH /session/ses_1": (url) => session(url),
    "POST /session/ses_1/fork": (url) => session(url, "ses_2", "Old name (fork #1)"),
    "POST /session/ses_1/share": (url) => ({
      ...session(url),
      share: { url: "https://opncd.ai/s/abc" },
    }),
    "GET /config/providers": () => ({
      providers: [{ id: "p", models: { m: { id: "m", variants: { low: {}, high: {} } } } }],
    }),
    ...more,
  };
}

/** A bridge in whose direct chat the session goes on. */
async function start(twin: Twin, routes = opencodeRoutes(), options: RouterWorldOptions = {}) {
  const world = await startRouter(twin, { ...options, routes });
  let shown = twin.botMessages().length;
  /** Sends a text; resolves with the bot's next message. */
  const ask = async (text: string): Promise<TwinMessage> => {
    await world.receive(twin.say({ text }));
    await twin.until(() => twin.botMessages().length > shown);
    const message = twin.botMessages()[shown++];
    assert(message);
    return message;
  };
  const answer = async (text: string) => twin.plain(await ask(text));
  assertMatch(await answer("/resume ses_1"), /Going on in “Old name”/);
  return { ...world, world, ask, answer };
}

Deno.test("a session is renamed, in one line and not without a name", async () => {
  await using twin = await startTwin();
  const { world, answer, requests } = await start(twin);
  await using _ = world;
  assertMatch(await answer("/rename"), /called “Old name”. `\/rename` and a name/);
  assertMatch(await answer("/rename fix the login\npage"), /called “fix the login page” now/);
  assertEquals(requests.filter((one) => one.startsWith("PATCH")), [
    'PATCH /session/ses_1 {"title":"fix the login page"}',
  ]);
});

Deno.test("a copy is made and gone on in; the way back is said", async () => {
  await using twin = await startTwin();
  const { world, answer, requests } = await start(twin);
  await using _ = world;
  assertMatch(await answer("/fork"), /“Old name \(fork #1\)”. `\/resume ses_1` goes back/);
  assert(requests.includes("POST /session/ses_1/fork {}"));
  assertMatch(await answer("/status"), /Session: ses_2/);
});

Deno.test("a session is sent as a file, without the keys in it", async () => {
  await using twin = await startTwin();
  const { world, ask } = await start(twin);
  await using _ = world;
  const message = await ask("/export");
  const { file_key } = JSON.parse(JSON.stringify(message.content));
  const file = twin.file(file_key);
  const text = new TextDecoder().decode(file?.bytes);
  assertEquals(file?.name, "Old name.md");
  assertMatch(text, /^# Old name\n\n`ses_1`[^]*## Prompt, 2025-11-2\d \d\d:\d\d\n\ndo it\n/);
  assertMatch(text, /## Answer, p\/m\n\nDone, with token=\S*\*\*\*/);
});

Deno.test("how hard a model thinks is chosen with the model, and goes with another one", async () => {
  await using twin = await startTwin();
  const { world, answer } = await start(twin);
  await using _ = world;
  assertMatch(await answer("/effort"), /Now: `default`[^]*`low`[^]*`high`[^]*`default` ✓/);
  assertMatch(await answer("/effort hi"), /`high`/);
  assertMatch(await answer("/status"), /Model: p\/m, high/);
  assertMatch(await answer("/model p/m"), /`p\/m`/);
  assertMatch(await answer("/status"), /Model: p\/m, high/);
  assertMatch(await answer("/effort default"), /`default`/);
  assertMatch(await answer("/status"), /Model: p\/m\n/);
});

Deno.test("nothing is published before somebody has agreed, by a button or a word", async () => {
  await using twin = await startTwin();
  const { world, ask, answer, click, requests } = await start(twin);
  await using _ = world;
  const published = () => requests.filter((one) => one.startsWith("POST /session/ses_1/share"));
  const first = await ask("/share");
  assertMatch(twin.plain(first), /Publish this session\?[^]*“Old name” would be uploaded/);
  await click(first, "Keep it here", twin.user.openId);
  await twin.until(() => twin.plain(first).includes("Not published."));
  assertEquals(published(), []);
  const earlier = await ask("/share");
  const second = await ask("/share");
  await twin.until(() => twin.plain(earlier).includes("This question is over."));
  await world.receive(twin.say({ text: "y" }));
  await twin.until(() => twin.plain(second).includes("Published: https://opncd.ai/s/abc"));
  assertEquals(published().length, 1);
  assertMatch(await answer("/unshare"), /is not published/);
});

Deno.test("what opencode does not publish is said, and asked about still", async () => {
  await using twin = await startTwin();
  const routes = opencodeRoutes({
    "POST /session/ses_1/share": () =>
      Response.json({ name: "UnknownError", data: { message: "sharing is disabled" } }, {
        status: 500,
      }),
  });
  const { world, ask, click } = await start(twin, routes);
  await using _ = world;
  const card = await ask("/share");
  await click(card, "Publish", twin.user.openId);
  await twin.until(() =>
    twin.botMessages().some((one) => twin.plain(one).includes("sharing is disabled"))
  );
  await world.receive(twin.say({ text: "n" }));
  await twin.until(() => twin.plain(card).includes("Not published."));
});

Deno.test("a question that a crash has interrupted is over, and asked again", async () => {
  await using dir = await tempDir();
  await using twin = await startTwin();
  {
    const { world, ask } = await start(twin, opencodeRoutes(), { dir: dir.path });
    await using _ = world;
    await ask("/share");
  }
  const [card] = twin.botMessages().slice(-1);
  assert(card);
  await using world = await startRouter(twin, { dir: dir.path, routes: opencodeRoutes() });
  await world.router.resume();
  await twin.until(() => twin.plain(card).includes("This question is over."));
});
