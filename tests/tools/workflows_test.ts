/** What GitHub runs, as far as its text tells. */
import { assert, assertEquals, assertMatch } from "@std/assert";

const read = (name: string) =>
  Deno.readTextFile(new URL(`../../.github/workflows/${name}.yml`, import.meta.url));

/** The text of each job of a workflow, without comments. */
function jobs(text: string): Map<string, string> {
  const [, list = ""] = text.replaceAll(/^ *#.*\n/gm, "").split(/^jobs:\n/m);
  const parts = list.split(/^ {2}(?=[a-z]+:\n)/m).filter((part) => part.trim() !== "");
  return new Map(parts.map((part) => [part.slice(0, part.indexOf(":")), part]));
}

/** What jobs may write; all others may write nothing. */
const MAY_WRITE: Readonly<Record<string, readonly string[]>> = {
  release: ["contents", "id-token", "attestations"],
  // To prove to npm where it runs.
  npm: ["id-token"],
};

Deno.test("every action is pinned by its commit, and every job has only the permissions it names", async () => {
  for (const name of ["ci", "release"]) {
    const text = await read(name);
    for (const [line] of text.matchAll(/^.*uses:.*$/gm)) {
      // Our own workflow is that of the same commit.
      const own = "uses: ./.github/workflows/ci.yml";
      if (line.trim() === own) continue;
      assertMatch(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    assertMatch(text, /^permissions: \{\}$/m);
    for (const [job, part] of jobs(text)) {
      assertMatch(part, /^ {4}permissions:/m, job);
      const steps = part.split(/^ {6}- /m);
      for (const step of steps.filter((step) => step.includes("uses: actions/checkout@"))) {
        assert(step.includes("persist-credentials: false"), job);
      }
      const written = [...part.matchAll(/^ {6}([a-z-]+): write$/gm)].map(([, name]) => name);
      assertEquals(written, [...MAY_WRITE[job] ?? []], job);
    }
  }
});

Deno.test("what is released is built from the lock, tested, and has left the machine before anything foreign is installed", async () => {
  const parts = jobs(await read("release"));
  assertEquals([...parts.keys()], ["ci", "build", "pack", "test", "release", "npm"]);
  const { ci = "", build = "", pack = "", test = "", release = "", npm = "" } = Object.fromEntries(
    parts,
  );
  assert(ci.includes("uses: ./.github/workflows/ci.yml"));
  assert((await read("ci")).includes("\n  workflow_call:\n"));
  assert(build.includes("run: deno task build --release"));
  assert(build.includes("cmp dist/feishu-opencode-bridge"), "it is not built twice");
  assert(pack.includes("deno run --frozen") && pack.includes("needs: build\n"));
  for (const part of [build, pack]) {
    assert(!/npm i|npm ci|npx|apt|brew|curl/.test(part), "it installs something");
  }
  assert(test.includes("npm install") && test.includes("    permissions: {}\n"));
  assert(!test.includes("checkout") && !test.includes("upload-artifact"));
  assert(release.includes("needs: [ci, pack, test]"));
  assert(!/npm|npx|checkout|deno /.test(release), "the job that may write runs sources");
  assert(npm.includes("needs: [pack, release]") && !/checkout|deno /.test(npm));
  // Each file is compared with what the job said that made it, because a later job may exchange artifacts.
  for (const [, target = "?"] of build.matchAll(/target: ([\w-]+) \}/g)) {
    assert(build.includes(`${target}: \${{ steps.asset.outputs.${target} }}`), target);
    assert(pack.includes(`needs.build.outputs.${target} }}  feishu-opencode-bridge-${target}`));
  }
  for (const part of [pack, release, npm]) assert(part.includes("sha256sum --check --strict"));
  for (const part of [release, npm]) assert(part.includes("needs.pack.outputs.sums"));
});
