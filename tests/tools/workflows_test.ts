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

Deno.test("every action is pinned by its commit, and every job has only the permissions it names", async () => {
  for (const name of ["ci", "release"]) {
    const text = await read(name);
    for (const [line] of text.matchAll(/^.*uses:.*$/gm)) {
      assertMatch(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    assertMatch(text, /^permissions: \{\}$/m);
    for (const [job, part] of jobs(text)) {
      assertMatch(part, /^ {4}permissions:/m, job);
      const steps = part.split(/^ {6}- /m);
      for (const step of steps.filter((step) => step.includes("uses: actions/checkout@"))) {
        assert(step.includes("persist-credentials: false"), job);
      }
      if (job !== "release") assert(!/: write/.test(part), job);
    }
  }
});

Deno.test("what is released is built from the lock, and has left the machine before anything foreign is installed", async () => {
  const parts = jobs(await read("release"));
  assertEquals([...parts.keys()], ["build", "sbom", "test", "release"]);
  const { build = "", test = "", release = "" } = Object.fromEntries(parts);
  assert(build.includes("run: deno task build --release"));
  assert(!/npm|npx|apt|brew|curl/.test(build), "the build installs something");
  assert(test.includes("npm install") && test.includes("    permissions: {}\n"));
  assert(!test.includes("checkout") && !test.includes("upload-artifact"));
  assert(release.includes("needs: [build, sbom, test]"));
  assert(!/npm|npx|checkout|deno /.test(release), "the job that may write runs sources");
  // Each binary is compared with what its build said, because a later job may exchange artifacts.
  for (const [, target = "?"] of build.matchAll(/target: ([\w-]+) \}/g)) {
    assert(build.includes(`${target}: \${{ steps.asset.outputs.${target} }}`), target);
    assert(release.includes(`needs.build.outputs.${target} }}  feishu-opencode-bridge-${target}`));
  }
  assert(release.includes("sha256sum --check --strict"));
});
