/** SOURCES.md says where the twin's behaviour comes from, and is in step with it. */
import { assertEquals } from "@std/assert";
import { ROUTES } from "../../../lib/demo/feishu_twin/routes.ts";

const TWIN = new URL("../../../lib/demo/feishu_twin/", import.meta.url);
const page = await Deno.readTextFile(new URL("SOURCES.md", import.meta.url));

/** The twin's files by name, without their comments. */
async function twinFiles(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for await (const { name } of Deno.readDir(TWIN)) {
    const text = await Deno.readTextFile(new URL(name, TWIN));
    files.set(name, text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ""));
  }
  return files;
}

/** Feishu's codes: of cards, of calls, of the gateway, of the long connection, of parameters; and older ones. */
const CODE = /(?<![\w.])([123]\d{5}|99\d{6}|10\d{8}|10\d{3}|11310|514|2200)(?!\w)/g;

/** The codes in a text. */
function codesIn(text: string): Set<string> {
  return new Set([...text.matchAll(CODE)].map(([code]) => code));
}

Deno.test("the page of sources names every file of the twin", async () => {
  const missing = [...(await twinFiles()).keys()].filter((name) => !page.includes(`\`${name}\``));
  assertEquals(missing, []);
});

Deno.test("the page of sources names every route of the twin", () => {
  const routes = ROUTES.map(({ method, path }) => `\`${method} ${path}\``);
  assertEquals(routes.filter((route) => !page.includes(route)), []);
  const named = page.split("## Not there")[0]?.match(/`(?:GET|PUT|POST|PATCH|DELETE) [^`]*`/g) ??
    [];
  assertEquals(named.filter((route) => !routes.includes(route)), []);
});

Deno.test("the page of sources has every code of the twin's refusals, and no other", async () => {
  const codes = codesIn([...(await twinFiles()).values()].join("\n"));
  const named = codesIn(page);
  assertEquals(codes.size > 50, true, `${codes.size} codes`);
  assertEquals([...codes].filter((code) => !named.has(code)), []);
  assertEquals([...named].filter((code) => !codes.has(code)), []);
});

Deno.test("each behaviour on the page has a source", () => {
  const rows = [...page.matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)].map((
    [, what = "", source = ""],
  ) => [what, source]).filter(([what]) => what !== "Behaviour" && !what?.startsWith("---"));
  assertEquals(rows.length > 100, true, `${rows.length} rows`);
  const known = /^(Page|Seen|Invented|Tool)(: .*)?$/;
  assertEquals(rows.filter(([, source]) => !known.test(source ?? "")), []);
});
