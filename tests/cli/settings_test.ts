import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { readArgs } from "../../lib/cli/args.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { SETTINGS } from "../../lib/config.ts";
import { UsageError } from "../../lib/base/errors.ts";
import { tempDir } from "../helpers.ts";

const id = "cli_0123456789abcdef";
const credentials = `FEISHU_APP_ID=${id}\nFEISHU_APP_SECRET=s3cr3t-value\n`;

/** A directory to be in, with files and variables of its own, until the scope ends. */
async function place(files: Record<string, string>, variables: Record<string, string> = {}) {
  const dir = await tempDir();
  const path = await Deno.realPath(dir.path);
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(path, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
  }
  const names = [...Object.values(SETTINGS).map(({ name }) => name), "HOME"];
  const before = names.map((name) => [name, Deno.env.get(name)] as const);
  const cwd = Deno.cwd();
  for (const name of names) Deno.env.delete(name);
  for (const [name, value] of Object.entries({ HOME: path, ...variables })) {
    Deno.env.set(name, value);
  }
  Deno.chdir(path);
  return {
    path,
    load: async (...argv: string[]) => (await loadSettings(readArgs(argv))).config,
    async [Symbol.asyncDispose]() {
      Deno.chdir(cwd);
      for (const [name, value] of before) {
        if (value === undefined) Deno.env.delete(name);
        else Deno.env.set(name, value);
      }
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("an option overrides the environment, which overrides the env file, which overrides the default", async () => {
  const state = "BRIDGE_STATE_DIR";
  const file = { ".env": `${credentials}${state}=from-file\n` };
  {
    await using here = await place(file, { [state]: "from-env" });
    assertEquals((await here.load("--state-dir", "opt")).stateDir, join(here.path, "opt"));
    assertEquals((await here.load()).stateDir, join(here.path, "from-env"));
  }
  {
    await using here = await place(file);
    assertEquals((await here.load()).stateDir, join(here.path, "from-file"));
  }
  await using here = await place({ ".env": credentials });
  assertEquals((await here.load()).stateDir, join(here.path, ".feishu-opencode-bridge"));
});

Deno.test("a state directory that is a file is not a mistake of the env file", async () => {
  await using here = await place({ ".env": credentials, "file": "" });
  assertEquals((await here.load("--state-dir", "file")).stateDir, join(here.path, "file"));
});

Deno.test("./.env overrides the one in the state directory, setting by setting", async () => {
  await using here = await place({
    ".env": "BRIDGE_LANG=en\nBRIDGE_RENDER=\n",
    ".feishu-opencode-bridge/.env": `${credentials}BRIDGE_LANG=zh\nBRIDGE_RENDER=post\n`,
    "other/.env": `${credentials}BRIDGE_RENDER=text\n`,
  });
  const { appId, lang, render } = await here.load();
  assertEquals([appId, lang, render], [id, "en", "post"]);
  assertEquals((await here.load("--state-dir", "other")).render, "text");
});

Deno.test("an env file from another system's editor reads the same: mark, line ends, quotes", async () => {
  await using here = await place({
    ".env": `\uFEFFFEISHU_APP_ID="${id}"\r\nexport FEISHU_APP_SECRET='ab$c#d'\r\n\r\n# x\r\n` +
      "BRIDGE_LANG = zh\r\nBRIDGE_RENDER=post # plain\r\n",
  });
  const { appId, appSecret, lang, render } = await here.load();
  assertEquals([appId, appSecret, lang, render], [id, "ab$c#d", "zh", "post"]);
});

Deno.test("a named env file is the only one, and must be there", async () => {
  await using here = await place({
    ".env": "BRIDGE_LANG=en\n",
    "my.env": `${credentials}BRIDGE_RENDER='text' # plain\n`,
  });
  const { lang, render } = await here.load("--env-file", "my.env");
  assertEquals([lang, render], ["auto", "text"]);
  const missing = () => here.load("--env-file", "none.env");
  const error = await assertRejects(missing, UsageError, "none.env");
  assertEquals(error.exitCode, 2);
});

Deno.test("what an env file holds for other programs does not get into the environment", async () => {
  await using here = await place({ ".env": `${credentials}SOME_OTHER_KEY=1\nPATH=/nowhere\n` });
  const path = Deno.env.get("PATH");
  await here.load();
  assertEquals(Deno.env.get("SOME_OTHER_KEY"), undefined);
  assertEquals(Deno.env.get("PATH"), path);
  assertEquals(Deno.env.get("FEISHU_APP_SECRET"), undefined);
});

Deno.test("the directory of the agent exists, and is given without symlinks", async () => {
  await using here = await place({ ".env": credentials, "proj/file": "" });
  await Deno.symlink(join(here.path, "proj"), join(here.path, "link"));
  assertEquals((await here.load("--cwd", "link")).cwd, join(here.path, "proj"));
  assertEquals((await here.load()).cwd, here.path);
  for (const cwd of ["missing", "proj/file"]) {
    await assertRejects(() => here.load("--cwd", cwd), UsageError, "OPENCODE_CWD");
  }
});

Deno.test("all mistakes are reported at once, wherever they come from", async () => {
  await using here = await place({ ".env": "BRIDGE_LANG=fr\n" }, { BRIDGE_RENDER: "html" });
  const error = await assertRejects(() => here.load("--cwd", "missing"), UsageError);
  assertEquals(error.exitCode, 2);
  const names = ["OPENCODE_CWD", "FEISHU_APP_ID", "FEISHU_APP_SECRET", "BRIDGE_LANG"];
  for (const name of [...names, "BRIDGE_RENDER"]) assert(error.message.includes(name), name);
});

Deno.test("what only `run` needs is not required by other commands", async () => {
  await using _ = await place({});
  const { config } = await loadSettings(readArgs([]), { required: false });
  assertEquals([config.lang, config.appId], ["auto", ""]);
});
