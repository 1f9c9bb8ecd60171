import { assert, assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { basename, dirname, join } from "@std/path";
import { NetworkError } from "../../../lib/base/errors.ts";
import { safeName } from "../../../lib/base/safe_name.ts";
import { type InboxOptions, readMessage } from "../../../lib/bridge/inbox/inbox.ts";
import { download } from "../../../lib/feishu/rest/http.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { directoryBytes } from "../../../lib/store/files/kept_files.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { memoryLog, tempDir } from "../../helpers.ts";
import { startFiles } from "../start_files.ts";
import { fakeServer } from "../../opencode/fake_server.ts";

const never = new AbortController().signal;
/** A chat in which no message refers to another. */
const NOTHING_ELSE = {
  readMessage: () => Promise.reject(new Error("nothing is quoted")),
  readTopic: () => Promise.reject(new Error("there is no topic")),
  missingScope: () => undefined,
  isSupported: () => true,
};
const message = (more: Partial<IncomingMessage> = {}): IncomingMessage => ({
  ...{ messageId: "om_1", chatId: "oc_1", chatType: "p2p", sender: "ou_1" },
  ...{ createdAt: 1, receivedAt: 1, type: "text", text: "", mentionsBot: false, attachments: [] },
  ...more,
});
const MB = new Uint8Array(1024 * 1024);

Deno.test("a file of 101 MB is refused with the limit, nothing of it is kept, and the rest is taken", async () => {
  await using dir = await tempDir();
  const sizes = [101, 1, 0];
  await using server = fakeServer((n) =>
    new Response(ReadableStream.from(Array<Uint8Array<ArrayBuffer>>(sizes[n] ?? 0).fill(MB)))
  );
  const options: InboxOptions = {
    chat: {
      download: (_, { key }, path, mayWrite, signal) =>
        download({ url: `${server.url}/${key}`, signal }, path, { mayWrite }),
      ...NOTHING_ELSE,
    },
    fileSpace: startFiles(dir.path),
    texts: texts("en"),
    log: memoryLog(),
  };
  const names = ["film.mp4", "../../x", "empty.txt"];
  const attachments = names.map((name, i) => ({ kind: "file" as const, key: `k${i}`, name }));
  const received = await readMessage(
    message({ type: "post", text: "look", attachments }),
    options,
    never,
  );
  assertEquals(received.files.map(({ path, bytes }) => [path, bytes]), [
    [join(dir.path, "files", "om_1", "x"), MB.length],
  ]);
  assertEquals(
    received.prompt,
    "look\n\n[file: film.mp4, which was not loaded]\n\n[file: empty.txt, which was not loaded]",
  );
  assertEquals(received.reply.split("\n"), [
    "film.mp4 exceeds Feishu's limit of 100 MB.",
    "empty.txt is empty.",
  ]);
  const kept = (await Array.fromAsync(Deno.readDir(join(dir.path, "files", "om_1")))).map((
    { name },
  ) => name);
  assert(!kept.includes("film.mp4"), kept.join());
});

Deno.test("a file for which there is no room is refused while it loads, and the prompt is not lost", async () => {
  for (const announced of [true, false]) {
    await using dir = await tempDir();
    let sent = 0;
    const body = async function* () {
      for (; sent < 50; sent++) {
        await delay(1);
        yield MB;
      }
    };
    await using server = fakeServer(() =>
      new Response(ReadableStream.from(body()), {
        headers: announced ? { "content-length": String(50 * MB.length) } : {},
      })
    );
    let most = 0;
    const options: InboxOptions = {
      chat: {
        download: (_, _attachment, path, mayWrite, signal) =>
          download({ url: server.url, signal }, path, {
            mayWrite: async (bytes) => {
              most = Math.max(most, await directoryBytes(dir.path));
              return await mayWrite(bytes);
            },
          }),
        ...NOTHING_ELSE,
      },
      fileSpace: startFiles(dir.path, { maxBytes: 6 * MB.length }),
      texts: texts("en"),
      log: memoryLog(),
    };
    const attachments = [{ kind: "file", key: "k", name: "film.mp4" }] as const;
    const { prompt, files, reply } = await readMessage(
      message({ type: "post", text: "look", attachments }),
      options,
      never,
    );
    assertEquals(files, []);
    assertEquals(prompt, "look\n\n[file: film.mp4, which was not loaded]");
    assertEquals(reply, texts("en").noRoomForFile("film.mp4"));
    assert(most <= 3 * MB.length + 100, `${most} bytes`);
    assert(sent < 50, "all was loaded");
    assert(await directoryBytes(dir.path) < 100);
  }
});

Deno.test("of a text too large for the store, the prompt is the beginning and a file has all of it", async () => {
  await using dir = await tempDir();
  const text = `BEGIN ${"很长\n".repeat(300_000)} END`;
  const options: InboxOptions = {
    chat: {
      download: () => Promise.reject(new Error("there is nothing to load")),
      ...NOTHING_ELSE,
    },
    fileSpace: startFiles(dir.path),
    texts: texts("en"),
    log: memoryLog(),
  };
  const { prompt, files, reply } = await readMessage(message({ text }), options, never);
  assert(JSON.stringify(prompt).length < 300_000);
  assert(new TextEncoder().encode(prompt).length < 300_000);
  const [file] = files;
  assert(file !== undefined && prompt.includes(file.path) && prompt.includes("BEGIN 很长"));
  assertEquals(await Deno.readTextFile(file.path), text);
  assertEquals(
    reply,
    "That is 2051 KB of text. The agent gets its beginning, and a file with all of it.",
  );

  const short = "word ".repeat(20_000);
  assertEquals((await readMessage(message({ text: short }), options, never)).prompt, short);
});

Deno.test("a download that brings no more bytes is given up, and a slow one is not", async () => {
  await using dir = await tempDir();
  const chunk = new Uint8Array(10);
  const waiting: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>[] = [];
  await using server = fakeServer((n) =>
    n === 0
      ? new Response(
        new ReadableStream({
          start(body) {
            body.enqueue(chunk);
            waiting.push(body);
          },
        }),
      )
      : new Response(ReadableStream.from(slowly(chunk, 6, 100)))
  );
  const request = { url: server.url, signal: never };
  await assertRejects(
    () => download(request, `${dir.path}/a`, { stallMs: 300 }),
    NetworkError,
    "in time",
  );
  await assertRejects(() => Deno.stat(`${dir.path}/a`), Deno.errors.NotFound);
  assertEquals((await download(request, `${dir.path}/b`, { stallMs: 300 })).bytes, 60);
  assertEquals(waiting.length, 1);
});

async function* slowly(chunk: Uint8Array<ArrayBuffer>, times: number, ms: number) {
  for (let i = 0; i < times; i++) {
    yield chunk;
    await delay(ms);
  }
}

Deno.test("a name of a file stays in its directory, is not hidden, and ends as it did", () => {
  const cases: [string, string][] = [
    ["../../x", "x"],
    ["..", "file"],
    ["", "file"],
    [".env", "env"],
    ["C:\\tmp\\a.txt", "a.txt"],
    ["a\u202etxt.exe", "a_txt.exe"],
    ["a\u2028b\u2029c\x85.txt", "a_b_c_.txt"],
    ["报告.pdf", "报告.pdf"],
    [`${"x".repeat(300)}.tar`, `${"x".repeat(76)}.tar`],
  ];
  for (const [name, safe] of cases) {
    assertEquals(safeName(name), safe);
    const path = join("/files", safeName(name));
    assertEquals([dirname(path), basename(path)], ["/files", safe]);
  }
});
