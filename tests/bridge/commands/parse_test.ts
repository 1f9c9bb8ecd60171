import { assert, assertEquals } from "@std/assert";
import { nearestCommand, parseText } from "../../../lib/bridge/commands/parse.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import { en } from "../../../lib/texts/en.ts";
import { zh } from "../../../lib/texts/zh.ts";

Deno.test("commands are read with their argument, in any case", () => {
  const cases: [string, string, string][] = [
    ["/help", "help", ""],
    ["  /STATUS \n", "status", ""],
    ["/why", "status", ""],
    ["/new", "new", ""],
    ["/cwd", "cwd", ""],
    ["/cwd ~/my project", "cwd", "~/my project"],
    ["/cwd\n/tmp", "cwd", "/tmp"],
    ["/cancel all", "cancel", "all"],
    ["/stop ALL", "cancel", "ALL"],
    ["/resume 2", "resume", "2"],
    ["/model sonnet", "model", "sonnet"],
  ];
  for (const [text, name, argument] of cases) {
    const command = COMMANDS[name];
    assert(command);
    assertEquals(parseText(text), { kind: "command", name, command, argument }, text);
  }
  for (const name of Object.keys(COMMANDS)) {
    assertEquals(parseText(`/${name}`).kind, "command");
  }
});

Deno.test("what merely begins with a slash is a prompt", () => {
  const prompts = [
    "",
    "hello",
    "fix /help in the code",
    "/usr/bin/foo fails, why?",
    "/",
    "//help",
    "/ help",
    "/help me with this bug",
    "/new features would be nice",
    "/stop the server on port 80",
    "/cancel my subscription form",
    "/status of the build?",
    "/model the data as classes",
    "/undo the last commit in git",
    "/etc/hosts",
  ];
  for (const text of prompts) assertEquals(parseText(text), { kind: "prompt" }, text);
});

Deno.test("any other word behind a slash may be a command of opencode", () => {
  const cases: [string, string, string][] = [
    ["/tmp", "tmp", ""],
    ["/Review the last commit", "Review", "the last commit"],
    ["/my-command:sub a\nb", "my-command:sub", "a\nb"],
    ["/help.md", "help.md", ""],
  ];
  for (const [text, word, argument] of cases) {
    assertEquals(parseText(text), { kind: "slash", word, argument }, text);
  }
});

Deno.test("a lone word close to a command's name is answered with that name", () => {
  const cases: [string, string | undefined][] = [
    ["halp", "help"],
    ["helpp", "help"],
    ["statuss", "status"],
    ["sttus", "status"],
    ["cancle", "cancel"],
    ["Cansel", "cancel"],
    ["stopp", "stop"],
    ["news", "new"],
    ["hepl", "help"],
    ["nwe", "new"],
    ["modle", "model"],
    ["reveiw", "review"],
    ["tmp", undefined],
  ];
  for (const [word, name] of cases) assertEquals(nearestCommand(word, "", ["review"]), name, word);
  assertEquals(nearestCommand("halp", "me with this", []), undefined);
});

Deno.test("the README lists each command as it is typed", async () => {
  const readme = await Deno.readTextFile(new URL("../../../README.md", import.meta.url));
  for (const { usage, aliases = [] } of Object.values(COMMANDS)) {
    for (const typed of [usage, ...aliases.map((alias) => `/${alias}`)]) {
      assert(readme.includes(`\`${typed}\``), typed);
    }
  }
});

Deno.test("both languages have a line for each command, and for nothing else", () => {
  for (const { commands } of [en, zh]) {
    assertEquals(Object.keys(commands).toSorted(), Object.keys(COMMANDS).toSorted());
  }
});
