import { assert, assertEquals, assertThrows } from "@std/assert";
import { parse } from "@std/dotenv";
import { join } from "@std/path";
import { UsageError } from "../../lib/base/errors.ts";
import { junkLines, readEnvFile, setVariables, withVariables } from "../../lib/cli/env_file.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { seeded, tempDir } from "../helpers.ts";
import { startBridge } from "../networks/start_bridge.ts";
import { readAsDotenv, readAsSystemd } from "./env_file_readers.ts";

Deno.test("variables are set in place, each once, and every other line stays", () => {
  const cases: [string, string][] = [
    ["", "A=1\nB=two\n"],
    ["# mine\nX=y\n", "# mine\nX=y\nA=1\nB=two\n"],
    ["A=0\n\nX=y\nexport B = old # old\nA=00\n", "A=1\n\nX=y\nB=two\n"],
    ["# A=0\nAA=0\n", "# A=0\nAA=0\nA=1\nB=two\n"],
    ["\uFEFFA=0\r\nX=y\r\n", "A=1\r\nX=y\r\nB=two\r\n"],
    ["constructor=1\n", "constructor=1\nA=1\nB=two\n"],
    ["X=no line end", "X=no line end\nA=1\nB=two\n"],
  ];
  for (const [before, after] of cases) {
    assertEquals(withVariables(before, { A: "1", B: "two" }), after);
  }
  assertEquals(withVariables("A=0\nC=3\nD=4\n", { A: "1" }, ["A", "C"]), "A=1\nD=4\n");
  assertEquals(withVariables("", { A: "/a b/$c#d" }), "A='/a b/$c#d'\n");
});

Deno.test("a line of an env file that is no assignment is found, whatever stands around it", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, ".env");
  const good = [
    "A=1",
    "export B='x",
    "no assignment, but quoted'",
    "",
    "  # c",
    'C="=',
    'D"',
    "E=",
  ];
  const cases: [string[], number[]][] = [
    [good, []],
    [["FEISHU_APP_ID: cli_1", ...good, "hunter2"], [1, good.length + 2]],
    [["FEISHU_APP_ID cli_1", "A=1", "source x"], [1, 3]],
  ];
  for (const end of ["\n", "\r\n"]) {
    for (const [lines, expected] of cases) {
      await Deno.writeTextFile(file, `\uFEFF${lines.join(end)}`);
      assertEquals(await junkLines(file), expected);
    }
  }
});

Deno.test("an env file is private afterwards, and created with its directory", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "state", ".env");
  await setVariables(file, { A: "1" });
  await Deno.chmod(file, 0o644);
  await setVariables(file, { B: "2" });
  assertEquals(await Deno.readTextFile(file), "A=1\nB=2\n");
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("the old file's secrets do not go through a link that somebody put beside it", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, ".env");
  const elsewhere = join(dir.path, "elsewhere");
  await Deno.writeTextFile(elsewhere, "theirs", { mode: 0o666 });
  await Deno.symlink(elsewhere, `${file}.new`);
  await setVariables(file, { FEISHU_APP_SECRET: "s3cr3t" });
  assertEquals(await Deno.readTextFile(elsewhere), "theirs");
  assertEquals(await Deno.readTextFile(file), "FEISHU_APP_SECRET=s3cr3t\n");
  assert(!(await Deno.lstat(file)).isSymlink);
});

Deno.test("a value of several lines is one assignment, and what looks like others inside stays", () => {
  const file = "X='one\nA=0\nthree'\nA='old\nB=0'\n# A=it's\nY=\"A=0\nB=0\"\n";
  assertEquals(
    withVariables(file, { A: "1", B: "two" }),
    "X='one\nA=0\nthree'\nA=1\n# A=it's\nY=\"A=0\nB=0\"\nB=two\n",
  );
});

Deno.test("a file with a quote without an end is refused instead of swallowing the value", () => {
  assertThrows(() => withVariables("X='open\n", { A: "it is $5" }), UsageError, "Cannot set A");
});

/** Values that are hard to quote. */
function randomValue(random: () => number): string {
  const alphabet = [
    "a",
    "b ",
    "'",
    '"',
    "\\",
    "\n",
    "#",
    "$",
    "$HOME",
    "${X:-y}",
    " ",
    "\t",
    ";",
    "`",
  ]
    .concat(["=", "\\n", "\r", "%", "é漢", "\u2028", "\u0007", "A=1", "!", "{", "~"]);
  const length = Math.floor(random() * 8);
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}

Deno.test("property: a value is read as it was written, by every reader, or refused", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, ".env");
  const random = seeded(7);
  let refused = 0;
  const runs = 3_000;
  for (let n = 0; n < runs; n++) {
    const values = { A: randomValue(random), B: randomValue(random) };
    let text: string;
    try {
      text = withVariables("# it's mine\nX=y\nA='old'\n", values);
    } catch (error) {
      assert(error instanceof UsageError);
      assert(!error.message.includes("old"));
      refused++;
      continue;
    }
    const all: Record<string, string> = { X: "y", ...values };
    for (const read of [parse, readAsDotenv, readAsSystemd]) {
      assertEquals({ ...read(text) }, all, JSON.stringify([read.name, text]));
    }
    assertEquals(withVariables(text, values), text);
    if (n % 100 === 0) {
      await setVariables(file, values);
      const { A, B } = await readEnvFile(file, true);
      assertEquals({ A, B }, values);
    }
  }
  // Most are much stranger than any setting.
  assert(runs - refused > 500, `${refused} of ${runs} are refused`);
});

Deno.test("whatever needs no more than one kind of quote can be written", () => {
  for (
    const A of ["it's", 'say "x"', "a\\nb", "$HOME # x", "line\nbreak", " pad ", "`x`", 'it\'s "x"']
  ) {
    const text = withVariables("", { A });
    for (const read of [parse, readAsDotenv, readAsSystemd]) assertEquals(read(text).A, A);
  }
});

Deno.test("the log says what is odd about the env file: its mode, and names that are no settings", async () => {
  await using twin = await startTwin();
  const envFile = "BRIDGE_LANGUAGE=zh\nFEISHU_ALLOWED_USER=ou_1\nDATABASE_URL=x\n";
  await using bridge = await startBridge(twin, { domain: twin.url, envFile });
  await bridge.printed(/bridge ready/);
  const warnings = bridge.output.match(/(?<=WARN {2}).*bridge\.env.*/g)?.map((line) =>
    line.replaceAll(/\S*\/bridge\.env/g, "FILE")
  );
  assertEquals(warnings, [
    "others can read or change FILE (mode 0644): chmod 600 FILE",
    "BRIDGE_LANGUAGE in FILE is no setting, and has no effect: remove it: --help lists the settings",
    "FEISHU_ALLOWED_USER in FILE is no setting, and has no effect: did you mean FEISHU_ALLOWED_USERS?",
  ]);
});
