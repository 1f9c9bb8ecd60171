/** What `demo` says where there is no opencode yet. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

/** What npm 10 prints where a proxy is dead. */
const NPM = `npm error code ECONNREFUSED
npm error syscall connect
npm error errno ECONNREFUSED
npm error FetchError: request to https://npm.example/opencode-ai failed, reason: connect ECONNREFUSED 127.0.0.1:1
npm error     at ClientRequest.<anonymous> (/usr/lib/index.js:130:14)
npm error   code: 'ECONNREFUSED',
npm error }
npm error
npm error If you are behind a proxy, please make sure that the 'proxy' config is set properly.
npm error A complete log of this run can be found in: /home/me/.npm/_logs/debug-0.log`;

Deno.test("demo says in the terminal's language that it installs opencode, and why npm could not", async () => {
  await using dir = await tempDir();
  const bin = join(dir.path, "bin");
  await Deno.mkdir(bin);
  const script = `#!/bin/sh\ncat >&2 <<'END'\n${NPM}\nEND\nexit 1\n`;
  await Deno.writeTextFile(join(bin, "npm"), script, { mode: 0o755 });
  for (
    const [lang, said] of [["en_US", "npm cannot install"], ["zh_CN", "npm 无法安装"]] as const
  ) {
    const { code, err } = await runProgram(["demo", "--scripted", "--once", "hi"], {
      cwd: dir.path,
      env: {
        PATH: `${bin}:/bin:/usr/bin`,
        LC_ALL: `${lang}.UTF-8`,
        HOME: dir.path,
        OPENCODE_CMD: "no-opencode-here",
      },
    });
    assertEquals(code, 1, err);
    const [first = "", last = ""] = err.split("\n");
    assertMatch(first, lang === "en_US" ? /^installing opencode/ : /^正在把 opencode/);
    assertMatch(
      last,
      new RegExp(`${said} opencode-ai(?:: |：)FetchError: .*reason: connect ECONNREFUSED`),
    );
    assertEquals(err.split("\n").length, 2, err);
  }
});

Deno.test("demo names the directory that it cannot write to", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(join(dir.path, "demo"), "");
  const { code, err } = await runProgram(["demo", "--scripted", "--once", "hi"], {
    cwd: dir.path,
    env: { BRIDGE_STATE_DIR: dir.path, LC_ALL: "zh_CN.UTF-8" },
  });
  assertEquals(code, 1);
  assert(err.includes(`无法写入状态目录 ${dir.path}：`), err);
});
