import { assert, assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { COMMANDS } from "../lib/bridge/commands/table.ts";
import { EXIT_CODES } from "../lib/cli/exit_codes.ts";
import { GUARDED } from "../lib/cli/find_env_file.ts";
import { CLI_COMMANDS, CLI_OPTIONS } from "../lib/cli/options.ts";
import { SETTINGS } from "../lib/settings.ts";
import { CALLBACKS, EVENTS } from "../lib/feishu/connection/subscriptions.ts";
import { SCOPES } from "../lib/feishu/rest/scopes.ts";
import { chineseMisprint } from "./chinese_misprint.ts";

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

/** A README, and how it says in its language what the tests look for. */
interface Readme {
  readonly name: string;
  readonly range: (from: string, to: string) => string;
  readonly needed: Readonly<Record<(typeof SCOPES)[number]["kind"], string>>;
  /** The list of log lines, between what stands before and behind it. */
  readonly logLines: RegExp;
}

const READMES: readonly Readme[] = [{
  name: "README.md",
  range: (from, to) => `, ${from} to ${to}`,
  needed: { needed: "yes", extra: "extra", admin: "admin" },
  logLines: /Lines of the log to search for: ([^]*?)\.\n/,
}, {
  name: "README.zh-CN.md",
  range: (from, to) => `，${from} 到 ${to}`,
  needed: { needed: "必需", extra: "可选", admin: "管理员" },
  logLines: /可在日志中搜索的内容：([^]*?)。\n/,
}];

/** A block of code with its marks; one of four marks may hold one of three. */
const BLOCK = /^ *(`{3,}).*\n[^]*?^ *\1$/gm;

const blocks = (text: string) => [...text.matchAll(BLOCK)].map(([block]) => block);
const headings = (text: string) => text.replaceAll(BLOCK, "").match(/^#+ .*/gm) ?? [];
const tables = (text: string) => text.match(/(^\|.*\n)+/gm) ?? [];

/** What a row of a table says in any language: its code and its numbers. */
const factsOf = (row: string) => {
  const code = row.match(/`[^`]+`/g) ?? [];
  const numbers = row.replaceAll(/`[^`]+`|\]\([^)]*\)/g, "").match(/\d+([.:]\d+)?/g) ?? [];
  return [...new Set([...code, ...numbers])].toSorted();
};

/** A block without what stands behind several spaces: a remark in the language of the reader. */
const withoutRemarks = (block: string) => block.replaceAll(/(?<=\S) {2,}.*/g, "");

/** The anchor that GitHub gives a heading. */
const anchor = (heading: string) =>
  heading.replace(/^#+ /, "").toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(
    " ",
    "-",
  );

for (const { name: readme, range, needed, logLines } of READMES) {
  const rowsOf = async () => (await file(readme)).split("\n").filter((row) => row.startsWith("|"));

  Deno.test(`the tables of ${readme} hold each setting with its default`, async () => {
    const rows = await rowsOf();
    for (const { name, fallback } of settings) {
      const row = rows.find((row) => row.split("|")[1]?.includes(`\`${name}\``)) ?? "";
      assert(row !== "", `${name} has no row`);
      const cell = row.split("|")[2] ?? "";
      const words = fallback === "" || name === "OPENCODE_CWD";
      assert(words ? !cell.includes("`") : cell.includes(`\`${fallback}\``), row);
    }
  });

  Deno.test(`${readme} tells the range of each number`, async () => {
    const rows = await rowsOf();
    let ranges = 0;
    for (const { name, allowed } of settings) {
      const [, from, to] = /number from ([\d.]+) to (\d+)/.exec(allowed) ?? [];
      if (from === undefined || to === undefined) continue;
      const row = rows.find((row) => row.split("|")[1]?.includes(`\`${name}\``)) ?? "";
      assert(row.includes(range(from, to)), `${name}: ${range(from, to)}`);
      ranges++;
    }
    assertEquals(ranges, 7);
  });

  Deno.test(`${readme} names no setting that does not exist`, async () => {
    const known = new Set(settings.map(({ name }) => name));
    // opencode's own.
    known.add("OPENCODE_SERVER_USERNAME").add("OPENCODE_SERVER_PASSWORD").add("OPENCODE_PASSWORD");
    for (const [name] of (await file(readme)).matchAll(/\b(FEISHU|OPENCODE|BRIDGE)_[A-Z_]+\b/g)) {
      assert(known.has(name), name);
    }
  });

  Deno.test(`${readme} tells each setting that the env file of a project may not have`, async () => {
    const paragraphs = (await file(readme)).split("\n\n").filter((text) => !text.startsWith("|"));
    assert(paragraphs.some((text) => GUARDED.every((name) => text.includes(`\`${name}\``))));
  });

  Deno.test(`${readme} tells every exit code, and which commands have it`, async () => {
    const rows = await rowsOf();
    for (const { code, of = [] } of EXIT_CODES) {
      const row = rows.find((row) => Number(row.split("|")[1]) === code);
      for (const name of of) assert(row?.includes(`\`${name}`), `${code}: ${name}`);
      assert(row !== undefined, String(code));
    }
  });

  Deno.test(`${readme} tells every command and option of the command line`, async () => {
    const text = await file(readme);
    for (const name of CLI_COMMANDS) {
      assertEquals(text.match(new RegExp(`^\\| \`${name}\\b`, "gm"))?.length, 1, name);
    }
    for (const [name, { value }] of Object.entries(CLI_OPTIONS)) {
      const form = value === undefined ? `\`--${name}\`` : `\`--${name} ${value}\``;
      assert(text.includes(form), form);
    }
  });

  Deno.test(`${readme} lists each command of the chat as it is typed`, async () => {
    const rows = await rowsOf();
    for (const { usage, aliases = [] } of Object.values(COMMANDS)) {
      for (const typed of [usage, ...aliases.map((alias) => `/${alias}`)]) {
        assert(rows.some((row) => row.split("|")[1]?.includes(`\`${typed}\``)), typed);
      }
    }
  });

  Deno.test(`the log lines that ${readme} names exist`, async () => {
    const [, list = ""] = logLines.exec(await file(readme)) ?? [];
    const lines = [...list.matchAll(/`([^`]+)`/g)].map(([, line = ""]) =>
      line.split(" OPEN_ID")[0]?.replaceAll(/\s+/g, " ") ?? ""
    );
    assert(lines.length >= 7);
    const sources = [
      "app",
      "start_app",
      "bridge/router",
      "opencode/server/server",
      "opencode/describe_ask_rules",
    ];
    const code = (await Promise.all(sources.map((name) => file(`lib/${name}.ts`)))).join("\n");
    for (const line of lines) assert(code.includes(line), line);
  });

  Deno.test(`${readme} tells every permission of the program`, async () => {
    const [, flags = ""] = /(--no-prompt.*) main\.ts$/.exec(config.tasks.start.command) ?? [];
    assert((await file(readme)).replaceAll(/\s+/g, " ").includes(`\`${flags}\``), flags);
  });

  Deno.test(`the table of scopes in ${readme} is that of the program`, async () => {
    const rows = (await rowsOf()).filter((row) => row.startsWith("| `"));
    for (const { name, kind, instead = [] } of SCOPES) {
      const [, , need = "", why = ""] = rows.find((row) => row.startsWith(`| \`${name}\``))
        ?.split("|") ?? [];
      assertEquals(need.trim(), needed[kind], name);
      assertEquals([...why.matchAll(/`(im:[^`]+)`/g)].map(([, one]) => one), [...instead], name);
    }
  });

  Deno.test(`the list of scopes to import in ${readme} has what setup asks for`, async () => {
    const [, list = ""] = /```json\n([^]*?)```/.exec(await file(readme)) ?? [];
    const asked = SCOPES.filter(({ kind }) => kind !== "admin").map(({ name }) => name);
    assertEquals(JSON.parse(list), { scopes: { tenant: asked, user: [] } });
  });

  Deno.test(`${readme} tells every event and callback to subscribe to`, async () => {
    const text = await file(readme);
    for (const name of [...EVENTS, ...CALLBACKS]) assert(text.includes(`\`${name}\``), name);
  });

  Deno.test(`every relative link and picture of ${readme} leads to a file`, async () => {
    const text = await file(readme);
    for (
      const [, link, picture] of text.matchAll(/\]\((?!https?:|#)([^)#]+)|src="(?!https?:)([^"]+)/g)
    ) {
      const target = link ?? picture ?? "";
      const stat = await Deno.stat(new URL(`../${target}`, import.meta.url)).catch(() => undefined);
      assert(stat !== undefined, target);
    }
  });

  Deno.test(`every link inside of ${readme} leads to a heading`, async () => {
    const text = await file(readme);
    const anchors = headings(text).map(anchor);
    for (const [, target = ""] of text.matchAll(/\]\(#([^)]+)\)/g)) {
      assert(anchors.includes(target), target);
    }
  });
}

/** All files of the project, by their paths in it. */
async function projectFiles(dir = ""): Promise<string[]> {
  const found: string[] = [];
  const root = new URL(`../${dir}`, import.meta.url);
  for await (const { name, isDirectory } of Deno.readDir(root)) {
    if (/^(\.git|dist|node_modules)$/.test(name)) continue;
    if (isDirectory) found.push(...await projectFiles(`${dir}${name}/`));
    else found.push(`${dir}${name}`);
  }
  return found;
}

for (const page of ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"]) {
  Deno.test(`every file, folder and page that ${page} names exists, and is the only one of that name`, async () => {
    const [text, files] = [await file(page), await projectFiles()];
    for (const [, name = ""] of text.matchAll(/`([\w./-]+\.(?:ts|md))`/g)) {
      const named = files.filter((path) => path.endsWith(`/${name}`));
      assert(files.includes(name) || named.length === 1, `${name}: ${named.join(", ")}`);
    }
    for (const [, name = ""] of text.matchAll(/`((?:lib|tests)\/[\w/-]*\/)`/g)) {
      assert(files.some((path) => path.startsWith(name)), name);
    }
    for (const [, target = ""] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert(files.includes(target), target);
    }
    for (const [, name = "", path = ""] of text.matchAll(/`(\w+)` in\s+`([\w./-]+\.ts)`/g)) {
      assert(
        new RegExp(`^export .*\\b${name}\\b`, "m").test(await file(path)),
        `${name} in ${path}`,
      );
    }
  });
}

Deno.test("ARCHITECTURE.md has every room, and every key of the store", async () => {
  const [text, files] = [await file("ARCHITECTURE.md"), await projectFiles("lib/")];
  const [, ...rooms] = text.split(/^## /m).find((part) => part.startsWith("Rooms"))
    ?.split("The rooms inside") ?? [];
  for (const path of files) {
    const [, room = "", subRoom] = /^lib\/([\w.]+)(?:\/(\w+)\/)?/.exec(path) ?? [];
    assert(text.includes(`\`lib/${room}`), room);
    if (room === "bridge" && subRoom) assert(rooms.join().includes(`| \`${subRoom}/\``), subRoom);
  }
  const stores = files.filter((path) => path.startsWith("lib/store/"));
  const code = (await Promise.all(stores.map(file))).join("\n");
  const stored = text.slice(text.indexOf("## What is stored"), text.indexOf("## Words"));
  const keys = new Set(
    [...code.matchAll(/(?<![\w.])\["([a-z][A-Za-z_]+)"[\],]/g)].map(([, key]) => key),
  );
  // What was used up is counted in three kinds, of which this is the first.
  keys.delete("cost");
  assert(keys.size > 20);
  for (const key of keys) assert(stored.includes(`\`${key}\``), key);
});

Deno.test("the changelog has each section of a version once, and says nothing twice", async () => {
  for (const version of (await file("CHANGELOG.md")).split(/^## /m).slice(1)) {
    const lines: string[] = version.match(/^(#+|-) .*/gm) ?? [];
    const twice = lines.filter((line, i) => lines.indexOf(line) !== i);
    assertEquals(twice, [], "a merge may have put back what was taken out: begin with main's file");
  }
});

Deno.test("the Chinese README keeps to one typography and one set of words", async () => {
  const text = (await file("README.zh-CN.md")).replaceAll(BLOCK, "").replaceAll(
    /^\|[ |-]+\|$/gm,
    "",
  );
  assertEquals(chineseMisprint(text), undefined);
});

Deno.test("the READMEs of both languages have the same sections, tables, pictures and code", async () => {
  const [english, chinese] = await Promise.all(READMES.map(({ name }) => file(name)));
  assert(english !== undefined && chinese !== undefined);
  const shape = (text: string) => ({
    headings: headings(text).map((heading) => /^#+/.exec(heading)?.[0]),
    tables: tables(text).map((table) => table.split("\n").map(factsOf)),
    pictures: text.match(/\.github\/[\w-]+(?=(\.zh)?\.png)/g),
    code: blocks(text).map(withoutRemarks),
  });
  assertEquals(shape(chinese), shape(english));
});
