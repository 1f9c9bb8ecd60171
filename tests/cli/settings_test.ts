import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import { join } from "@std/path";
import { readArgs } from "../../lib/cli/args.ts";
import { loadSettings } from "../../lib/cli/settings.ts";
import { SETTINGS } from "../../lib/settings.ts";
import { UsageError } from "../../lib/base/errors.ts";
import { knownSecrets } from "../../lib/base/secrets/known_secrets.ts";
import type { Setting } from "../../lib/base/setting.ts";
import { tempDir } from "../helpers.ts";
import { ownProcess } from "../own_process.ts";

const test = ownProcess(import.meta.url);

const id = "cli_0123456789abcdef";
const credentials = `FEISHU_APP_ID=${id}\nFEISHU_APP_SECRET=s3cr3t-value\n`;

/** A list of users, without which an app named by a project's file is refused. */
const users = { FEISHU_ALLOWED_USERS: "pair" };

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

test("an option overrides the environment, which overrides the env file, which overrides the default", async () => {
  const state = "BRIDGE_STATE_DIR";
  const file = { "my.env": `${credentials}${state}=from-file\n`, ".env": credentials };
  const named = ["--env-file", "my.env"];
  {
    await using here = await place(file, { [state]: "from-env" });
    assertEquals(
      (await here.load(...named, "--state-dir", "opt")).stateDir,
      join(here.path, "opt"),
    );
    assertEquals((await here.load(...named)).stateDir, join(here.path, "from-env"));
  }
  await using here = await place(file, users);
  assertEquals((await here.load(...named)).stateDir, join(here.path, "from-file"));
  assertEquals((await here.load()).stateDir, join(here.path, ".feishu-opencode-bridge"));
});

test("a state directory that is a file is not a mistake of the env file", async () => {
  await using here = await place({ ".env": credentials, "file": "" }, users);
  const error = await assertRejects(() => here.load("--state-dir", "file"), UsageError);
  assertEquals(error.message.split(" is ")[0], "--state-dir");
});

test("env files are never mixed: ./.env is used alone if it names an app, and else not at all", async () => {
  await using here = await place({
    ".env": "BRIDGE_LANG=en\nBRIDGE_RENDER=\nFEISHU_APP_ID=\n",
    ".feishu-opencode-bridge/.env": `${credentials}BRIDGE_LANG=zh\nBRIDGE_RENDER=post\n`,
    "other/.env": `${credentials}BRIDGE_RENDER=text\n`,
    "elsewhere/x": "",
  });
  const { appId, lang, render } = await here.load();
  assertEquals([appId, lang, render], [id, "zh", "post"]);
  assertEquals((await here.load("--state-dir", "other")).render, "text");
  const { envFile } = await loadSettings(readArgs([]));
  assertEquals(envFile.path, join(here.path, ".feishu-opencode-bridge", ".env"));
  assertEquals(envFile.unused, join(here.path, ".env"));
  await Deno.writeTextFile(".env", `${credentials}BRIDGE_LANG=en\n`);
  const own = await here.load("--cwd", "elsewhere");
  assertEquals([own.lang, own.render], ["en", "card"]);
});

const GUARDED = {
  OPENCODE_CMD: "./x.sh",
  OPENCODE_URL: "http://127.0.0.1:1",
  FEISHU_DOMAIN: "https://evil.example",
  FEISHU_ALLOWED_USERS: "ou_evil",
  BRIDGE_STATE_DIR: "/tmp/evil",
  BRIDGE_STT_URL: "https://evil.example/v1",
};

test("an env file inside the agent's directory cannot say what matters, unless it is named", async () => {
  for (const [name, value] of Object.entries(GUARDED)) {
    const text = `${credentials}${name}=${value}\n`;
    await using here = await place({ ".env": text, "proj/x": "" });
    const error = await assertRejects(() => here.load(), UsageError, `${name}: refused from`);
    assert(!error.message.includes(value), error.message);
    assertEquals([error.exitCode, error.message.split("\n").length], [2, 1]);
    await here.load("--env-file", ".env");
    await here.load("--cwd", "proj");
    // What the user says himself is taken, and the file's is not.
    Deno.env.set(name, name === "FEISHU_ALLOWED_USERS" ? "ou_me" : value);
    if (name === "FEISHU_ALLOWED_USERS") {
      assertEquals((await here.load()).allowedUsers, { kind: "list", openIds: ["ou_me"] });
    }
  }
});

