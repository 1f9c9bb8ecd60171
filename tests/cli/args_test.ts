import { assert, assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { LOG_FORMATS, LOG_LEVELS } from "../../lib/base/log.ts";
import { readArgs } from "../../lib/cli/args.ts";
import { helpText } from "../../lib/cli/help.ts";
import { CLI_COMMANDS, CLI_OPTIONS } from "../../lib/cli/options.ts";
import { SETTINGS } from "../../lib/settings.ts";
import { usage } from "../../lib/texts/usage.ts";

Deno.test("without arguments the bridge runs, with the defaults", () => {
  assertEquals(readArgs([]), {
    command: "run",
    action: undefined,
    overrides: {},
    envFile: undefined,
    once: undefined,
    flags: [],
    forRun: [],
    privateEnv: {},
    logLevel: "info",
    logFormat: "text",
  });
});

Deno.test("command and options are read in any order and either form", () => {
  const expected = {
    command: "demo" as const,
    action: undefined,
    overrides: { OPENCODE_CWD: "/a b", BRIDGE_STATE_DIR: "s", OPENCODE_URL: "http://h" },
    envFile: "my.env",
    once: "do it",
    flags: [],
    privateEnv: { OPENCODE_URL: "http://h" },
    logLevel: "debug" as const,
    logFormat: "json" as const,
  };
  const cwd = ["--cwd", "/a b", "--state-dir=s", "--opencode-url", "http://h"];
  const rest = [
    "--env-file",
    "my.env",
    "--once=do it",
    "--log-level=debug",
    "--log-format",
    "json",
  ];
  const forRun = [
    ...["--cwd=/a b", "--state-dir=s", "--env-file=my.env"],
    ...["--log-level=debug", "--log-format=json"],
  ];
  assertEquals(readArgs(["demo", ...cwd, ...rest]), { ...expected, forRun });
  assertEquals(readArgs([...cwd, "demo", ...rest]), { ...expected, forRun });
  assertEquals(readArgs([...cwd, ...rest, "demo"]), { ...expected, forRun });
});

Deno.test("a password in --opencode-url is not on the command line of the program that is started", () => {
  const { forRun, privateEnv } = readArgs(["start", "--opencode-url", "http://u:hunter2@h"]);
  assert(!forRun.join().includes("hunter2"));
  assertEquals(privateEnv, { OPENCODE_URL: "http://u:hunter2@h" });
});

Deno.test("an option of one command is a mistake with another", () => {
  assertEquals(readArgs(["start", "--force"]).flags, ["force"]);
  assertEquals(readArgs(["logs", "-f"]).flags, ["follow"]);
  for (const argv of [["--force"], ["stop", "--force"], ["-f"], ["run", "--once", "x"]]) {
    assertThrows(() => readArgs(argv), UsageError, "belongs to the command");
  }
});

Deno.test("an option of service install is a mistake with its other actions", () => {
  for (const option of ["--dry-run", "--system"]) {
    assertEquals<readonly string[]>(readArgs(["service", "install", option]).flags, [
      option.slice(2),
    ]);
    for (const action of ["uninstall", "status"]) {
      const error = assertThrows(() => readArgs(["service", action, option]), UsageError);
      assertEquals(error.message, `Option ${option} belongs to the command service install`);
      assertEquals(error.exitCode, 2);
    }
  }
  assertEquals(helpText().match(/with service install: /g)?.length, 2);
});

Deno.test("service needs to be told what to do", () => {
  assertEquals(readArgs(["service", "install", "--dry-run"]).action, "install");
  for (const argv of [["service"], ["service", "instal"], ["service", "status", "install"]]) {
    assertThrows(() => readArgs(argv), UsageError);
  }
});

Deno.test("attach takes a name, the id of a chat, a topic or a session, or nothing", () => {
  assertEquals(readArgs(["attach"]).target, undefined);
  for (const id of ["oc_1a", "ses_1A", "Team A"]) {
    assertEquals(readArgs(["attach", id]).target, id);
  }
  assertThrows(() => readArgs(["attach", "oc_1", "ses_1"]), UsageError);
});

Deno.test("send and ask need to be told where and what", () => {
  const script = (...argv: string[]) => readArgs(argv).script;
  assertEquals(script("send", "--chat", "Team A", "hi"), { chat: "Team A", text: "hi" });
  assertEquals(script("send", "--chat=A", "--file", "-", "--id", "1"), {
    ...{ chat: "A", file: "-", id: "1" },
  });
  assertEquals(script("ask", "--timeout=90", "-", "--chat", "A"), {
    ...{ chat: "A", text: "-", timeoutMs: 90_000 },
  });
  assertEquals(script("ask", "--help"), undefined);
  const bad = [
    ...[["send", "hi"], ["send", "--chat", "A"], ["ask", "--chat", "A"], ["ask", "hi"]],
    ["send", "--chat", "A", "two", "words"],
    ["send", "--chat", "A", "hi", "--timeout", "5"],
    ["send", "--chat", "A", "hi", "--id", "a\nb"],
    ["ask", "--chat", "A", "hi", "--timeout", "0"],
    ["ask", "--chat", "A", "hi", "--file", "f"],
    ["chats", "--chat", "A"],
  ];
  for (const argv of bad) {
    const error = assertThrows(() => readArgs(argv), UsageError);
    assertEquals(error.exitCode, 2);
  }
});

Deno.test("pair needs to be told what to do, and whom to remove", () => {
  assertEquals(readArgs(["pair", "list"]).action, "list");
  assertEquals(readArgs(["pair", "remove", "ou_a1"]).openId, "ou_a1");
  const bad = [["pair"], ["pair", "install"], ["pair", "remove"], ["pair", "remove", "../lock"]];
  for (const argv of [...bad, ["pair", "list", "ou_a1"], ["pair", "remove", "ou_a1", "ou_b2"]]) {
    assertThrows(() => readArgs(argv), UsageError);
  }
});

Deno.test("help and version are words too, and help is of the command that is named", () => {
  for (const argv of [["help"], ["-h"], ["--help"], ["help", "--help"], ["help", "help"]]) {
    const { flags, topic } = readArgs(argv);
    assertEquals([flags, topic], [["help"], undefined], argv.join(" "));
  }
  assertEquals(readArgs(["version"]).flags, ["version"]);
  for (const command of CLI_COMMANDS) {
    for (const argv of [["help", command], [command, "--help"], [command, "-h"]]) {
      const { flags, topic } = readArgs(argv);
      assertEquals([flags, topic], [["help"], command], argv.join(" "));
    }
    const text = helpText(command);
    assert(text.includes(usage.commands[command]));
    for (const [name, { of }] of Object.entries(CLI_OPTIONS)) {
      const isHere = of?.some((one) => one.split(" ")[0] === command) ?? true;
      assertEquals(
        new RegExp(`^  --${name}\\b(?!-)`, "m").test(text),
        isHere,
        `${command} ${name}`,
      );
    }
  }
  for (const [typed, meant] of [["hlep", "help"], ["verison", "version"], ["sevrice", "service"]]) {
    const { message } = assertThrows(() => readArgs([typed ?? ""]), UsageError);
    assertEquals(message, `Unknown command ${typed}: did you mean ${meant}?`);
  }
});

Deno.test("logs takes a number of lines", () => {
  for (const argv of [["-n", "7"], ["-n7"], ["--lines", "7"], ["--lines=7"]]) {
    assertEquals(readArgs(["logs", ...argv]).lines, 7, argv.join(" "));
  }
  for (const text of ["-1", "x", "1.5", "1e3", "9999999999"]) {
    assertEquals(assertThrows(() => readArgs(["logs", `--lines=${text}`]), UsageError).exitCode, 2);
  }
});

Deno.test("help and version are flags", () => {
  assertEquals(readArgs(["--help"]).flags, ["help"]);
  assertEquals(readArgs(["run", "--version"]).flags, ["version"]);
});

Deno.test("an unknown command or option gives one line with the nearest match, exit code 2", () => {
  const cases: [string[], string, string][] = [
    [["dem"], "dem", "demo"],
    [["runn"], "runn", "run"],
    [["rnu"], "rnu", "run"],
    [["--versoin"], "--versoin", "--version"],
    [["--log-levle", "debug"], "--log-levle", "--log-level"],
    [["--state_dir=x"], "--state_dir", "--state-dir"],
    [["--helf"], "--helf", "--help"],
    [["--nothing-like-it"], "--nothing-like-it", "--help"],
    [["whatever"], "whatever", "--help"],
  ];
  for (const [argv, given, hint] of cases) {
    const error = assertThrows(() => readArgs(argv), UsageError);
    assertEquals(error.exitCode, 2);
    assert(!error.message.includes("\n"));
    assert(error.message.includes(given), error.message);
    assert(error.message.split(": ")[1]?.includes(hint), error.message);
  }
});

Deno.test("property: an option with a value is given once, a flag as often as one likes", () => {
  for (const [name, { value, of }] of Object.entries(CLI_OPTIONS)) {
    const command = of?.[0]?.split(" ") ?? ["run"];
    if (value === undefined) {
      readArgs([...command, `--${name}`, `--${name}`]);
      continue;
    }
    const text = { "log-level": "info", "log-format": "text", "lines": "5" }[name] ?? "a";
    for (const second of [[`--${name}`, text], [`--${name}=b`]]) {
      const error = assertThrows(
        () => readArgs([...command, `--${name}`, text, ...second]),
        UsageError,
      );
      assertEquals([error.exitCode, error.message.includes(`--${name} is given twice`)], [2, true]);
    }
  }
});

Deno.test("-h and -V are --help and --version", () => {
  assertEquals(readArgs(["-h"]).flags, ["help"]);
  assertEquals(readArgs(["service", "-h"]).flags, ["help"]);
  assertEquals(readArgs(["-V"]).flags, ["version"]);
});

Deno.test("values that are missing, not wanted or not allowed are mistakes", () => {
  const cases = [
    ["--cwd"],
    ["--cwd="],
    ["--help=yes"],
    ["--log-level", "loud"],
    ["--log-format=xml"],
    ["run", "demo"],
    ["demo", "extra"],
  ];
  for (const argv of cases) {
    assertEquals(assertThrows(() => readArgs(argv), UsageError).exitCode, 2, argv.join(" "));
  }
});

Deno.test("an option for a setting names one that exists", () => {
  const names = Object.values(SETTINGS).map(({ name }) => name);
  for (const { variable } of Object.values(CLI_OPTIONS)) {
    assert(variable === undefined || names.includes(variable), variable);
  }
});

Deno.test("the help lists every command, option and setting, with its default", () => {
  const help = helpText();
  for (const name of CLI_COMMANDS) assert(help.includes(`\n  ${name} `), name);
  for (const [name, { value }] of Object.entries(CLI_OPTIONS)) {
    assert(help.includes(`--${name}${value === undefined ? "" : ` ${value}`}`), name);
  }
  for (const { name, fallback } of Object.values(SETTINGS)) {
    const line = help.split("\n").find((line) => line.includes(name)) ?? "";
    assert(line !== "", name);
    if (name !== "OPENCODE_CWD") assert(line.includes(fallback), line);
  }
});

Deno.test("the help describes what exists, and nothing else", () => {
  assertEquals(Object.keys(usage.commands), [...CLI_COMMANDS]);
  assertEquals(Object.keys(usage.options), Object.keys(CLI_OPTIONS));
  const allowed = (name: "log-level" | "log-format") =>
    usage.options[name].replace(" (the default)", "").split(/, | or /);
  assertEquals(allowed("log-level"), [...LOG_LEVELS]);
  assertEquals(allowed("log-format"), [...LOG_FORMATS]);
  const { logLevel, logFormat } = readArgs([]);
  assert(usage.options["log-level"].includes(`${logLevel} (the default)`));
  assert(usage.options["log-format"].includes(`${logFormat} (the default)`));
});
