import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { until } from "../opencode/until.ts";
import { World } from "./harness.ts";

/** A picture of one pixel. */
const PNG = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (c) => c.charCodeAt(0),
);
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("a file waits for the text that says what to do with it, also over a restart", async () => {
  await using world = await World.create();
  const first = await world.start();
  const { twin } = world;
  const key = twin.upload("file", "notes.txt", bytes("the secret word is plum"), "text/plain");
  twin.sendRaw({
    type: "file",
    content: { file_key: key, file_name: "../../notes.txt" },
  });
  await world.sees(/Got notes\.txt\. Now write what to do with it\./);
  assertEquals(world.model.calls.length, 0);
  await first.kill("SIGTERM");
  await world.start();
  twin.say({ text: "[[say read it]]" });
  await world.sees(/^Done\n[^]*read it/);
  const call = world.model.calls.find(({ tools }) => tools.length > 0);
  assertMatch(
    JSON.stringify(call),
    /Attached file: notes\.txt, 23 bytes, saved as [^"]*\/state\/files\//,
  );
  assertStringIncludes(JSON.stringify(call), "the secret word is plum");
});

Deno.test("a picture inside a rich text goes to the agent with the text", async () => {
  await using world = await World.create();
  await world.start();
  const key = world.twin.upload("image", "shot.png", PNG, "image/png");
  world.twin.sendRaw({
    type: "post",
    content: {
      title: "Look",
      content: [[{ tag: "text", text: "[[say I see]]" }], [{ tag: "img", image_key: key }]],
    },
  });
  await world.sees(/^Done\n[^]*I see/);
  assert(world.model.calls.some(({ user }) => /Attached file: image-1, \d+ bytes/.test(user)));
});

Deno.test("a picture that cannot be decoded is left out, and both sides are told", async () => {
  await using world = await World.create();
  await world.start();
  const broken = world.twin.upload("image", "shot.png", PNG.slice(0, 45), "image/png");
  world.twin.sendRaw({
    type: "post",
    content: {
      content: [[{ tag: "text", text: "[[say I try]]" }], [{ tag: "img", image_key: broken }]],
    },
  });
  await world.sees(/^Done\nA picture could not be read[^]*I try/);
  assertEquals(world.modelRuns("[The attached picture cannot be decoded"), 1);
});

Deno.test("an empty file and one that cannot be loaded are said, and the text runs all the same", async () => {
  await using world = await World.create();
  await world.start();
  const empty = world.twin.upload("file", "empty.txt", new Uint8Array(), "text/plain");
  world.twin.sendRaw({ type: "file", content: { file_key: empty, file_name: "empty.txt" } });
  await world.sees(/empty\.txt is empty\./);
  world.twin.sendRaw({
    type: "file",
    content: { file_key: "file_v3_gone", file_name: "gone.zip" },
  });
  await world.sees(/gone\.zip could not be loaded/);
  world.twin.say({ text: "[[say and on]]" });
  await world.sees(/^Done\n[^]*and on/);
});

Deno.test("a quoted message is context for the agent", async () => {
  await using world = await World.create();
  await world.start();
  const { twin } = world;
  const group = twin.addGroup({ name: "team" });
  const quoted = twin.say({ text: "the build fails on line 7", chat: group.id });
  twin.say({ text: "[[say fixed]]", replyTo: quoted, mentionBot: true });
  await world.sees(/^Done\n[^]*fixed/, group.id);
  assert(world.model.calls.some(({ user }) => user.includes("> the build fails on line 7")));
});

Deno.test("a very long answer is its beginning and a file with all of it, which is not kept", async () => {
  await using world = await World.create();
  await world.start([], { BRIDGE_MAX_MESSAGE_LEN: "500" });
  const { twin } = world;
  twin.say({ text: "[[long 100]]" });
  await world.sees(/^Done\n[^]*beginning of a long answer[^]*Line \*\*2\*\*/);
  const file = await twin.until(() => twin.botMessages().find(({ type }) => type === "file"));
  const { file_key } = JSON.parse(JSON.stringify(file.content));
  const answer = new TextDecoder().decode(twin.file(file_key)?.bytes);
  assertMatch(answer, /Part 1\n[^]*Line \*\*50\*\*[^]*Line \*\*100\*\*/);
  assertEquals(twin.botMessages().length, 2);
  const answers = () => Array.from(Deno.readDirSync(join(world.stateDir, "answers")));
  await until("the answer's file is gone", () => answers().length === 0);
});

Deno.test("/get sends a file of the directory, and nothing from outside of it", async () => {
  await using world = await World.create();
  await world.start();
  const { twin } = world;
  await Deno.writeFile(join(world.project, "picture.png"), PNG);
  await Deno.writeTextFile(join(world.project, "report.md"), "# Report");
  await Deno.writeTextFile(join(world.dir, "secret.txt"), "hidden");
  await Deno.symlink(join(world.dir, "secret.txt"), join(world.project, "link.txt"));
  twin.say({ text: "/get report.md" });
  const file = await twin.until(() => twin.botMessages().find(({ type }) => type === "file"));
  const { file_key } = JSON.parse(JSON.stringify(file.content));
  assertEquals(new TextDecoder().decode(twin.file(file_key)?.bytes), "# Report");
  twin.say({ text: "/get picture.png" });
  await twin.until(() => twin.botMessages().find(({ type }) => type === "image"));
  for (const path of ["../secret.txt", "link.txt", join(world.dir, "secret.txt")]) {
    const before = twin.botMessages().length;
    twin.say({ text: `/get ${path}` });
    await twin.until(() => /Only files in .* can be sent/.test(world.shown()[before] ?? ""));
  }
  twin.say({ text: "/get nothing.txt" });
  await world.sees(/There is no file nothing\.txt/);
});

Deno.test("reactions on a person's message tell what becomes of it", async () => {
  await using world = await World.create();
  await world.start();
  const { twin } = world;
  const reactions = (id: string) => twin.message(id).reactions.map(({ emoji }) => emoji);
  const done = twin.say({ text: "[[say fine]]" });
  await twin.until(() => reactions(done).join() === "OnIt,DONE", { timeoutMs: 30_000 });
  const failed = twin.say({ text: "[[error 401]]" });
  await twin.until(() => reactions(failed).join() === "OnIt,ERROR", { timeoutMs: 30_000 });
  const cancelled = twin.say({ text: "[[slow 400]]" });
  await world.sees(/1 2 3/);
  twin.say({ text: "/cancel" });
  await twin.until(() => reactions(cancelled).join() === "OnIt,CrossMark", { timeoutMs: 30_000 });
});
