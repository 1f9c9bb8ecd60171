/** Records of the server that do not come from us, or come from another time. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { isAlive, newMark, startTime } from "../../../lib/opencode/server/process.ts";
import { isRunning, readRecord, writeRecord } from "../../../lib/opencode/server/running_server.ts";
import { endLeftServer } from "../../../lib/opencode/server/end_left_server.ts";
import { seeded, tempDir } from "../../helpers.ts";

const good = {
  url: "http://127.0.0.1:4096",
  password: newMark(),
  mark: newMark(),
  pid: 4242,
  startTime: "12345",
  startedAt: 1_700_000_000_000,
};

async function read(dir: string, record: unknown) {
  const text = typeof record === "string" ? record : JSON.stringify(record);
  await Deno.writeTextFile(join(dir, "opencode.json"), text);
  return await readRecord(dir);
}

Deno.test("a record is read as it was written, private, and its lease is in the state directory", async () => {
  await using dir = await tempDir();
  const record = { ...good, lease: join(dir.path, "lease-4096") };
  const victim = join(dir.path, "victim");
  await Deno.writeTextFile(victim, "");
  await Deno.symlink(victim, join(dir.path, "opencode.json"));
  await writeRecord(dir.path, record);
  assertEquals(await readRecord(dir.path), record);
  assertEquals(((await Deno.lstat(join(dir.path, "opencode.json"))).mode ?? 0) & 0o777, 0o600);
  assertEquals(await Deno.readTextFile(victim), "");
  assertEquals(await read(dir.path, { ...record, lease: "/etc/lease-1" }), {
    ...record,
    lease: join(dir.path, "lease-1"),
  });
});

/** Values that a damaged or forged record may have, and none that ours has. */
const ODD: Record<string, readonly unknown[]> = {
  pid: [0, 1, -1, -4242, 1.5, 1e300, 2 ** 31, Deno.pid, "4242", null, true, [4242]],
  password: ["", "\n", " ", "=", "PATH", `${good.password}\n`, `\n${good.password}`, 7, null, []],
  mark: ["", "\n", " ", "=", "PATH", `${good.mark}\n`, `\n${good.mark}`, 7, null, []],
  startTime: ["", 12345, null, {}],
  url: ["", "http://10.0.0.1:4096", "http://127.0.0.1:4096@evil:1", "file:///etc/passwd", 4096]
    .concat(["http://127.0.0.1:4096/x", "http://127.0.0.1", "\u001b[2J"]),
  lease: ["", "/", "/etc/passwd", "lease-", "../lease-x", 1, null],
};

Deno.test("property: a damaged record is not believed", async () => {
  await using dir = await tempDir();
  const record: Record<string, unknown> = { ...good, lease: join(dir.path, "lease-4096") };
  assert(await read(dir.path, record) !== undefined);
  for (const [name, values] of Object.entries(ODD)) {
    // Version 1 of this program wrote no mark.
    for (const value of name === "mark" ? values : [...values, undefined]) {
      const found = await read(dir.path, { ...record, [name]: value });
      assertEquals(found, undefined, `${name}: ${JSON.stringify(value)}`);
    }
  }
  const random = seeded(8);
  const text = JSON.stringify(record);
  for (let n = 0; n < 300; n++) {
    const at = Math.floor(random() * text.length);
    const damaged = random() < 0.5
      ? text.slice(0, at)
      : text.slice(0, at) + String.fromCharCode(Math.floor(random() * 128)) + text.slice(at + 1);
    const found = await read(dir.path, damaged);
    if (found === undefined) continue;
    assert(found.pid > 1 && Number.isSafeInteger(found.pid), damaged);
    assert(/^[0-9a-f-]{36}$/.test(found.password), damaged);
    assert(/^[0-9a-f-]{36}$/.test(found.mark), damaged);
    assert(found.url.startsWith("http://127.0.0.1:"), damaged);
    assert(found.lease.startsWith(dir.path), damaged);
  }
});

Deno.test({
  name: "a process that got the id and even the start time of the server by chance is left alone",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using dir = await tempDir();
    const bystander = new Deno.Command("sleep", { args: ["60"] }).spawn();
    try {
      const record = {
        ...good,
        pid: bystander.pid,
        startTime: await startTime(bystander.pid) ?? "",
        lease: join(dir.path, "lease-4096"),
      };
      await writeRecord(dir.path, record);
      assertEquals(await isRunning(record), false);
      assertEquals(await endLeftServer(dir.path), false);
      assert(isAlive(bystander.pid));
      assertEquals(await startTime(bystander.pid), record.startTime);
    } finally {
      bystander.kill("SIGKILL");
      await bystander.status;
    }
  },
});

Deno.test("the password of a server is known as a secret, one that was left behind too", async () => {
  await using dir = await tempDir();
  const [ofThisRun, ofAnEarlierRun] = [newMark(), newMark()];
  const server = { ...good, lease: join(dir.path, "lease-4096") };
  await writeRecord(dir.path, { ...server, password: ofThisRun });
  assertEquals(knownSecrets.hide(ofThisRun), "***");
  const left = { ...server, password: ofAnEarlierRun };
  assertEquals(await read(dir.path, left), left);
  assertEquals(knownSecrets.hide(ofAnEarlierRun), "***");
});
