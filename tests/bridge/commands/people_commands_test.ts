/** `/users` lists who may use the bot, and takes somebody out. */
import { assertEquals, assertMatch } from "@std/assert";
import { newAdmission } from "../../../lib/bridge/people/admission.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { memoryLog } from "../../helpers.ts";
import { CommandChat } from "./command_chat.ts";

const en = texts("en");

/** A chat of the first of these people. */
function users(...names: readonly string[]) {
  const store = { addPaired: () => Promise.resolve(1), removePaired: () => Promise.resolve() };
  const paired = names.map((openId) => ({ openId, since: 1 }));
  const admission = newAdmission({ kind: "pair" }, { paired, store, log: memoryLog() });
  const chat = new CommandChat({ admission, message: { sender: names[0] } });
  const send = async (text: string) => (await chat.send(text)).text;
  const left = () => (admission.people ?? []).map(({ openId }) => openId);
  return { send, left };
}

Deno.test("a number takes out whom it stood for in the list, however often it is sent", async () => {
  const { send, left } = users("ou_owner", "ou_ann", "ou_bob");
  assertMatch(await send("/users"), /1\. .ou_owner[^]*2\. .ou_ann[^]*3\. .ou_bob/);
  for (let i = 0; i < 2; i++) assertEquals(await send("/users remove 2"), en.userRemoved("ou_ann"));
  assertEquals(left(), ["ou_owner", "ou_bob"]);
  assertEquals(await send("/users remove 3"), en.userRemoved("ou_bob"));
  assertEquals(left(), ["ou_owner"]);
});

Deno.test("a number takes nobody out before a list was shown", async () => {
  const { send, left } = users("ou_owner", "ou_ann");
  assertEquals(await send("/users remove 2"), en.noSuchUser("2"));
  assertEquals(left(), ["ou_owner", "ou_ann"]);
});

Deno.test("nobody is taken out who is not on the list, and not the first user", async () => {
  const { send, left } = users("ou_owner", "ou_ann");
  await send("/users");
  assertEquals(await send("/users remove 3"), en.noSuchUser("3"));
  assertEquals(await send("/users remove ou_bob"), en.noSuchUser("ou_bob"));
  assertEquals(await send("/users remove 1"), en.notYourself);
  assertEquals(left(), ["ou_owner", "ou_ann"]);
});
