import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { CLI_COMMANDS, CLI_OPTIONS } from "../lib/cli/options.ts";
import { SETTINGS } from "../lib/config.ts";
import { CALLBACKS, EVENTS } from "../lib/feishu/connection/subscriptions.ts";
import { SCOPES } from "../lib/feishu/rest/scopes.ts";

const file = (name: string) => Deno.readTextFile(new URL(`../${name}`, import.meta.url));
const settings = Object.values(SETTINGS);

/** In the example, nobody gets in without a code: an empty list of users would mean everyone. */
const EXAMPLE_USERS = "FEISHU_ALLOWED_USERS=pair";

Deno.test(".env.example holds each setting once, with its default, and lets in nobody", async () => {
  const lines = (await file(".env.example")).split("\n").filter((line) =>
    /^(# )?[A-Z_]+=/.test(line)
  );
  const found = lines.map((line) => line.replace(/^# /, "")).toSorted();
  const expected = settings.map(({ name, fallback }) =>
    name === "FEISHU_ALLOWED_USERS" ? EXAMPLE_USERS : `${name}=${fallback}`
  );
  assertEquals(found, expected.toSorted());
});

Deno.test("copied as it is, .env.example sets nothing but who gets in", async () => {
  const active = (await file(".env.example")).split("\n").filter((line) => /^[^#\s]/.test(line));
  for (const line of active) assert(line.endsWith("=") || line === EXAMPLE_USERS, line);
});

Deno.test("the README's tables hold each setting with its default", async () => {
  const rows = (await file("README.md")).split("\n").filter((line) => line.startsWith("|"));
  for (const { name, fallback } of settings) {
    const row = rows.find((row) => row.split("|")[1]?.includes(`\`${name}\``)) ?? "";
    assert(row !== "", `${name} has no row`);
    const cell = row.split("|")[2] ?? "";
    const words = fallback === "" || name === "OPENCODE_CWD";
    assert(words ? !cell.includes("`") : cell.includes(`\`${fallback}\``), row);
  }
});

Deno.test("the README tells the range of each number", async () => {
  const rows = (await file("README.md")).split("\n").filter((line) => line.startsWith("|"));
  let ranges = 0;
  for (const { name, allowed } of settings) {
    const [range] = /(?<=number from )[\d.]+ to \d+/.exec(allowed) ?? [];
    if (range === undefined) continue;
    const row = rows.find((row) => row.split("|")[1]?.includes(`\`${name}\``)) ?? "";
    assert(row.includes(`, ${range}`), `${name}: ${range}`);
    ranges++;
  }
  assertEquals(ranges, 7);
});

Deno.test("the README names no setting that does not exist", async () => {
  const known = new Set(settings.map(({ name }) => name));
  // opencode's own.
  known.add("OPENCODE_SERVER_USERNAME").add("OPENCODE_SERVER_PASSWORD").add("OPENCODE_PASSWORD");
  const text = await file("README.md");
  for (const [name] of text.matchAll(/\b(FEISHU|OPENCODE|BRIDGE)_[A-Z_]+\b/g)) {
    assert(known.has(name), name);
  }
});

Deno.test("the README tells every command and option of the command line", async () => {
  const text = await file("README.md");
  for (const name of CLI_COMMANDS) assert(text.includes(`\n| \`${name}`), name);
  for (const [name, { value }] of Object.entries(CLI_OPTIONS)) {
    const form = value === undefined ? `\`--${name}\`` : `\`--${name} ${value}\``;
    assert(text.includes(form), form);
  }
});

Deno.test("the log lines that the README names exist", async () => {
  const [, list = ""] =
    /Lines of the log to search for: ([^]*?)\.\n/.exec(await file("README.md")) ?? [];
  const lines = [...list.matchAll(/`([^`]+)`/g)].map(([, line = ""]) =>
    line.split(" OPEN_ID")[0] ?? ""
  );
  assert(lines.length >= 7);
  const sources = ["app", "bridge/router", "opencode/server/server", "opencode/describe_ask_rules"];
  const code = (await Promise.all(sources.map((name) => file(`lib/${name}.ts`)))).join("\n");
  for (const line of lines) assert(code.includes(line), line);
});

Deno.test("the README tells every permission of the program", async () => {
  const [, flags = ""] = /(--no-prompt.*) main\.ts$/.exec(config.tasks.start.command) ?? [];
  assert((await file("README.md")).replaceAll(/\s+/g, " ").includes(`\`${flags}\``), flags);
});

Deno.test("the README's table of scopes is that of the program", async () => {
  const rows = (await file("README.md")).split("\n").filter((line) => line.startsWith("| `"));
  const words = { needed: "yes", extra: "extra", admin: "admin" };
  for (const { name, kind, instead = [] } of SCOPES) {
    const [, , needed = "", why = ""] = rows.find((row) => row.startsWith(`| \`${name}\``))
      ?.split("|") ?? [];
    assertEquals(needed.trim(), words[kind], name);
    assertEquals([...why.matchAll(/`(im:[^`]+)`/g)].map(([, one]) => one), [...instead], name);
  }
});

Deno.test("the README's list of scopes to import has what setup asks for", async () => {
  const [, list = ""] = /```json\n([^]*?)```/.exec(await file("README.md")) ?? [];
  const asked = SCOPES.filter(({ kind }) => kind !== "admin").map(({ name }) => name);
  assertEquals(JSON.parse(list), { scopes: { tenant: asked, user: [] } });
});

Deno.test("the README tells every event and callback to subscribe to", async () => {
  const text = await file("README.md");
  for (const name of [...EVENTS, ...CALLBACKS]) assert(text.includes(`\`${name}\``), name);
});

Deno.test("every relative link of the README leads to a file", async () => {
  const text = await file("README.md");
  for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
    const stat = await Deno.stat(new URL(`../${target}`, import.meta.url)).catch(() => undefined);
    assert(stat !== undefined, target);
  }
});