test("an env file cannot get out of the agent's directory by a link or by naming another", async () => {
  const evil = `${credentials}OPENCODE_CMD=./x.sh\n`;
  const tricks: [string, (path: string) => Promise<void>][] = [
    [
      "names another directory",
      (path) => Deno.writeTextFile(join(path, "proj/.env"), `${evil}OPENCODE_CWD=${path}/other\n`),
    ],
    ["is a link out", async (path) => {
      await Deno.writeTextFile(join(path, "other/evil.env"), evil);
      await Deno.symlink("../other/evil.env", join(path, "proj/.env"));
    }],
    ["is entered by a link", async (path) => {
      await Deno.writeTextFile(join(path, "proj/.env"), evil);
      await Deno.symlink("proj", join(path, "link"));
      Deno.chdir(join(path, "link"));
    }],
  ];
  for (const [, play] of tricks) {
    await using here = await place({ "proj/x": "", "other/x": "" });
    Deno.chdir(join(here.path, "proj"));
    await play(here.path);
    await assertRejects(() => here.load(), UsageError, "OPENCODE_CMD: refused from");
  }
});

test("an env file of the repository that holds the agent's directory is the project's", async () => {
  const evil = `${credentials}OPENCODE_CMD=./x.sh\n`;
  // A clone has a directory, a work tree or a submodule a file of this name.
  const repositories: Record<string, string>[] = [
    { "clone/.git/HEAD": "" },
    { "clone/.git": "gitdir: /elsewhere\n" },
    { "clone/.git/HEAD": "", "clone/a/b/.git": "gitdir: ../../.git/modules/b\n" },
  ];
  for (const repository of repositories) {
    await using here = await place({
      ...repository,
      "clone/.env": evil,
      "clone/a/b/x": "",
      "other/x": "",
    });
    await Deno.symlink(join(here.path, "clone/a"), join(here.path, "link"));
    Deno.chdir(join(here.path, "clone"));
    for (const cwd of ["a", "a/b", "../link/b"]) {
      await assertRejects(() => here.load("--cwd", cwd), UsageError, "OPENCODE_CMD: refused from");
    }
    await here.load("--cwd", "../other");
  }
});

test("a project's app without a list of users is refused: its owner could let in everyone", async () => {
  await using here = await place({ ".env": credentials });
  await assertRejects(() => here.load(), UsageError, "FEISHU_ALLOWED_USERS is not set, and");
  await here.load("--env-file", ".env");
  // What does not run the bridge works.
  await loadSettings(readArgs(["status"]), { required: false });
  Deno.env.set("FEISHU_ALLOWED_USERS", "pair");
  assertEquals((await here.load()).appId, id);
});

test("a list of users made of variables that are unset is a mistake", async () => {
  for (const text of ["$NOBODY", "${NOBODY}", "${NOBODY},$NOBODY", '"$NOBODY"']) {
    await using here = await place({ "my.env": `${credentials}FEISHU_ALLOWED_USERS=${text}\n` });
    const load = () => here.load("--env-file", "my.env");
    await assertRejects(load, UsageError, "FEISHU_ALLOWED_USERS is");
  }
});

test("the agent's directory is not the state directory, and lies below the roots", async () => {
  await using here = await place({
    "my.env": credentials,
    "state/x/y": "",
    "work/proj/x": "",
    "other/x": "",
  });
  const load = (...argv: string[]) =>
    here.load("--env-file", "my.env", "--state-dir", "state", ...argv);
  await Deno.symlink("state", join(here.path, "link"));
  for (const cwd of ["state", "state/x", "link/x"]) {
    await assertRejects(() => load("--cwd", cwd), UsageError, "state directory");
  }
  assertEquals((await load("--cwd", ".")).cwd, here.path);
  Deno.env.set("BRIDGE_ROOTS", "work , ~/link");
  const roots = [join(here.path, "work"), join(here.path, "state")];
  assertEquals((await load("--cwd", "work/proj")).roots, roots);
  await assertRejects(() => load("--cwd", "other"), UsageError, "BRIDGE_ROOTS");
  for (const bad of ["work,missing", ",", "my.env"]) {
    Deno.env.set("BRIDGE_ROOTS", bad);
    await assertRejects(() => load("--cwd", "work"), UsageError, "BRIDGE_ROOTS is");
  }
});

