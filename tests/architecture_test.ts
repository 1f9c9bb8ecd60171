/**
 * The layout of lib/ as a test: which room may import which, no circles, short files and functions, and what a
 * command loads. Deno's lint plugins parse the sources, so imports and functions are what the language
 * says they are; type-only imports, re-exports and `import("…")` types count like all others.
 */
import { assert, assertEquals } from "@std/assert";
import { dirname, fromFileUrl, join, normalize, relative } from "@std/path";

const LIB = fromFileUrl(new URL("../lib", import.meta.url));
const MAX_FILE_LINES = 300;
const MAX_FUNCTION_LINES = 60;

/** What each room may import besides itself. A room is a folder of lib/ or a file in it. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "base": [],
  "model": ["base"],
  "texts": ["base", "model"],
  "settings.ts": ["base", "model"],
  "config.ts": ["base", "model", "settings.ts"],
  "store": ["base", "model"],
  "socket": ["base", "model"],
  "feishu": ["base", "model", "texts"],
  "opencode": ["base", "model", "texts"],
  "speech": ["base", "model"],
  "bridge": ["base", "model", "texts", "store"],
  "app_feishu.ts": ["base", "model", "config.ts", "store", "feishu", "bridge"],
  "app.ts": [
    ...["base", "model", "texts", "config.ts", "store", "socket", "feishu", "opencode", "speech"],
    ...["bridge", "app_feishu.ts"],
  ],
  "start_app.ts": ["base", "model", "config.ts", "store", "feishu", "bridge", "app.ts"],
  "cli": [
    ...["base", "model", "texts", "settings.ts", "config.ts", "store", "feishu", "opencode"],
    ...["speech", "socket", "bridge", "app.ts", "start_app.ts"],
  ],
  // The demo looks into the state directory of the bridge that it runs: its ledger and its opencode.
  "demo": ["base", "model", "store", "opencode"],
  // The twin must not share the program's beliefs about Feishu.
  "demo/feishu_twin": ["base"],
  "demo/scripted_model": ["base"],
  "demo/page": ["base", "demo/feishu_twin", "demo/scripted_model"],
};

interface Import {
  /** A path inside lib/, or the specifier of anything else. */
  readonly to: string;
  readonly kind: "value" | "type" | "dynamic";
}

interface Source {
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly { readonly name: string; readonly lines: number }[];
  /** Deadlines on the wall clock, which may be set back. */
  readonly wallDeadlines: readonly string[];
}

type FunctionNode =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

function functionName(node: FunctionNode, line: number): string {
  if (node.type !== "ArrowFunctionExpression" && node.id) return node.id.name;
  const { parent } = node;
  const named = parent.type === "VariableDeclarator"
    ? parent.id
    : parent.type === "MethodDefinition" || parent.type === "Property" ||
        parent.type === "PropertyDefinition"
    ? parent.key
    : undefined;
  return named?.type === "Identifier" || named?.type === "PrivateIdentifier"
    ? named.name
    : `the function in line ${line}`;
}

function parse(path: string, text: string): Source {
  const imports: Import[] = [];
  const functions: { name: string; lines: number }[] = [];
  const add = (specifier: string, kind: Import["kind"]) => {
    const to = specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : specifier;
    imports.push({ to, kind });
  };
  const lineOf = (offset: number) => text.slice(0, offset).split("\n").length;
  const measure = (node: FunctionNode) => {
    // A script of the demo's page is one function around all of its code, because its source text is sent.
    if (path.endsWith(".js") && node.parent.type === "ExportNamedDeclaration") return;
    const [first, last] = [lineOf(node.range[0]), lineOf(node.range[1])];
    functions.push({ name: functionName(node, first), lines: last - first + 1 });
  };
  const visitor: Deno.lint.LintVisitor = {
    ImportDeclaration({ source, importKind, specifiers }) {
      // An import of nothing but `type X` loads nothing either.
      const types = specifiers.length > 0 &&
        specifiers.every((one) => one.type === "ImportSpecifier" && one.importKind === "type");
      add(source.value, importKind === "type" || types ? "type" : "value");
    },
    ExportAllDeclaration: (node) => add(node.source.value, node.exportKind),
    ExportNamedDeclaration(node) {
      if (node.source) add(node.source.value, node.exportKind);
    },
    ImportExpression(node) {
      const { source } = node;
      assert(source.type === "Literal", `${path}: import() needs a literal`);
      add(String(source.value), "dynamic");
    },
    TSImportType(node) {
      const { argument } = node;
      assert(argument.type === "TSLiteralType" && argument.literal.type === "Literal");
      add(String(argument.literal.value), "type");
    },
    FunctionDeclaration: measure,
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
  };
  Deno.lint.runPlugin({ name: "read", rules: { read: { create: () => visitor } } }, path, text);
  const wallDeadlines = [...text.matchAll(/\b(?:const|let) (\w+) = Date\.now\(\) \+/g)]
    .map(([, name = ""]) => name);
  return { lines: text.split("\n").length - 1, imports, functions, wallDeadlines };
}

