import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { SavedFile } from "../../../lib/model/message.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { FileSpace } from "../../../lib/store/files/file_space.ts";
import { directoryBytes } from "../../../lib/store/files/kept_files.ts";
import { tempDir } from "../../helpers.ts";

const MAX = 1000;
/** The notes about conversations in the directories of messages take some bytes, too. */
const key = (n: number) => `c${n}`;

/** A space of 1000 bytes, and what the state says is needed. */
async function start() {
  const dir = await tempDir();
  const inbox: { messageId: string }[] = [];
  const conversations: Pick<ConversationRecord, "files">[] = [];
  const turns: Pick<TurnRecord, "files">[] = [];
  const filesDir = join(dir.path, "files");
  const open = (maxBytes = MAX) =>
    new FileSpace({
      filesDir,
      answersDir: join(dir.path, "answers"),
      maxBytes,
      users: {
        inbox: () => Promise.resolve([...inbox]),
        conversations: () => Promise.resolve([...conversations]),
        turns: () => Promise.resolve([...turns]),
        rows: () => Promise.resolve([]),
      },
    });
  const files = open();
  let time = Date.now() / 1000 - 10_000;
  return {
    ...{ dir, files, inbox, conversations, turns, filesDir, open },
    /** Writes a file of a message, later than all before; `undefined` if there is no room. */
    write: async (messageId: string, conversation: string, bytes: number) => {
      const claim = await files.claim({ messageId, conversation });
      const fits = await claim.grow(bytes);
      const path = join(claim.directory, "a");
      if (fits) await Deno.writeTextFile(path, "x".repeat(bytes));
      claim.end(fits ? bytes : 0);
      const directory = join(filesDir, messageId);
      time++;
      for await (const { name } of Deno.readDir(directory)) {
        await Deno.utime(join(directory, name), time, time);
      }
      await Deno.utime(directory, time, time);
      return fits ? path : undefined;
    },
    left: async () =>
      (await Array.fromAsync(Deno.readDir(filesDir))).filter(({ name }) =>
        Array.from(Deno.readDirSync(join(filesDir, name))).some((file) => file.name === "a")
      ).map(({ name }) => name).toSorted(),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

const saved = (path = ""): SavedFile => ({ path, name: "a", mime: "", bytes: 1 });

Deno.test("the oldest files that nobody needs make room, of all and of a conversation", async () => {
  await using space = await start();
  for (const [id, chat] of [["om_1", 1], ["om_2", 2], ["om_3", 2], ["om_4", 3]] as const) {
    assert(await space.write(id, key(chat), 200));
  }
  assert(await space.write("om_5", key(3), 240));
  assertEquals(await space.left(), ["om_2", "om_3", "om_4", "om_5"]);
  // Half of all is left for others, so a conversation's own go first.
  assert(await space.write("om_6", key(3), 100));
  assertEquals(await space.left(), ["om_2", "om_3", "om_5", "om_6"]);
});

Deno.test("what a message, a waiting text or a turn needs stays, and what comes is refused", async () => {
  await using space = await start();
  space.inbox.push({ messageId: "om_1" });
  await space.write("om_1", key(1), 300);
  space.conversations.push({ files: [saved(await space.write("om_2", key(2), 300))] });
  space.turns.push({ files: [saved(await space.write("om_3", key(3), 250))] });
  assert(await space.write("om_4", key(4), 100));
  assertEquals(await space.write("om_5", key(5), 400), undefined);
  // It would not have been enough, so nobody lost anything.
  assertEquals(await space.left(), ["om_1", "om_2", "om_3", "om_4"]);
  space.turns.pop();
  assert(await space.write("om_6", key(6), 270));
  assertEquals(await space.left(), ["om_1", "om_2", "om_4", "om_6"]);
});

Deno.test("long answers count, are never removed for files, and are refused when all is full", async () => {
  await using space = await start();
  assert(await space.files.writeAnswer("one.md", "x".repeat(600)));
  await space.write("om_1", key(1), 300);
  assert(await space.files.writeAnswer("two.md", "x".repeat(300)));
  assertEquals(await space.left(), []);
  assertEquals(await space.files.writeAnswer("three.md", "x".repeat(300)), undefined);
  assertEquals(await space.write("om_2", key(1), 300), undefined);
  const answers = await Array.fromAsync(Deno.readDir(join(space.dir.path, "answers")));
  assertEquals(answers.map(({ name }) => name).toSorted(), ["one.md", "two.md"]);
});

Deno.test("after the setting became smaller, a sweep removes the oldest that nobody needs", async () => {
  await using space = await start();
  for (const n of [1, 2, 3, 4]) await space.write(`om_${n}`, key(n), 200);
  space.turns.push({ files: [saved(join(space.filesDir, "om_1", "a"))] });
  await space.open(500).trim();
  assertEquals(await space.left(), ["om_1", "om_4"]);
});

Deno.test("a space of another run of the program counts what is there", async () => {
  await using space = await start();
  space.inbox.push({ messageId: "om_1" });
  await space.write("om_1", key(1), 490);
  const again = space.open();
  const owner = { messageId: "om_2", conversation: key(1) };
  assertEquals(await (await again.claim(owner)).grow(100), false);
  // A text is small, and is kept in any case.
  assertEquals(await Deno.readTextFile(await again.write(owner, "a.md", "text")), "text");
  assert(await again.usedBytes() > 490);
});

Deno.test("whatever is written at once, the bound holds at every moment, and what is needed stays", async () => {
  await using space = await start();
  const { files, filesDir, inbox, turns, dir } = space;
  let sawRefusal = false;
  let sawRemoval = false;
  const load = async (n: number) => {
    const messageId = `om_${n}`;
    inbox.push({ messageId });
    const claim = await files.claim({ messageId, conversation: key(n % 5) });
    const path = join(claim.directory, "a");
    let written = 0;
    for (let i = 0; i < 1 + n % 7; i++) {
      // Some begin again, as after a connection that broke off.
      if (n % 4 === 0 && i === 3) {
        claim.restart();
        written = 0;
        await Deno.writeTextFile(path, "");
      }
      if (!await claim.grow(60)) break;
      await Deno.writeTextFile(path, "x".repeat(60), { append: true });
      written += 60;
      // Notes of conversations are a few bytes a message.
      const used = await directoryBytes(dir.path);
      assert(used <= MAX + 3 * 100, `${used} bytes`);
    }
    sawRefusal ||= claim.isRefused;
    if (claim.isRefused) await Deno.remove(path).catch(() => {});
    claim.end(claim.isRefused ? 0 : written);
    if (!claim.isRefused && n % 3 === 0) turns.push({ files: [saved(path)] });
    inbox.splice(inbox.findIndex((one) => one.messageId === messageId), 1);
    for (const { files: [file] = [] } of turns) {
      assert(await Deno.stat(file?.path ?? ""), `${file?.path} is needed`);
    }
    if (turns.length > 4) turns.shift();
    sawRemoval ||= await Deno.stat(join(filesDir, "om_1")).then(() => false, () => true);
  };
  for (let n = 0; n < 100; n += 5) await Promise.all([0, 1, 2, 3, 4].map((i) => load(n + i)));
  assert(sawRefusal && sawRemoval);
});
