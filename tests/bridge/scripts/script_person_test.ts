import { assertEquals } from "@std/assert";
import { Admission, newAdmission } from "../../../lib/bridge/people/admission.ts";
import { ownerOf } from "../../../lib/bridge/people/owner_of.ts";
import { scriptPerson } from "../../../lib/bridge/scripts/script_person.ts";
import type { AllowedUsers } from "../../../lib/model/settings.ts";
import { memoryLog } from "../../helpers.ts";

/** The admission of the people that are paired, or as it is set. */
function admissionOf(allowed: AllowedUsers | readonly string[]): Admission {
  if (!Array.isArray(allowed)) return new Admission(allowed as AllowedUsers);
  const paired = allowed.map((openId: string) => ({ openId, since: 1 }));
  const store = { addPaired: () => Promise.resolve(1), removePaired: () => Promise.resolve() };
  return newAdmission({ kind: "pair" }, { paired, store, log: memoryLog() });
}

const LIST = { kind: "list", openIds: ["ou_a", "ou_b"] } as const;
const ALL = { kind: "everyone" } as const;

const CASES: readonly (readonly [
  allowed: AllowedUsers | readonly string[],
  chatType: "p2p" | "group",
  wrote: string | undefined,
  person: string | undefined,
])[] = [
  [LIST, "p2p", "ou_b", "ou_b"],
  [LIST, "group", "ou_b", "ou_a"],
  [LIST, "p2p", "ou_stranger", undefined],
  [LIST, "p2p", undefined, "ou_a"],
  [["ou_c", "ou_d"], "group", "ou_d", "ou_c"],
  [["ou_c"], "p2p", "ou_gone", undefined],
  [[], "group", "ou_gone", undefined],
  [ALL, "group", "ou_x", "ou_x"],
  [ALL, "group", undefined, ""],
];

for (const [allowed, chatType, wrote, expected] of CASES) {
  const who = Array.isArray(allowed) ? `paired ${allowed}` : JSON.stringify(allowed);
  Deno.test(`of ${who} in a ${chatType} of ${wrote}, ${expected} stands for a script`, () => {
    const record = { chatType, ...(wrote !== undefined && { person: wrote }) };
    assertEquals(scriptPerson(record, admissionOf(allowed)), expected);
  });
}

Deno.test("what the agent asks in the turn of a script, all who may use the bot can answer", () => {
  const admission = admissionOf(["ou_c", "ou_d"]);
  const turn = { sender: "ou_c" };
  const answers = (openId: string, script?: string) =>
    admission.mayAnswer(openId, ownerOf({ ...turn, ...(script !== undefined && { script }) }));
  assertEquals(["ou_c", "ou_d", "ou_x"].map((one) => answers(one)), [true, false, false]);
  assertEquals(["ou_c", "ou_d", "ou_x"].map((one) => answers(one, "1")), [true, true, false]);
});
