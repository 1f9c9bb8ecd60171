import { assertEquals } from "@std/assert";
import { createLog, LOG_FORMATS } from "../../lib/base/log.ts";
import { lastTrouble } from "../../lib/cli/last_trouble.ts";

Deno.test("the last trouble of a log is a sentence, and never the pairing code", () => {
  for (const format of LOG_FORMATS) {
    const lines: string[] = [];
    const log = createLog({ level: "debug", format, write: (line) => lines.push(line) });
    const trouble = () => lastTrouble(`${lines.join("\n")}\n`);
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
    assertEquals(trouble(), "Feishu refuses FEISHU_APP_SECRET");
    lines.push("error: Uncaught (in promise) Error: no", "    at file:///main.ts:1:1", "");
    assertEquals(trouble(), "error: Uncaught (in promise) Error: no");
  }
});