test("an env file from another system's editor reads the same: mark, line ends, quotes", async () => {
  await using here = await place({
    ".env": `\uFEFFFEISHU_APP_ID="${id}"\r\nexport FEISHU_APP_SECRET='ab$c#d'\r\n\r\n# x\r\n` +
      "BRIDGE_LANG = zh\r\nBRIDGE_RENDER=post # plain\r\n",
  }, users);
  const { appId, appSecret, lang, render } = await here.load();
  assertEquals([appId, appSecret, lang, render], [id, "ab$c#d", "zh", "post"]);
});

test("a named env file is the only one, and must be there", async () => {
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

test("what an env file holds for other programs does not get into the environment", async () => {
  await using here = await place(
    { ".env": `${credentials}SOME_OTHER_KEY=1\nPATH=/nowhere\n` },
    users,
  );
  const path = Deno.env.get("PATH");
  await here.load();
  assertEquals(Deno.env.get("SOME_OTHER_KEY"), undefined);
  assertEquals(Deno.env.get("PATH"), path);
  assertEquals(Deno.env.get("FEISHU_APP_SECRET"), undefined);
});

test("the directory of the agent exists, and is given without symlinks", async () => {
  await using here = await place({ ".env": credentials, "proj/file": "" }, users);
  await Deno.symlink(join(here.path, "proj"), join(here.path, "link"));
  assertEquals((await here.load("--cwd", "link")).cwd, join(here.path, "proj"));
  assertEquals((await here.load()).cwd, here.path);
  for (const cwd of ["missing", "proj/file"]) {
    await assertRejects(() => here.load("--cwd", cwd), UsageError, "--cwd is");
  }
});

test("all mistakes are reported at once, wherever they come from", async () => {
  await using here = await place({ "my.env": "BRIDGE_LANG=fr\n" }, { BRIDGE_RENDER: "html" });
  const load = () => here.load("--cwd", "missing", "--env-file", "my.env");
  const error = await assertRejects(load, UsageError);
  assertEquals(error.exitCode, 2);
  const names = ["--cwd", "FEISHU_APP_ID", "FEISHU_APP_SECRET", "BRIDGE_LANG"];
  for (const name of [...names, "BRIDGE_RENDER"]) assert(error.message.includes(name), name);
});

test("a name that is misspelt is told beside the setting that is missing for it", async () => {
  await using here = await place({ "my.env": "FEISHU_APP_SECRE=x\nBRIDGE_LANG=en\n" }, {});
  const load = () => here.load("--env-file", "my.env");
  const { message } = await assertRejects(load, UsageError);
  assertMatch(
    message,
    /^FEISHU_APP_SECRET is missing[^]*^FEISHU_APP_SECRE in .* FEISHU_APP_SECRET/m,
  );
});

test("what only `run` needs is not required by other commands", async () => {
  await using _ = await place({});
  const { config } = await loadSettings(readArgs([]), { required: false });
  assertEquals([config.lang, config.appId], ["auto", ""]);
});

test("a .env that is no file does not hold up the start, and a huge one is said", async () => {
  const kinds: ((path: string) => Promise<unknown>)[] = [
    (path) => Deno.mkdir(path),
    (path) => Deno.symlink("/dev/zero", path),
    (path) => Deno.symlink("nowhere", path),
    (path) => new Deno.Command("mkfifo", { args: [path] }).output(),
  ];
  for (const make of kinds) {
    await using here = await place({ ".feishu-opencode-bridge/.env": credentials }, users);
    await make(".env");
    const loading = here.load();
    assertEquals((await deadline(loading, 5_000).catch(String) as { appId?: string }).appId, id);
  }
  await using here = await place({ ".env": "" }, { ...users, FEISHU_APP_ID: id });
  await Deno.truncate(".env", 50_000_000);
  await assertRejects(() => here.load(), UsageError, "it has more than 1048576 bytes");
});

test("each secret, and the password in each URL, is known as one, whatever the setting", async () => {
  const given = Object.values(SETTINGS).flatMap(({ name, secret, url }: Setting<unknown>, i) =>
    secret ? [[name, `secret-${i}`]] : url ? [[name, `https://me:a%2F${i}@127.0.0.1:9`]] : []
  );
  await using here = await place({}, { FEISHU_APP_ID: id, ...users, ...Object.fromEntries(given) });
  await here.load();
  for (const [name, value = ""] of given) {
    const written = URL.parse(value)?.password ?? value;
    for (const one of [written, decodeURIComponent(written)]) assert(knownSecrets.has(one), name);
  }
});
