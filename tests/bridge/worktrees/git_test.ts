import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import { Git } from "../../../lib/bridge/worktrees/git.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { isAlive } from "../../../lib/opencode/server/process.ts";
import { tempDir } from "../../helpers.ts";
import { until } from "../../until.ts";
import { write } from "./git_repository.ts";

const en = texts("en");

/** What becomes of a command when this program stands for git, and may run for some milliseconds. */
async function runAs(
  script: string | undefined,
  { ms = 5_000, isKept = false, more = {} }: {
    readonly ms?: number;
    readonly isKept?: boolean;
    readonly more?: Readonly<Record<string, string>>;
  } = {},
) {
  await using dir = await tempDir();
  if (script !== undefined) {
    await write(join(dir.path, "git"), `#!/bin/sh\n${script}\n`);
    await Deno.chmod(join(dir.path, "git"), 0o755);
  }
  const others = script === undefined ? "" : Deno.env.get("PATH") ?? "";
  const variables = { PATH: `.:${dir.path}:${others}`, ...more };
  const git = new Git({ texts: en, signal: AbortSignal.timeout(ms), variables });
  return (await git.ask("/", ["status"], { isKept })).out;
}

Deno.test("git gets none of our secrets, nothing that leads it elsewhere, and asks nothing", async () => {
  const more = { FEISHU_APP_SECRET: "hidden", GIT_DIR: "/elsewhere", GIT_AUTHOR_NAME: "me" };
  const out = await runAs("env; cat", { more });
  assertEquals(/hidden|GIT_DIR|PATH=\./.test(out), false, out);
  assertEquals(/^GIT_TERMINAL_PROMPT=0$/m.test(out), true, out);
  assertEquals(/^GIT_AUTHOR_NAME=me$/m.test(out), true, out);
});

Deno.test("a git that is not there, or does not end, is said", async () => {
  const why = async (...run: Parameters<typeof runAs>) =>
    (await assertRejects(() => runAs(...run), UsageError)).message;
  assertEquals(await why(undefined), en.gitMissing);
  assertEquals(await why("exec sleep 60", { ms: 100 }), en.gitTooSlow("status"));
  // What writes into files of the user's is not stopped.
  await using dir = await tempDir();
  const file = join(dir.path, "pid");
  assertEquals(
    await why(`echo $$ > ${file}; exec sleep 0.5`, { ms: 300, isKept: true }),
    en.gitGoesOn,
  );
  const pid = Number(await Deno.readTextFile(file));
  assert(isAlive(pid));
  await until("it ends by itself", () => !isAlive(pid));
});
