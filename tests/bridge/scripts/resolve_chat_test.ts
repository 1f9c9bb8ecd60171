import { assertEquals } from "@std/assert";
import { resolveChat } from "../../../lib/bridge/scripts/resolve_chat.ts";
import type { ListedChat } from "../../../lib/model/script.ts";

const chat = (id: string, name: string, kind: ListedChat["kind"] = "group"): ListedChat => ({
  ...{ id, kind, name, chat: id },
  ...(kind === "direct" && { person: `ou_${id}` }),
});

const CHATS = [
  chat("oc_aaaaaaaa1", "Team A"),
  chat("oc_aaaaaaab2", "team a"),
  chat("oc_b1", "Twins"),
  chat("oc_b2", "Twins"),
  chat("oc_c1", "研发　群"),
  chat("oc_d1", "Alice", "direct"),
  chat("oc_e1", ""),
];

const CASES: readonly (readonly [typed: string, meant: string])[] = [
  ["Team A", "oc_aaaaaaaa1"],
  ["team a", "oc_aaaaaaab2"],
  ["TEAM A", "unclear: oc_aaaaaaaa1 oc_aaaaaaab2"],
  ["Twins", "unclear: oc_b1 oc_b2"],
  ["oc_b2", "oc_b2"],
  ["研发 群", "oc_c1"],
  ["ＡＬＩＣＥ", "oc_d1"],
  ["ou_oc_d1", "oc_d1"],
  ["oc_aaaaaaaa", "oc_aaaaaaaa1"],
  ["oc_aaaaaaa", "unclear: oc_aaaaaaaa1 oc_aaaaaaab2"],
  ["oc_aa", "unclear:"],
  ["Alcie", "unclear: near Alice"],
  ["", "unclear:"],
  ["Bob", "unclear:"],
];

for (const [typed, meant] of CASES) {
  Deno.test(`“${typed}” means ${meant}`, () => {
    const found = resolveChat(typed, CHATS);
    const told = "matches" in found
      ? ["unclear:", ...found.matches.map(({ id }) => id), found.nearest && `near ${found.nearest}`]
        .filter((word) => word).join(" ")
      : found.id;
    assertEquals(told, meant);
  });
}
