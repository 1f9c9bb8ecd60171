import { assert, assertEquals } from "@std/assert";
import { Pairing, type SharedCodes } from "../../../lib/bridge/people/pairing.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { memoryLog } from "../../helpers.ts";

const en = texts("en");
const { pairAsk, pairLocked, pairWrong, paired } = en;

function pairing(codes?: SharedCodes) {
  const log = memoryLog();
  const store = { addPaired: () => Promise.resolve(1), removePaired: () => Promise.resolve() };
  const one = new Pairing({ paired: [], store, codes, log });
  const code = () => /pairing code: (\d{4} \d{4})/.exec(log.lines.at(-1) ?? "")?.[1] ?? "";
  return { one, log, code };
}

Deno.test("a stranger who guesses locks out nobody else, and does not change the code", async () => {
  const { one, log, code } = pairing();
  const right = code();
  for (let left = 4; left > 0; left--) {
    assertEquals(await one.try("ou_eve", "00000000", en), pairWrong(left));
  }
  for (let i = 0; i < 50; i++) assertEquals(await one.try("ou_eve", "00000000", en), pairLocked);
  assertEquals(await one.try("ou_eve", right, en), pairLocked);
  assertEquals(log.lines.filter((line) => line.includes("pairing is locked")).length, 1);
  assertEquals(await one.try("ou_ann", "hello", en), pairAsk);
  assertEquals(await one.try("ou_ann", right, en), paired);
  assert(one.has("ou_ann") && !one.has("ou_eve"));
});

Deno.test("a code that one machine shows counts on each that shares the bot, and once", async () => {
  const valid = new Set<string>();
  const codes: SharedCodes = {
    offerCode: (code, _ttlMs, before) => {
      valid.delete(before);
      valid.add(code);
      return Promise.resolve();
    },
    takeCode: (code) => Promise.resolve(valid.delete(code)),
  };
  const [here, there] = [pairing(codes), pairing(codes)];
  const shown = here.code();
  assertEquals(await there.one.try("ou_ann", shown, en), paired);
  assertEquals(await there.one.try("ou_bob", shown, en), pairWrong(4));
  // The machine that shows it shows another one then.
  assertEquals(await here.one.try("ou_bob", shown, en), en.pairExpired);
  assertEquals(await there.one.try("ou_bob", here.code(), en), paired);
  assertEquals([here.one.has("ou_ann"), there.one.has("ou_bob")], [false, true]);
});

Deno.test("many strangers together get a hundred guesses", async () => {
  const { one, code } = pairing();
  const right = code();
  for (let i = 0; i < 100; i++) {
    assert(!one.isLocked("ou_ann"));
    await one.try(`ou_${i % 25}`, "00000000", en);
  }
  assertEquals(await one.try("ou_ann", right, en), pairLocked);
});

Deno.test("a person who was taken out is a stranger again, and the next one is the first", async () => {
  const { one, code } = pairing();
  for (const openId of ["ou_ann", "ou_bob"]) await one.try(openId, code().trim(), en);
  await one.remove("ou_ann");
  assert(!one.has("ou_ann"));
  assertEquals(one.people.map(({ openId }) => openId), ["ou_bob"]);
});

Deno.test("a code counts as people type it, and once, however many send it at the same moment", async () => {
  const spellings: ((code: string) => string)[] = [
    (code) => code.replace(" ", ""),
    (code) => ` ${code}\n`,
    (code) => code.replace(" ", "-"),
    (code) => code.replaceAll(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
    (code) => code.replace(" ", "\u3000"),
  ];
  for (const spell of spellings) {
    const { one, code } = pairing();
    const typed = spell(code());
    const answers = await Promise.all(["ou_ann", "ou_eve"].map((by) => one.try(by, typed, en)));
    assertEquals(answers, [paired, pairWrong(4)]);
    assertEquals(one.people.map(({ openId }) => openId), ["ou_ann"]);
  }
  const { one } = pairing();
  for (const text of ["", "12345678 please", "1".repeat(9), "1".repeat(1e6), "一二三四五六七八"]) {
    assertEquals(await one.try("ou_eve", text, en), pairAsk);
  }
});

Deno.test("a code that has expired is called that, and costs no try", async () => {
  const { one, code } = pairing();
  const old = code();
  const { now } = Date;
  try {
    Date.now = () => now() + 10 * 60_000 + 1;
    assertEquals(await one.try("ou_ann", old, en), en.pairExpired);
  } finally {
    Date.now = now;
  }
  assertEquals(await one.try("ou_ann", "00000000", en), pairWrong(4));
  assertEquals(await one.try("ou_ann", code(), en), paired);
});
