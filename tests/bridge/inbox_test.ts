import { assert, assertEquals } from "@std/assert";
import { basename, dirname, join } from "@std/path";
import { safeName } from "../../lib/base/safe_name.ts";
import { type InboxOptions, readMessage } from "../../lib/bridge/inbox.ts";
import { download } from "../../lib/feishu/rest/http.ts";
import { texts } from "../../lib/texts/texts.ts";
import { memoryLog, tempDir } from "../helpers.ts";
import { fakeServer } from "../opencode/fake_server.ts";

const never = new AbortController().signal;
const MB = new Uint8Array(1024 * 1024);

Deno.test("a file of 101 MB is refused with the limit, nothing of it is kept, and the rest is taken", async () => {
  await using dir = await tempDir();
  const sizes = [101, 1, 0];
  await using server = fakeServer((n) =>
    new Response(ReadableStream.from(Array<Uint8Array<ArrayBuffer>>(sizes[n] ?? 0).fill(MB)))
  );
  const options: InboxOptions = {
    chat: {
      download: (_, { key }, path, signal) =>
        download({ url: `${server.url}/${key}`, signal }, path),
      readText: () => Promise.resolve(""),
      isSupported: () => true,
    },
    settings: { filesDir: dir.path },
    texts: texts("en"),
    log: memoryLog(),
  };
  const names = ["film.mp4", "../../x", "empty.txt"];
  const attachments = names.map((name, i) => ({ kind: "file" as const, key: `k${i}`, name }));
  const received = await readMessage(
    {
      messageId: "om_1",
      chatId: "oc_1",
      chatType: "p2p",
      sender: "ou_1",
      createdAt: 1,
      receivedAt: 1,
      type: "post",
      text: "look",
      mentionsBot: false,
      attachments,
    },
    options,
    never,
  );
  assertEquals(received.files.map(({ path, bytes }) => [path, bytes]), [
    [join(dir.path, "om_1", "x"), MB.length],
  ]);
  assertEquals(received.prompt, "look");
  assertEquals(received.reply.split("\n"), [
    "film.mp4 exceeds Feishu's limit of 100 MB.",
    "empty.txt is empty.",
  ]);
  const kept = (await Array.fromAsync(Deno.readDir(join(dir.path, "om_1")))).map(({ name }) =>
    name
  );
  assert(!kept.includes("film.mp4"), kept.join());
});

Deno.test("a name of a file stays in its directory, is not hidden, and ends as it did", () => {
  const cases: [string, string][] = [
    ["../../x", "x"],
    ["..", "file"],
    ["", "file"],
    [".env", "env"],
    ["C:\\tmp\\a.txt", "a.txt"],
    ["a\u202etxt.exe", "a_txt.exe"],
    ["报告.pdf", "报告.pdf"],
    [`${"x".repeat(300)}.tar`, `${"x".repeat(76)}.tar`],
  ];
  for (const [name, safe] of cases) {
    assertEquals(safeName(name), safe);
    const path = join("/files", safeName(name));
    assertEquals([dirname(path), basename(path)], ["/files", safe]);
  }
});
