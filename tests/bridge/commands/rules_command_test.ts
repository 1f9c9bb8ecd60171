import { assertEquals, assertMatch } from "@std/assert";
import { forgetGoneRules } from "../../../lib/bridge/places/gone_rules.ts";
import type { AlwaysRule } from "../../../lib/model/always_rule.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";
import { CommandChat, type CommandParts } from "./command_chat.ts";

const RULE: AlwaysRule = {
  ...{ id: "per_1", directory: "/work", permission: "bash", patterns: ["touch *"] },
  ...{ since: Date.now() - 60_000, by: "ou_1" },
};
const OTHERS = [
  { ...RULE, id: "per_2", permission: "edit", patterns: ["*"], by: "ou_2" },
  { ...RULE, id: "per_3", directory: "/elsewhere" },
  { ...RULE, id: "per_0", since: 1_000 },
];

/** The ids of the rules that were listed. */
const IDS = ["per_1", "per_2"];

/** Sends `/rules` and what follows; resolves with the text, the list, and the notes that go. */
async function rules(
  argument: string,
  more: CommandParts,
  turns: unknown[] = [],
  listed: readonly string[] = [],
) {
  const allowed = () => Promise.resolve([...OTHERS.slice(2), RULE, ...OTHERS.slice(0, 2)]);
  const chat = new CommandChat({ conversation: { turns, allowed } }, { rules: listed });
  const { text, view, result: { forgotten = [] } } = await chat.run("rules", argument, more);
  const values = view.pickers?.[0]?.options.map(({ value }) => value) ?? [];
  return { text, values, forgotten: forgotten.map(({ id }) => id) };
}

Deno.test("opencode 1 forgets all rules of a directory at once, and only while nothing runs there", async () => {
  let busy = {};
  await using world = fakeOpencode({
    "GET /session/status": () => busy,
    "POST /instance/dispose": () => true,
  }, { startedAt: 2_000 });
  const agent = world.opencode;
  const listed = await rules("", { agent });
  assertMatch(
    listed.text,
    /1\. `bash: touch \*`, for 1 min \d+ s, by you\n2\. `edit: \*`.*`ou_2`\n/,
  );
  assertMatch(listed.text, /in its memory.*until it restarts/);
  assertEquals(listed.values, ["remove per_1", "remove per_2"]);
  assertEquals(listed.forgotten, ["per_0"], "an earlier server had it");
  busy = { ses_1: { type: "busy" } };
  for (const turns of [[], [{}]]) {
    assertMatch((await rules("remove 1", { agent }, turns, IDS)).text, /Nothing was taken back/);
  }
  assertEquals(world.requests.filter((one) => one.includes("dispose")), []);
  busy = {};
  assertMatch((await rules("remove 3", { agent }, [], IDS)).text, /There is no rule 3/);
  const removed = await rules("remove per_1", { agent });
  assertMatch(removed.text, /all 2 rules/);
  assertEquals(removed.forgotten, ["per_0", "per_1", "per_2"]);
});

Deno.test("notes of rules that an earlier server had are forgotten, whatever the clock says", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  const since = Date.now();
  // The clock was set back after the server had begun, or after an earlier one had.
  const rule = { ...RULE, since: since - 3_600_000, server: since };
  const earlier = { ...RULE, since: since + 3_600_000, server: since - 1 };
  await store.commit({
    allowed: [
      { ...rule, id: "here" },
      { ...earlier, id: "earlier" },
      { ...RULE, id: "unmarked", since: since + 1 },
      { ...RULE, id: "unmarked and earlier" },
    ],
  });
  const { signal } = new AbortController();
  const left = async () => (await store.alwaysRules()).map(({ id }) => id).toSorted();
  const listed = {
    savedRules: () => Promise.resolve([]),
    rulesSince: () => Promise.resolve(since),
  };
  const foreign = {
    savedRules: () => Promise.resolve(undefined),
    rulesSince: () => Promise.resolve(undefined),
  };
  for (const agent of [listed, foreign]) await forgetGoneRules({ store, agent, signal });
  assertEquals((await left()).length, 4, "nobody knows");
  await using world = fakeOpencode({}, { startedAt: since });
  await forgetGoneRules({ store, agent: world.opencode, signal });
  assertEquals(await left(), ["here", "unmarked"]);
});

Deno.test("of a server that somebody else runs it is said that rules may be gone", async () => {
  await using world = fakeOpencode({});
  const { text, values, forgotten } = await rules("", { agent: world.opencode });
  assertMatch(text, /some may be gone/);
  assertEquals([values.length, forgotten], [3, []]);
});

Deno.test("opencode 2 lists its rules and takes back each; the bridge knows by whom some are", async () => {
  let saved = [
    { id: "a", permission: "bash", pattern: "touch *", since: Date.now() - 5_000 },
    { id: "b", permission: "read", pattern: "x`y\n" },
  ];
  const agent = {
    savedRules: () => Promise.resolve(saved),
    forgetRules: (_: string, ids: readonly string[]) => {
      saved = saved.filter(({ id }) => id === "b" || !ids.includes(id));
      return Promise.resolve(true);
    },
  };
  const listed = await rules("", { agent });
  assertMatch(listed.text, /1\. `bash: touch \*`, for 5 s, by you\n2\. `read: xˋy\\u000a`\n/);
  assertEquals(listed.values, ["remove a", "remove b"]);
  assertMatch((await rules("remove b", { agent })).text, /still has/, "never said to be gone");
  // What runs does not matter: it is no memory of a directory.
  const first = ["a", "b"];
  assertMatch(
    (await rules("remove 1", { agent }, [{}], first)).text,
    /Taken back: `bash: touch \*`/,
  );
  for (const numbers of [first, []]) {
    const again = await rules("remove 1", { agent }, [], numbers);
    assertMatch(again.text, /There is no rule 1/, "after a crash the number is no other rule's");
  }
  assertEquals((await rules("", { agent })).values, ["remove b"]);
  saved = [];
  assertMatch((await rules("", { agent })).text, /Nobody has allowed/);
});
