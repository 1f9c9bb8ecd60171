import { assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "@std/path";
import { Housekeeping, noteSessions } from "../../lib/bridge/housekeeping.ts";
import type { BridgeSettings } from "../../lib/bridge/settings.ts";
import type { LedgerRow } from "../../lib/model/ledger.ts";
import type { SavedFile } from "../../lib/model/message.ts";
import type { Agent } from "../../lib/model/ports.ts";
import type { Run, TurnRecord } from "../../lib/model/turn.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { texts } from "../../lib/texts/texts.ts";
import { startFiles } from "./start_files.ts";
import { memoryLog, tempDir } from "../helpers.ts";
import { fakeOpencode } from "../opencode/fake_opencode.ts";

const DAY_MS = 24 * 3_600_000;
const slot = { uuid: "u", target: { chatId: "c" }, mode: "card" } as const;

/** A file that came with a message some days ago. */
async function received(dir: string, messageId: string, days: number): Promise<SavedFile> {
  const path = join(dir, messageId, "picture.png");
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, "x".repeat(1000));
  const time = new Date(Date.now() - days * DAY_MS);
  await Deno.utime(path, time, time);
  await Deno.utime(dirname(path), time, time);
  return { path, name: "picture.png", mime: "image/png", bytes: 1000 };
}

const turnWith = (file: SavedFile, sessionId?: string): TurnRecord => ({
  ...{ id: `t-${file.path.length}-${sessionId}`, conversation: "c", messageId: "om", sender: "ou" },
  ...{ createdAt: 1, text: "x", slot, files: [file] },
  state: sessionId === undefined
    ? { kind: "queued" }
    : { kind: "ended", outcome: "done", run: { sessionId, directory: "/work" } as Run },
});

/** The row of a message that has offered for some days to try again what came with a file. */
const offer = (file: SavedFile, days: number): LedgerRow => ({
  ...{ id: `r-${days}`, conversation: "c", slot: { ...slot, messageId: "om_r" }, shown: true },
  view: { status: "failed" },
  createdAt: Date.now() - days * DAY_MS,
  again: { turn: "t", sender: "ou", work: { text: "x", files: [file] } },
});

const settings = (stateDir: string): BridgeSettings => ({
  allowedUsers: { kind: "everyone" },
  ...{ cwd: "/work", dedupTtlMs: 1, lateAfterMs: 1, askTimeoutMs: 1, maxMessageLength: 1 },
  ...{ stateDir, roots: [], stopMs: 1, notify: "long", shown: new Map() },
  budget: undefined,
  runsHeard: false,
  keepFilesMs: 14 * DAY_MS,
  keepFilesBytes: 1e9,
  ownsAgent: true,
  answersDir: join(stateDir, "answers"),
  filesDir: join(stateDir, "files"),
  tempDir: "/nowhere",
});

Deno.test("received files go when they are old or their session is gone, not while they are needed", async () => {
  await using dir = await tempDir();
  await using opencode = fakeOpencode({
    "GET /session/ses_here": () => ({ id: "ses_here", directory: "/work", title: "t", time: {} }),
    "GET /session/ses_gone": () =>
      Response.json({ name: "NotFoundError", data: { message: "gone" } }, { status: 404 }),
  });
  const { store } = await openStore(dir.path);
  await using _store = store;
  const stopping = new AbortController();
  const filesDir = join(dir.path, "files");
  const log = memoryLog();
  const file = (name: string, days: number) => received(filesDir, name, days);
  const waiting = await file("om_waiting", 20);
  const queued = await file("om_queued", 20);
  const here = await file("om_here", 3);
  const gone = await file("om_gone", 3);
  const young = await file("om_young", 0);
  const kept = await file("om_unused", 3);
  const damaged = await file("om_damaged", 3);
  const offered = await file("om_offered", 20);
  const offeredLongAgo = await file("om_offered_long_ago", 20);
  await file("om_old", 20);
  await noteSessions([turnWith(here, "ses_here"), turnWith(gone, "ses_gone")], log);
  await noteSessions([turnWith(young, "ses_gone")], log);
  // A crash came while the note was written.
  await Deno.writeTextFile(join(dirname(damaged.path), ".session.json"), `{"id":"ses_g`);
  for (const { path } of [here, gone, damaged]) {
    const time = new Date(Date.now() - 3 * DAY_MS);
    await Deno.utime(join(dirname(path), ".session.json"), time, time);
    await Deno.utime(dirname(path), time, time);
  }
  const place = { chatId: "c", chatType: "p2p", key: "c", directory: "/work" } as const;
  await store.commit({
    conversation: { ...place, files: [waiting] },
    turns: [turnWith(queued)],
    rows: [offer(offered, 3), offer(offeredLongAgo, 20)],
  });
  const housekeeping = new Housekeeping({
    settings: settings(dir.path),
    store,
    fileSpace: startFiles(dir.path, { users: store }),
    agent: opencode.opencode,
    log,
    onNewest: () => {},
    signal: stopping.signal,
  });
  await housekeeping.sweep();
  const left = (await Array.fromAsync(Deno.readDir(filesDir))).map(({ name }) => name).toSorted();
  const wanted = [waiting, queued, here, young, kept, offered, damaged].map(({ path }) =>
    dirname(path).split("/").at(-1)
  );
  assertEquals(left, wanted.map(String).toSorted());
  assertEquals((await store.rows()).map(({ id }) => id), ["r-3"]);
  assertMatch(
    await housekeeping.stateLine(texts("en")),
    /^State: \d+\.\d MB; files 0\.0 MB of at most 953\.7 MB$/,
  );
  stopping.abort();
});

Deno.test("the log says why rules that may be gone are not forgotten", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  const rule = { id: "per_1", directory: "/work", permission: "bash", patterns: [] };
  await store.commit({ allowed: [{ ...rule, since: 1, by: "ou" }] });
  const log = memoryLog();
  const housekeeping = new Housekeeping({
    settings: settings(dir.path),
    store,
    fileSpace: startFiles(dir.path, { users: store }),
    agent: { savedRules: () => Promise.reject(new Error("no answer")) } as unknown as Agent,
    log,
    onNewest: () => {},
    signal: new AbortController().signal,
  });
  await housekeeping.sweep();
  assertMatch(log.lines.join(), /WARN +cannot forget the rules of an opencode that has ended: no/);
  assertEquals((await store.alwaysRules()).length, 1);
});