async function readSources(dir: string, found = new Map<string, Source>()) {
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    if (isDirectory) await readSources(path, found);
    else found.set(relative(LIB, path), parse(relative(LIB, path), await Deno.readTextFile(path)));
  }
  return found;
}

const SOURCES = new Map([...await readSources(LIB)].sort(([a], [b]) => a < b ? -1 : 1));

/** The innermost room of the table that holds a file. */
function roomOf(path: string): string {
  const rooms = Object.keys(ROOMS).filter((room) => path === room || path.startsWith(`${room}/`));
  return rooms.sort((a, b) => b.length - a.length)[0] ?? path;
}

function mayImport(from: string, { to, kind }: Import): boolean {
  // A package, or the version in deno.json.
  if (!to.startsWith("../") && !SOURCES.has(to) || to === "../deno.json") return true;
  if (roomOf(from) === "cli" && to.startsWith("demo/")) return kind === "dynamic";
  const allowed = [roomOf(from), ...ROOMS[roomOf(from)] ?? []];
  return allowed.some((room) => to === room || to.startsWith(`${room}/`));
}

function forbiddenImports(): string[] {
  const found = [...SOURCES].flatMap(([from, { imports }]) =>
    imports.filter((one) => !mayImport(from, one)).map(({ to }) => `${from} imports ${roomOf(to)}`)
  );
  return [...new Set(found)];
}

/** The files that a file imports. The demo is no part of the program that loads it. */
function importedFiles(from: string): string[] {
  const imports = SOURCES.get(from)?.imports ?? [];
  return imports.map(({ to }) => to)
    .filter((to) => SOURCES.has(to) && !(roomOf(from) === "cli" && to.startsWith("demo/")));
}

/** The shortest way along imports, the first and the last file included. */
function importPath(from: string, to: string): string[] | undefined {
  const ways = [[from]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of importedFiles(way.at(-1) ?? from)) {
      if (next === to) return [...way, to];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}

/** One circle for each group of files that hold each other. */
function circles(): string[] {
  const found: string[] = [];
  const told = new Set<string>();
  for (const file of SOURCES.keys()) {
    const circle = told.has(file) ? undefined : importPath(file, file);
    if (circle === undefined) continue;
    found.push(circle.join(" → "));
    for (const other of SOURCES.keys()) {
      if (importPath(file, other) && importPath(other, file)) told.add(other);
    }
  }
  return found;
}

function tooLong(): string[] {
  return [...SOURCES].flatMap(([path, { lines, functions }]) => [
    ...lines > MAX_FILE_LINES ? [`${path} has over ${MAX_FILE_LINES} lines`] : [],
    ...functions.filter((one) => one.lines > MAX_FUNCTION_LINES)
      .map(({ name }) => `${path}: ${name} has over ${MAX_FUNCTION_LINES} lines`),
  ]);
}

/** What is loaded together with some files: everything that they import statically and not as a type. */
function loadedWith(...files: string[]): string[] {
  const loaded = new Set(files);
  for (const file of loaded) {
    const imports = SOURCES.get(file)?.imports ?? [];
    imports.filter(({ kind }) => kind === "value").forEach(({ to }) => loaded.add(to));
  }
  return [...loaded];
}

function roomsOf(files: readonly string[]): Set<string> {
  return new Set(files.map((file) => SOURCES.has(file) ? roomOf(file) : file));
}

Deno.test("a room imports only what lies below it", () => {
  assert(SOURCES.size > 100);
  assertEquals(forbiddenImports(), []);
});

Deno.test("no files import each other in a circle, not even types", () => {
  assertEquals(circles(), []);
});

Deno.test("files and functions are short", () => {
  assertEquals(tooLong(), []);
});

Deno.test("deadlines are counted by performance.now(), as clocks are set back", () => {
  const found = [...SOURCES].flatMap(([path, { wallDeadlines }]) =>
    wallDeadlines.map((name) => `${path}: ${name}`)
  );
  assertEquals(found, []);
});

Deno.test("--version loads its name, and --help nothing but the command line", () => {
  const own = loadedWith("cli/main.ts").filter((file) => SOURCES.has(file));
  assertEquals(own.sort(), ["cli/main.ts", "cli/program.ts", "cli/stop_requested.ts"]);
  const loaded = [...roomsOf(loadedWith("cli/command_line.ts"))];
  const expected = (room: string) =>
    /^(cli|base|model|texts|settings\.ts|config\.ts)$|^node:|^@std\/|deno\.json$/.test(room);
  assertEquals(loaded.filter((room) => !expected(room)), []);
});

Deno.test("run does not load the demo", () => {
  const rooms = [...roomsOf(loadedWith("cli/main.ts", "cli/run.ts"))];
  assert(rooms.includes("bridge"));
  assertEquals(rooms.filter((room) => room.startsWith("demo")), []);
});
