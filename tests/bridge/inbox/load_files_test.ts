/** A file is waited for while the chat is in trouble, visibly. */
import { assert, assertEquals } from "@std/assert";
import { ApiError, NetworkError } from "../../../lib/base/errors.ts";
import { loadFiles } from "../../../lib/bridge/inbox/load_files.ts";
import { readPrompt } from "../../../lib/bridge/inbox/read_prompt.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { memoryLog, tempDir } from "../../helpers.ts";
import { VirtualTime } from "../../virtual_time.ts";
import { startFiles } from "../start_files.ts";

const call = { service: "feishu", method: "GET x" } as const;
const outage = new NetworkError("Feishu answered HTTP 504 without JSON", call);
const busy = new ApiError("internal error", { ...call, code: 2200, retryable: true });
const page = new ApiError("HTTP 403 without JSON", { ...call, code: 403, retryable: true });
const { signal } = new AbortController();
const owner = { messageId: "om_1", conversation: "oc_1" };

/** A chat whose downloads fail with these errors, one after the other, and then work. */
function failing(errors: readonly Error[]) {
  const left = [...errors];
  let attempts = 0;
  return {
    attempts: () => attempts,
    download: async (_id: string, _attachment: unknown, path: string) => {
      attempts++;
      const error = left.shift();
      if (error) throw error;
      await Deno.writeTextFile(path, "x");
      return { bytes: 1, mime: "text/plain" };
    },
  };
}

/** Loads one file of a message; time passes at once. */
async function load(errors: readonly Error[]) {
  await using dir = await tempDir();
  using time = new VirtualTime();
  const chat = failing(errors);
  const late: [name: string, ms: number][] = [];
  let isDone = false;
  const loading = loadFiles(
    [{ messageId: owner.messageId, attachment: { kind: "file", key: "f", name: "a.txt" } }],
    owner,
    {
      ...{ chat, texts: texts("en"), fileSpace: startFiles(dir.path) },
      onLate: (name) => late.push([name, time.now]),
    },
    signal,
  ).finally(() => isDone = true);
  while (!isDone) await time.pass(500);
  const { files, problems } = await loading;
  return { files, problems, late, attempts: chat.attempts() };
}

Deno.test("a file is waited for while the chat is in trouble, and its sender is told once", async () => {
  const errors = Array.from({ length: 20 }, (_, i) => i % 2 === 0 ? outage : busy);
  const { files, problems, late, attempts } = await load(errors);
  assertEquals([files.length, problems, attempts], [1, [], 21]);
  assertEquals(late.map(([name]) => name), ["a.txt"]);
  assert((late[0]?.[1] ?? 0) >= 14_000);
});

Deno.test("a page in a file's place is not waited for, as it may never go", async () => {
  const { files, problems, late, attempts } = await load(Array(9).fill(page));
  assertEquals([files, late, attempts], [[], [], 4]);
  assert(problems[0]?.startsWith("a.txt could not be loaded"), problems[0]);
});

Deno.test("that a file is late is said in the chat, once, whatever restarts", async () => {
  await using dir = await tempDir();
  const said: string[][] = [];
  const message: IncomingMessage = {
    ...{ messageId: "om_1", chatId: "oc_1", chatType: "p2p", sender: "ou_1", type: "post" },
    ...{ text: "what is this?", createdAt: 0, receivedAt: 0, mentionsBot: false },
    attachments: [{ kind: "file", key: "f", name: "a.txt" }],
  };
  const content = await readPrompt(message, {
    ...{ texts: texts("en"), log: memoryLog(), fileSpace: startFiles(dir.path), lateMs: 0 },
    groups: { hasContext: () => false },
    chat: {
      clock: { ours: (time: number) => time, theirs: (time: number) => time },
      ...failing([outage]),
      isSupported: () => true,
      slot: (target, uuid = "u") => ({ uuid, target, mode: "card" }),
      missingScope: () => undefined,
      readMessage: () => Promise.reject(outage),
      readTopic: () => Promise.reject(outage),
    },
    store: { isNotice: () => Promise.resolve(false) },
    loading: { isFollowed: () => Promise.resolve(false) },
    conversation: {
      record: { key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/work" },
      commit: ({ rowChanges = [] }) => {
        const rows = rowChanges.flatMap(({ change }) => change(undefined) ?? []);
        said.push(...rows.map(({ id, slot: { uuid }, view }) => [id, uuid, view.text ?? ""]));
        return Promise.resolve();
      },
    },
  }, signal);
  assertEquals(content.files.map(({ name }) => name), ["a.txt"]);
  const id = "file-late.om_1";
  assertEquals(said, [[id, id, texts("en").fileLate("a.txt", 10)]]);
});
