import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import { createLog, LOG_FORMATS } from "../../../lib/base/log.ts";
import { lastTrouble } from "../../../lib/cli/background/last_trouble.ts";
import { linesSince, logEnd } from "../../../lib/cli/background/log_part.ts";
import { reportStart } from "../../../lib/cli/background/report_start.ts";
import { terminalTexts } from "../../../lib/texts/terminal_texts.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("the last trouble of a log is a sentence, and never the pairing code", () => {
  for (const format of LOG_FORMATS) {
    const lines: string[] = [];
    const log = createLog({ level: "debug", format, write: (line) => lines.push(line) });
    const trouble = () => lastTrouble(lines);
    assertEquals(trouble(), undefined);
    log.info("pairing code: 1234 5678");
    log.debug("a detail");
    assertEquals(trouble(), undefined);
    log.warn("cannot get a Feishu token; trying again");
    log.info("pairing code: 1234 5678");
    assertEquals(trouble(), "cannot get a Feishu token; trying again");
    log.error("it is broken");
    assertEquals(trouble(), "it is broken");
    lines.push("feishu-opencode-bridge: Feishu refuses FEISHU_APP_SECRET");
    log.info("bridge stopped");
    log.warn("some work did not stop in time");
    assertEquals(trouble(), "Feishu refuses FEISHU_APP_SECRET");
    lines.push("feishu-opencode-bridge: One is missing", "Two is missing");
    assertEquals(trouble(), "One is missing\nTwo is missing");
    log.info("bridge stopped");
    lines.push("error: Uncaught (in promise) Error: no", "    at file:///main.ts:1:1", "");
    assertEquals(trouble(), "error: Uncaught (in promise) Error: no");
    log.info("again");
    lines.push("#", "# Fatal JavaScript out of memory: Reached heap limit", "#", "==== C stack");
    assertEquals(trouble(), "# Fatal JavaScript out of memory: Reached heap limit");
  }
});

Deno.test("a bridge that goes on is held up by what it tries again, not by what it warns of", () => {
  for (const format of LOG_FORMATS) {
    const lines: string[] = [];
    const log = createLog({ level: "debug", format, write: (line) => lines.push(line) });
    log.warn("others can read or change /x/.env (mode 0644): chmod 600 /x/.env");
    assertEquals(lastTrouble(lines, true), undefined);
    log.warn("cannot get a Feishu token: no answer; trying again");
    log.warn("/home holds much more than one project");
    assertEquals(lastTrouble(lines, true), "cannot get a Feishu token: no answer; trying again");
  }
});

Deno.test("only whole lines that came since count, also when the log was rotated", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "bridge.log");
  const since = async (old: string | undefined, write: () => Promise<unknown>) => {
    await Deno.remove(file).catch(() => {});
    if (old !== undefined) await Deno.writeTextFile(file, old);
    const end = await logEnd(file);
    await write();
    return await linesSince(end);
  };
  const append = (text: string) => () => Deno.writeTextFile(file, text, { append: true });
  for (const old of [undefined, "", "old\n", "an unfinished li", "\u4f60\u597d\nhal"]) {
    assertEquals(await since(old, append("")), []);
    assertEquals(await since(old, append("one\ntwo \u4f60\nthr")), ["one", "two \u4f60"], old);
    const rotate = async () => {
      await Deno.rename(file, `${file}.1`).catch(() => {});
      // As long as the old one, and longer.
      await Deno.writeTextFile(file, "new\nand more than before\n");
    };
    assertEquals(await since(old, rotate), ["new", "and more than before"], old);
  }
});

Deno.test("start tells the trouble in the log in the language of the terminal", async () => {
  await using dir = await tempDir();
  const log = await logEnd(join(dir.path, "bridge.log"));
  const line = "2026-01-01T00:00:00.000Z ERROR Feishu refuses FEISHU_APP_ID cli_1 with this " +
    "FEISHU_APP_SECRET (code 10014): copy both again from the app's page " +
    '"Credentials & Basic Info" on https://open.feishu.cn, and see that the app is enabled';
  await Deno.writeTextFile(log.file, `${line}\n`);
  const start = { bridge: "ended" as const, stateDir: dir.path, log };
  const { message } = await assertRejects(
    () => reportStart({ ...start, texts: terminalTexts("zh") }),
    UsageError,
  );
  assertMatch(message, /^桥接程序未能启动：飞书不接受 FEISHU_APP_ID cli_1 .*（代码 10014）/);
});
