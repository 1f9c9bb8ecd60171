import { assert, assertEquals, assertMatch } from "@std/assert";
import { createLog, LOG_LEVELS, type LogFormat, type LogLevel } from "../../lib/base/log.ts";
import { knownSecrets } from "../../lib/base/secrets/known_secrets.ts";

function lines(level: LogLevel, format: LogFormat) {
  const written: string[] = [];
  const log = createLog({ level, format, write: (line) => written.push(line) });
  return { log, written };
}

Deno.test("a level shows its own lines and those of worse levels", () => {
  const shown = (level: LogLevel) => {
    const { log, written } = lines(level, "text");
    log.error("e");
    log.warn("w");
    log.info("i");
    log.debug("d");
    return written.map((line) => line.at(-1)).join("");
  };
  assertEquals([shown("error"), shown("warn"), shown("info"), shown("debug")], [
    "e",
    "ew",
    "ewi",
    "ewid",
  ]);
});

Deno.test("an event is one line with time and level, whatever the message holds", () => {
  const { log, written } = lines("info", "text");
  log.warn("first\nsecond\r\nthird");
  assertEquals(written.length, 1);
  assertMatch(written[0] ?? "", /^\d{4}-\d\d-\d\dT[\d:.]+Z WARN {2}first ⏎ second ⏎ third$/);
});

Deno.test("JSON lines hold time, level and the message as it was", () => {
  const { log, written } = lines("info", "json");
  log.info('a "quoted"\nline');
  const { time, level, message } = JSON.parse(written[0] ?? "");
  assertEquals([level, message], ["info", 'a "quoted"\nline']);
  assert(!Number.isNaN(Date.parse(time)));
});

Deno.test("nothing in a message controls the terminal, in either format", () => {
  const attack = `${String.fromCharCode(0x1b)}]0;pwned\u0007\r\u009b2J\u007f\u202egnp.exe\u2028`;
  for (const format of ["text", "json"] as const) {
    const { log, written } = lines("info", format);
    log.info(`recv: ${attack}`);
    assert(!/[\p{Cc}\p{Bidi_Control}\u2028]/u.test(written[0] ?? ""), written[0]);
    assertMatch(written[0] ?? "", /recv: \\u001b\]0;pwned\\u0007/);
    if (format === "json") assertEquals(JSON.parse(written[0] ?? "").message, `recv: ${attack}`);
  }
});

Deno.test("the password of a URL never appears", () => {
  const { log, written } = lines("info", "text");
  log.warn("error sending request for url (http://opencode:hunter2@10.0.0.1:4096/event)");
  assertMatch(written[0] ?? "", /\(http:\/\/\*\*\*@10\.0\.0\.1:4096\/event\)$/);
});

Deno.test("our own secrets never appear, in either format", () => {
  knownSecrets.add("log_test", "s3cr3t.+value");
  for (const format of ["text", "json"] as const) {
    const { log, written } = lines("info", format);
    log.info("it is s3cr3t.+value and s3cr3t.+value");
    assert(!written.join().includes("s3cr3t"), written[0]);
  }
});

Deno.test("a notice is written at every level, as a line of info", () => {
  for (const level of LOG_LEVELS) {
    const lines: string[] = [];
    createLog({ level, format: "text", write: (line) => lines.push(line) }).notice("a code");
    assertEquals(lines.map((line) => line.slice(-12)), ["INFO  a code"], level);
  }
});
