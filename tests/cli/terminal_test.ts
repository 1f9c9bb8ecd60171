/** What others wrote does not control the terminal of who reads it, and passwords stay hidden. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { startTime } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
/** Sets the title of a window, clears the screen, turns text around. */
const ATTACK = `${String.fromCharCode(0x1b)}]0;pwned\u0007\u009b2J\u202e`;
const SHOWN = "\\u001b]0;pwned\\u0007\\u009b2J\\u202e";

/** Runs the program; what it says on both streams. */
async function said(
  dir: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-lock", "--no-check", `--config=${join(ROOT, "deno.json")}`, ...RUN_FLAGS],
      ...[join(ROOT, "main.ts"), ...args, "--state-dir", dir],
    ],
    cwd: dir,
    env: { BRIDGE_LANG: "en", NO_COLOR: "1", ...env },
  }).output();
  const text = new TextDecoder();
  return `${text.decode(stdout)}${text.decode(stderr)}`;
}

function assertHarmless(text: string): void {
  assert(!/(?![\n\t])[\p{Cc}\p{Bidi_Control}]/u.test(text), JSON.stringify(text));
}

Deno.test("logs shows what stands in the log file, and nothing in it controls the terminal", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(join(dir.path, "bridge.log"), `one\nrecv: ${ATTACK}\n`);
  assertEquals(await said(dir.path, ["logs"]), `one\nrecv: ${SHOWN}\n`);
});

Deno.test("status shows what a bridge wrote about itself, on one line", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(
    join(dir.path, "bridge.json"),
    JSON.stringify({
      pid: Deno.pid,
      startTime: await startTime(Deno.pid),
      startedAt: Date.now(),
      why: `${ATTACK}\nUndelivered: 0`,
      version: ATTACK,
      undelivered: 3,
    }),
  );
  const text = await said(dir.path, ["status"]);
  assertHarmless(text);
  assertStringIncludes(text, `${SHOWN}\\u000aUndelivered: 0`);
  assertEquals(text.match(/^Undelivered: .*/gm), ["Undelivered: 3"]);
});

Deno.test("doctor and mistakes on the command line show neither controls nor the password of a URL", async () => {
  await using dir = await tempDir();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) =>
      url.endsWith("/global/health")
        ? Response.json({ healthy: true, version: "1.18.33" })
        : Response.json({ name: ATTACK, message: ATTACK }, { status: 400 }),
  );
  const OPENCODE_URL = `http://opencode:hunter2@127.0.0.1:${server.addr.port}`;
  const texts = await Promise.all([
    said(dir.path, ["doctor", "--offline", "--cwd", ROOT], { OPENCODE_URL }),
    said(dir.path, ["doctor", "--offline", "--json"], { OPENCODE_URL: `${OPENCODE_URL}?x` }),
    said(dir.path, ["run"], { OPENCODE_URL: `${OPENCODE_URL}#x` }),
    said(dir.path, [OPENCODE_URL]),
    said(dir.path, [ATTACK]),
  ]);
  for (const text of texts) {
    assertHarmless(text);
    assert(!text.includes("hunter2"), text);
  }
  assertStringIncludes(texts[0], SHOWN);
});

Deno.test({
  name: "a file that has no room for the output is a failure, a pipe that is closed is not",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using dir = await tempDir();
    const run = async (command: string, where: string) => {
      const program = [
        ...[Deno.execPath(), "run", "-A", "--no-lock", "--no-check"],
        ...[`--config=${join(ROOT, "deno.json")}`, join(ROOT, "main.ts")],
      ].map((word) => `'${word}'`).join(" ");
      const { stderr } = await new Deno.Command("bash", {
        args: ["-c", `${program} ${command} ${where}; echo "\${PIPESTATUS[0]}" >&2`],
        cwd: dir.path,
        env: { BRIDGE_LANG: "en", NO_COLOR: "1", BRIDGE_STATE_DIR: dir.path },
      }).output();
      return new TextDecoder().decode(stderr).trim().split("\n");
    };
    for (const command of ["--help", "profiles", "completions bash"]) {
      const [said = "", code] = await run(command, "> /dev/full");
      assertStringIncludes(said, "Cannot write all of the output: No space left on device");
      assertEquals(code, "1", command);
      assertEquals(await run(command, "| true"), ["0"], command);
    }
  },
});
