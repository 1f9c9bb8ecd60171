import { assert, assertEquals, assertMatch } from "@std/assert";
import { fitting } from "../../lib/bridge/commands/picker.ts";
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import { pressMessage } from "../../lib/model/message.ts";
import { tempDir } from "../helpers.ts";
import { until } from "../until.ts";
import { startTurns } from "./turn/start_turns.ts";

type Turns = Awaited<ReturnType<typeof startTurns>>;

Deno.test("of 500 models a card offers what it can take, the last ones first; one choice locks it", async () => {
  await using world = await startTurns();
  const { twin, listed, conversation } = world;
  const ids = Array.from({ length: 500 }, (_, i) => `model-${i + 1}`);
  listed.models = Object.fromEntries(ids.map((id) => [id, { id }]));
  await world.say("/model");
  const card = await world.sees(/changes it/);
  const labels = labelsOf(world, card);
  assertEquals([labels.length, labels[0]], [100, "p/model-1"]);
  assertMatch(twin.plain(card), /All 500[^]*… \+460/);
  assertEquals(
    await world.pick(card, "p/model-7", "ou_other"),
    "This button is for somebody else.",
  );
  // At the same time: either may be the first to be stored.
  const picked = ["p/model-7", "p/model-9"];
  const answers = await Promise.all(picked.map((name) => world.pick(card, name)));
  assertEquals(answers.toSorted(), ["Got it.", "Something was chosen on this card already."]);
  const first = picked[answers.indexOf("Got it.")] ?? "";
  await world.sees(
    new RegExp(`next message on: \`${first}\`[^]*/model ${first} was chosen by\n@ou_owner`),
  );
  assertEquals([labelsOf(world, card), twin.botMessages().length], [[], 1]);
  assertEquals(conversation.record.model, first);
  await world.say("/model model-8");
  await until("it is chosen", () => conversation.record.model === "p/model-8");
  await world.say("/model");
  const next = await world.sees(/Now: `p\/model-8`[^]*Choose…/);
  assertEquals(labelsOf(world, next).slice(0, 2), [first, "p/model-1"]);
});

Deno.test("a list of yesterday is checked again: a session that is gone, also after a crash", async () => {
  await using world = await startTurns();
  const { twin, store, listed } = world;
  const session = (id: string) => ({
    ...{ id, title: `title ${id}`, directory: "/tmp" },
    time: { created: 1, updated: Date.now() },
  });
  listed.sessions = [session("ses_a"), session("ses_b")];
  await world.say("/sessions");
  const card = await world.sees(/goes on in one of them/);
  const [first = "", second = ""] = labelsOf(world, card);
  assertMatch(first, /^title ses_a/);
  const { value } = twin.pickers(card.id)[0] ?? {};
  listed.sessions = [session("ses_b")];
  // It was stored, but not handled.
  const press = { ...Object(value), argument: "ses_a", by: "ou_owner", card: card.id };
  await store.accept(pressMessage(press, world.conversation.record, Date.now()));
  await world.restart();
  await world.sees(/“ses_a” does not name exactly one session[^]*chosen by/);
  await world.say("/resume");
  const again = await world.sees(/goes on in one of them/);
  await world.pick(again, second);
  await world.sees(/Going on in “title ses_b”/);
  assertEquals(world.conversation.record.sessionId, "ses_b");
});

Deno.test("/cwd offers directories that were used before, as long as one may go there", async () => {
  await using dir = await tempDir();
  await using world = await startTurns();
  const { store } = world;
  const paths = ["one", "two"].map((name) => `${dir.path}/${name}`);
  for (const path of paths) await Deno.mkdir(path);
  const [one = "", two = ""] = paths;
  const other = { key: "oc_x", chatId: "oc_x", chatType: "p2p", directory: two } as const;
  await store.commit({ conversation: other });
  await world.say(`/cwd ${one}`);
  await world.sees(/Now in .*one/);
  await world.say("/cwd");
  const card = await world.sees(/The directory is .*one/);
  assert(labelsOf(world, card).includes(two));
  assert(!labelsOf(world, card).includes(one));
  assertEquals(await world.pick(card, two), "Got it.");
  await world.sees(/Now in .*two[^]*chosen by/);
  await Deno.remove(one);
  await world.say("/cwd");
  const next = await world.sees(/The directory is .*two/);
  assert(!paths.some((path) => labelsOf(world, next).includes(path)));
});

Deno.test("/lang offers each language by its own name, and the card is in the chosen one", async () => {
  await using world = await startTurns();
  await world.say("/lang");
  const card = await world.sees(/This chat is in English/);
  assertEquals(labelsOf(world, card), ["中文", "English", "as the bridge's settings say"]);
  await world.pick(card, "中文");
  await world.sees(/^这里使用中文。[^]*zh[^]*ou_owner/);
  await world.say("/lang");
  const next = await world.sees(/`\/lang en` 可切换为英文/);
  await world.pick(next, "按桥接程序的设置");
  await world.sees(/^This chat is in English, as[^]*auto[^]*ou_owner/);
});

Deno.test("/help has a button for what takes no argument, and becomes its answer", async () => {
  await using world = await startTurns();
  const { twin } = world;
  await world.say("/help");
  const card = await world.sees(/\[\/status\]/);
  const labels = twin.buttons(card.id).map(({ label }) => label);
  assert(["/new", "/model", "/cwd"].every((name) => labels.includes(name)), labels.join());
  assert(!labels.some((label) => /help|get|rename/.test(label)), labels.join());
  // A card takes no more buttons; the others are in a list.
  assertEquals([labels.length, labelsOf(world, card).includes("/settings")], [20, true]);
  await world.press(card, "/status");
  await world.sees(/Turn: none[^]*\/status was chosen by/);
  assertEquals([twin.buttons(card.id), twin.botMessages().length], [[], 1]);
  await world.say("/help /Settings");
  const one = await world.sees(/^- `\/settings`[^]*\[\/settings\]/);
  assertEquals(twin.buttons(one.id).map(({ label }) => label), ["/settings"]);
  await world.say("/help rename");
  await world.sees(/^- `\/rename <name>`/);
});

Deno.test("a list has each value once, and no more bytes than a card takes", () => {
  const option = (value: string) => ({ label: value, value });
  assertEquals(fitting(["a", "b", "a"].map(option)).length, 2);
  for (const sign of ["x", "目"]) {
    const long = Array.from({ length: 90 }, (_, i) => option(`${i} ${sign.repeat(98)}`));
    const texts = fitting(long).map(({ label, value }) => label + value);
    const bytes = new TextEncoder().encode(texts.join("")).length;
    assert(bytes > 9_000 && bytes <= 10_000, `${bytes}`);
  }
});

function labelsOf({ twin }: Turns, card: TwinMessage): string[] {
  return twin.pickers(card.id).flatMap(({ options }) => options.map(({ label }) => label));
}
