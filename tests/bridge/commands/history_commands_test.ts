import { NOTHING_SPENT } from "../budget/nothing_spent.ts";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { NO_LOG } from "../../../lib/base/log.ts";
import type { CommandRequest } from "../../../lib/bridge/commands/command.ts";
import { Admission } from "../../../lib/bridge/people/admission.ts";
import { historyCommands } from "../../../lib/bridge/commands/history_commands.ts";
import { patchPanels, patchText } from "../../../lib/bridge/commands/patch_panels.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import { startFiles } from "../start_files.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { assertGrowsLinearly, NO_OFFERS, tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";

/** An opencode with three prompts, and a conversation on its session. */
function start() {
  let reverted: string | undefined;
  let isSilent = false;
  const messages = ["a", "b", "c"].map((id, created) => ({
    info: { id, sessionID: "ses_1", role: "user", time: { created } },
    parts: [{ id: `p${id}`, sessionID: "ses_1", messageID: id, type: "text", text: `do ${id}` }],
  }));
  const session = () => ({
    id: "ses_1",
    directory: "/work",
    ...(reverted !== undefined && { revert: { messageID: reverted } }),
  });
  const world = fakeOpencode({
    "GET /session/ses_1": session,
    "GET /session/ses_1/message": () => messages,
    "GET /session/ses_1/diff": () => [],
    "POST /session/ses_1/revert": () => {
      const [, id] = /"messageID":"(\w+)"/.exec(world.requests.at(-1) ?? "") ?? [];
      reverted = id;
      // It takes effect, and nobody hears of it.
      return isSilent
        ? new Response(new ReadableStream({ start: (body) => body.error(new Error("cut")) }), {
          headers: { "content-type": "application/json" },
        })
        : session();
    },
    "POST /session/ses_1/unrevert": () => {
      reverted = undefined;
      return session();
    },
  });
  let record: ConversationRecord = {
    key: "oc_1",
    chatId: "oc_1",
    chatType: "p2p",
    directory: "/work",
    sessionId: "ses_1",
  };
  const run = async (name: string, messageId: string, argument = "") => {
    const request: CommandRequest = {
      message: {
        messageId,
        chatId: "oc_1",
        chatType: "p2p",
        sender: "ou_1",
        createdAt: 1,
        receivedAt: 1,
        type: "text",
        text: `/${name}`,
        mentionsBot: false,
        attachments: [],
      },
      argument,
      conversation: {
        get record() {
          return record;
        },
        turns: [],
        loading: 0,
        waiting: 0,
        asks: [],
        rows: () => Promise.resolve([]),
        all: () => Promise.resolve([]),
        schedules: () => Promise.resolve([]),
        allowed: () => Promise.resolve([]),
        budgets: () => Promise.resolve([]),
        spendings: NOTHING_SPENT,
        installUpdate: () => Promise.resolve(),
        steer: () => Promise.resolve("nothing runs" as const),
        awaitEnd: () => Promise.resolve(false),
        running: () => Promise.resolve([]),
        moveOther: () => Promise.resolve(),
        isShared: () => Promise.resolve(false),
        save: (update) => {
          record = update(record);
          return Promise.resolve();
        },
      },
      texts: texts("en"),
      agent: world.opencode,
      log: NO_LOG,
      chat: { maxFileBytes: 0, offers: NO_OFFERS },
      settings: {
        cwd: "/work",
        stateDir: "/nowhere",
        roots: [],
        askTimeoutMs: 60_000,
        notify: "long",
        shown: new Map(),
        ownsAgent: true,
      },
      fileSpace: startFiles("/nowhere"),
      admission: new Admission({ kind: "everyone" }),
      commands: historyCommands,
      systemStatus: () => Promise.resolve([]),
      signal: new AbortController().signal,
    };
    const result = await historyCommands[name]?.run(request);
    record = result?.update?.(record) ?? record;
    const answer = result?.answer ?? "";
    return typeof answer === "string" ? answer : answer[0]?.text ?? "";
  };
  return {
    get reverted() {
      return reverted;
    },
    silence: (silent: boolean) => isSilent = silent,
    undo: (messageId: string) => run("undo", messageId),
    redo: (messageId: string) => run("redo", messageId),
    rewind: (messageId: string, argument: string) => run("rewind", messageId, argument),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

Deno.test("an undo that a crash interrupted goes one step, however often it is repeated", async () => {
  await using world = start();
  for (let i = 0; i < 2; i++) assertMatch(await world.undo("om_1"), /Undone: “do c”/);
  assertEquals(world.reverted, "c");
  for (let i = 0; i < 2; i++) assertMatch(await world.undo("om_2"), /Undone: “do b”/);
  assertEquals(world.reverted, "b");
});

Deno.test("a redo that is asked for twice happens once, up to where all is in force again", async () => {
  await using world = start();
  await world.undo("om_1");
  await world.undo("om_2");
  for (let i = 0; i < 2; i++) assertMatch(await world.redo("om_3"), /Done again: “do b”/);
  assertEquals(world.reverted, "c");
  for (let i = 0; i < 2; i++) assertMatch(await world.redo("om_4"), /Done again: “do c”/);
  assertEquals(world.reverted, undefined);
  assertMatch(await world.redo("om_5"), /nothing to redo/);
});

Deno.test("an undo that is not confirmed in time happens once, however often it is asked for", async () => {
  await using world = start();
  world.silence(true);
  assertMatch(await world.undo("om_1"), /has not confirmed \/undo yet/);
  assertMatch(await world.undo("om_2"), /has not confirmed \/undo yet/);
  world.silence(false);
  assertMatch(await world.undo("om_3"), /Undone: “do c”/);
  assertEquals(world.reverted, "c");
  assertMatch(await world.undo("om_4"), /Undone: “do b”/);
  assertEquals(world.reverted, "b");
});

Deno.test("a rewind goes back to the prompt that was listed, once, whatever happens meanwhile", async () => {
  await using world = start();
  assertMatch(await world.rewind("om_0", "2"), /no prompt 2.*\/rewind lists them/);
  assertMatch(await world.rewind("om_1", ""), /^1\. do c\n2\. do b\n3\. do a\n/);
  world.silence(true);
  assertMatch(await world.rewind("om_2", "2"), /has not confirmed \/rewind yet/);
  world.silence(false);
  for (const id of ["om_3", "om_3"]) {
    assertMatch(await world.rewind(id, "2"), /since “do b” is undone/, id);
    assertEquals(world.reverted, "b");
  }
  assertMatch(await world.rewind("om_4", "2"), /no prompt 2/, "the numbers are old");
  assertMatch(await world.rewind("om_5", "c"), /no prompt c/, "it is undone");
  assertMatch(await world.redo("om_6"), /Done again: “do b”/);
  assertMatch(await world.rewind("om_7", "a"), /since “do a” is undone/);
  assertEquals(world.reverted, "a");
  assertMatch(await world.rewind("om_8", ""), /nothing to undo/);
});

Deno.test("an undo after the first turn has nothing to undo", async () => {
  await using world = start();
  for (const id of ["om_1", "om_2", "om_3"]) assertMatch(await world.undo(id), /Undone/);
  assertMatch(await world.undo("om_4"), /nothing to undo/);
  assertEquals(world.reverted, "a");
});

Deno.test("a line of exactly as many characters as are shown is no reason for a file", () => {
  const panelsOf = (line: string) =>
    patchPanels(
      [{ file: "a", additions: 1, deletions: 0, patch: `@@ -1 +1 @@\n${line}` }],
      "/work",
    );
  const whole = panelsOf("+".padEnd(160, "x"));
  assertEquals(whole.isComplete, true);
  assertStringIncludes(whole.panels[0]?.text ?? "", "+".padEnd(160, "x"));
  const cut = panelsOf("+".padEnd(161, "x"));
  assertEquals(cut.isComplete, false);
  assertStringIncludes(cut.panels[0]?.text ?? "", `${"+".padEnd(159, "x")}…`);
});

Deno.test("the patch that is sent can be applied, whatever stands in it", async () => {
  await using dir = await tempDir();
  const git = async (...args: string[]) => {
    const options = { args, cwd: dir.path, env: { GIT_DIR: `${dir.path}/.git` } };
    const { success, stdout, stderr } = await new Deno.Command("git", options).output();
    assertEquals(success, true, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };
  const lines = ["a", "token=ghp_AbCdEf0123456789AbCdEf0123456789", "```", "<at id=all>", "", ""];
  const changed = lines.with(0, "b\x1b[1m ‹ t-AbCdEf0123456789AbCdEf0123456789");
  await git("init", "-q");
  for (const name of ["one.txt", "two.txt"]) {
    await Deno.writeTextFile(`${dir.path}/${name}`, `${lines.join("\n")}\n`);
  }
  await git("add", ".");
  const patches = [];
  for (const file of ["one.txt", "two.txt"]) {
    await Deno.writeTextFile(`${dir.path}/${file}`, `${changed.join("\n")}\n`);
    patches.push({ file, patch: await git("diff", "--", file), additions: 1, deletions: 1 });
  }
  await git("checkout", "-q", "--", ".");
  await Deno.writeTextFile(`${dir.path}/changes.diff`, patchText(patches));
  await git("apply", "changes.diff");
  for (const name of ["one.txt", "two.txt"]) {
    assertEquals(await Deno.readTextFile(`${dir.path}/${name}`), `${changed.join("\n")}\n`);
  }
});

Deno.test("a patch hides our own secrets, and panels hide tokens too", () => {
  knownSecrets.add("history_commands_test", "our-own-s3cret");
  const key = "ghp_AbCdEf0123456789AbCdEf0123456789";
  const patch = `@@ -1 +1,2 @@\n+our-own-s3cret\n+${key}\n+~~~~\n+\`\`\`\`\n`;
  const change = { file: "a", additions: 1, deletions: 0, patch };
  assertEquals(patchText([change]), patch.replace("our-own-s3cret", "***"));
  const { panels } = patchPanels([change], "/work");
  const shown = patch.replace("our-own-s3cret", "***").replace(key, "ghp_***");
  assertEquals(panels[0]?.text, `\`\`\`\`\`diff\n${shown}\`\`\`\`\``);
});

Deno.test("the time to draw a patch grows like its length", () => {
  for (const one of ["\n", " \n", "@@\n", "`", "+"]) {
    assertGrowsLinearly((length) => {
      const patch = `@@ -1 +1 @@\n${one.repeat(length / one.length)}x\n`;
      const changes = [{ file: "a", additions: 1, deletions: 0, patch }];
      patchText(changes);
      patchPanels(changes, "/work");
    }, JSON.stringify(one));
  }
});

Deno.test("no secret shows in the titles of changes", () => {
  const file = "/work/dump-ghp_aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5.txt";
  const { panels } = patchPanels(
    [{ file, additions: 1, deletions: 0, patch: "@@ -1 +1 @@\n+a" }],
    "/work",
  );
  assertEquals(panels[0]?.title, "`dump-ghp_***.txt` +1 −0");
});
