import { assertEquals, assertMatch } from "@std/assert";
import { terminalTexts } from "../../lib/texts/terminal_texts.ts";
import { terminalLanguage } from "../../lib/cli/terminal_language.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";
import { ownProcess } from "../own_process.ts";

const test = ownProcess(import.meta.url);

const NAMES = ["LC_ALL", "LC_MESSAGES", "LANG"];

test("the language is that of BRIDGE_LANG, then of the terminal, then of the chat", () => {
  const before = NAMES.map((name) => [name, Deno.env.get(name)] as const);
  const rows: [Record<string, string>, "auto" | "zh" | "en", "zh" | "en"][] = [
    [{}, "auto", "zh"],
    [{ LANG: "C.UTF-8" }, "auto", "zh"],
    [{ LANG: "POSIX" }, "auto", "zh"],
    [{ LANG: "en_US.UTF-8" }, "auto", "en"],
    [{ LANG: "de" }, "auto", "en"],
    [{ LANG: "zh_CN.UTF-8" }, "auto", "zh"],
    [{ LANG: "en_US.UTF-8", LC_MESSAGES: "zh_TW" }, "auto", "zh"],
    [{ LANG: "zh_CN", LC_ALL: "en_GB" }, "auto", "en"],
    [{ LANG: "zh_CN" }, "en", "en"],
    [{ LANG: "en_US" }, "zh", "zh"],
  ];
  try {
    for (const [env, lang, expected] of rows) {
      for (const name of NAMES) Deno.env.delete(name);
      for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
      const found = terminalLanguage({ lang, domain: "https://open.feishu.cn" });
      assertEquals(found, expected, JSON.stringify([env, lang]));
    }
  } finally {
    for (const [name, value] of before) value === undefined || Deno.env.set(name, value);
  }
});

test("a command speaks one language, also when a setting is wrong or opencode is missing", async () => {
  await using dir = await tempDir();
  const chinese = /\p{Script=Han}/u;
  for (const locale of ["zh_CN.UTF-8", "en_US.UTF-8"]) {
    const env = { LC_ALL: locale, HOME: dir.path, OPENCODE_CMD: "/none/opencode" };
    const { out: status } = await runProgram(["status"], { cwd: dir.path, env });
    const { out } = await runProgram(["doctor", "--offline"], { cwd: dir.path, env });
    const isChinese = locale.startsWith("zh");
    assertEquals([status, out].map((text) => chinese.test(text)), [isChinese, isChinese], out);
    const { noOpencode, checks, finding } = terminalTexts(isChinese ? "zh" : "en");
    assertMatch(out, new RegExp(`^✓ ${finding(checks.calls.name, "")}`, "m"));
    assertMatch(out, new RegExp(RegExp.escape(noOpencode("/none/opencode"))));
  }
});
