import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { chineseMisprint } from "../chinese_misprint.ts";
import { describe } from "../../lib/base/errors.ts";
import { CODES, CODES_AT } from "../../lib/feishu/rest/code_table.ts";
import { CODE_MEANINGS_ZH } from "../../lib/texts/code_meanings_zh.ts";
import { SETTINGS } from "../../lib/settings.ts";
import { usage } from "../../lib/texts/usage.ts";
import { REASONS_ZH, reasonZh } from "../../lib/texts/reasons_zh.ts";

/** A sentence with values in it, of which the same number is the same value. */
function filled(sentence: string): string {
  let next = 0;
  return sentence.replace(/\{(\d?)\}/g, (_, at) => `v${at === "" ? next++ : at}`);
}

Deno.test("each sentence is found again in Chinese, whatever varies in it, also inside another one", () => {
  for (const [english, chinese] of REASONS_ZH) {
    assertEquals(reasonZh(filled(english)), filled(chinese));
  }
  const inner = "the proxy p:1 cannot be reached: Connection refused";
  assertEquals(
    reasonZh(`Feishu connection lost: Cannot reach Feishu: ${inner}; trying again in 3 s\nother`),
    "飞书连接已断开：无法连接飞书：无法连接代理 p:1：连接被拒绝；3 s 后重试\nother",
  );
});

Deno.test("why demo ends with a failure is said in Chinese", () => {
  for (const english of [usage.demoAsks, usage.demoNotDone, usage.outputLost("x")]) {
    assert(reasonZh(english) !== english, english);
  }
});

Deno.test("what a setting may be is said in Chinese", () => {
  for (const { name, allowed } of Object.values(SETTINGS)) {
    const said = reasonZh(`${name} is "x": it must be ${allowed}`);
    assert(!/[a-z]{2,} [a-z]{2,}|[a-z]{2,} to \d/.test(said), said);
  }
});

Deno.test("what the system says of a file is said in Chinese", async () => {
  const failures = [
    () => Deno.readTextFile("/nope"),
    () => Deno.readTextFile("/"),
    () => Deno.rename("/nope", "/nothing"),
  ];
  for (const failure of failures) {
    const said = await failure().then(() => "", (error) => describe(error));
    const text = reasonZh(`Cannot read the env file /x: ${said}`);
    assert(!/[a-z]{3,} /.test(text.replace(/^.* env 文件/, "")), text);
  }
});

Deno.test("what others said, and what is not known, stays as it is", () => {
  const said = "Access denied. One of the following scopes is required: [im:message]";
  assertEquals(
    reasonZh(
      `Feishu refused: the app lacks a scope: ${said} (GET bot/v3/info: 99991672, log id 2)`,
    ),
    `飞书拒绝了：应用缺少权限：${said}（GET bot/v3/info：99991672，log id 2）`,
  );
  assertEquals(reasonZh("this or that"), "this or that");
});

/** All sources of a folder, each string that goes on in the next line as one. */
async function sources(dir: string): Promise<string> {
  let all = "";
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    if (isDirectory) all += await sources(path);
    else if (!/reasons_zh/.test(name)) all += await Deno.readTextFile(path);
  }
  return all.replaceAll(/["`] \+\s*["`]/g, "");
}

Deno.test("the table has no sentence that the program does not say", async () => {
  const all = await sources(fromFileUrl(new URL("../../lib", import.meta.url)));
  for (const [english] of REASONS_ZH) {
    // Made of the sentences themselves.
    if (/\{\d\}/.test(english)) continue;
    // A sentence may be made of several; its words between values and colons stand together.
    for (const part of english.split(/\{\d?\}|[:;()]/)) {
      const words = part.replace(/^[\s,.]+|[\s,.]+$/g, "");
      assert(all.includes(words), `${english}: ${words}`);
    }
  }
});

Deno.test("the meanings of codes are those of the table of codes", () => {
  const { token, connection } = CODES_AT;
  const known = [CODES, token, connection].flatMap((codes) => Object.entries(codes));
  for (const [code, { meaning }] of known) {
    // The codes that all calls share, and those of the calls that a command makes.
    const isForAll = Number(code) >= 99_990_000 || code in token || code in connection;
    assert(!isForAll || meaning in CODE_MEANINGS_ZH, meaning);
  }
  const meanings = new Set([...known.map(([, { meaning }]) => meaning), "not accepted"]);
  for (const meaning of Object.keys(CODE_MEANINGS_ZH)) assert(meanings.has(meaning), meaning);
});

Deno.test("what went wrong keeps to the typography and the words of all Chinese sentences", () => {
  for (const [english, chinese] of REASONS_ZH) {
    const plain = chinese.replaceAll(/\{\d?\}/g, "“”");
    assertEquals(chineseMisprint(plain), undefined, english);
  }
});
