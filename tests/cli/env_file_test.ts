import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { setVariables, withVariables } from "../../lib/cli/env_file.ts";
import { tempDir } from "../helpers.ts";

Deno.test("variables are set in place, each once, and every other line stays", () => {
  const cases: [string, string][] = [
    ["", "A=1\nB=two\n"],
    ["# mine\nX=y\n", "# mine\nX=y\nA=1\nB=two\n"],
    ["A=0\n\nX=y\nexport B = old # old\nA=00\n", "A=1\n\nX=y\nB=two\n"],
    ["# A=0\nAA=0\n", "# A=0\nAA=0\nA=1\nB=two\n"],
    ["\uFEFFA=0\r\nX=y\r\n", "A=1\r\nX=y\r\nB=two\r\n"],
    ["X=no line end", "X=no line end\nA=1\nB=two\n"],
  ];
  for (const [before, after] of cases) {
    assertEquals(withVariables(before, { A: "1", B: "two" }), after);
  }
  assertEquals(withVariables("A=0\nC=3\nD=4\n", { A: "1" }, ["A", "C"]), "A=1\nD=4\n");
  assertEquals(withVariables("", { A: "/a b/$c#d" }), "A='/a b/$c#d'\n");
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
