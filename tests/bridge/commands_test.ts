import { assertEquals } from "@std/assert";
import { type CommandName, COMMANDS, nearest, parseCommand } from "../../lib/bridge/commands.ts";

Deno.test("commands are read with their argument, in any case", () => {
  const cases: [string, CommandName, string][] = [
    ["/help", "help", ""],
    ["  /STATUS \n", "status", ""],
    ["/why", "why", ""],
    ["/new", "new", ""],
    ["/cwd", "cwd", ""],
    ["/cwd ~/my project", "cwd", "~/my project"],
    ["/cwd\n/tmp", "cwd", "/tmp"],
    ["/cancel all", "cancel", "all"],
    ["/stop ALL", "stop", "ALL"],
  ];
  for (const [text, name, argument] of cases) {
    assertEquals(parseCommand(text), { kind: "command", name, argument }, text);
  }
  for (const name of COMMANDS) assertEquals(parseCommand(`/${name}`).kind, "command");
});

Deno.test("what merely begins with a slash is a prompt", () => {
  const prompts = [
    "",
    "hello",
    "fix /help in the code",
    "/usr/bin/foo fails, why?",
    "/tmp",
    "/",
    "//help",
    "/ help",
    "/help me with this bug",
    "/new features would be nice",
    "/stop the server on port 80",
    "/cancel my subscription form",
    "/status of the build?",
    "/etc/hosts",
    "/help.md",
    "/something-else",
    "/halp me with this",
  ];
  for (const text of prompts) assertEquals(parseCommand(text), { kind: "prompt" }, text);
});

Deno.test("a lone word close to a command's name is answered with that name", () => {
  const cases: [string, CommandName][] = [
    ["/halp", "help"],
    ["/helpp", "help"],
    ["/statuss", "status"],
    ["/sttus", "status"],
    ["/cancle", "cancel"],
    ["/Cansel", "cancel"],
    ["/stopp", "stop"],
    ["/news", "new"],
    ["/hepl", "help"],
    ["/nwe", "new"],
  ];
  for (const [text, name] of cases) {
    assertEquals(parseCommand(text), { kind: "mistyped", nearest: name }, text);
  }
});

Deno.test("the nearest name differs by at most two letters and less than half", () => {
  assertEquals(nearest("cat", ["cwd"]), undefined);
  assertEquals(nearest("abcdef", ["abxyef"]), "abxyef");
  assertEquals(nearest("abcdefgh", ["abxyzfgh"]), undefined);
  assertEquals(nearest("model", ["modes", "model"]), "model");
  assertEquals(nearest("", ["cwd"]), undefined);
});
