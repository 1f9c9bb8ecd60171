/** A chat or topic has its messages drawn as somebody has chosen there. */
import { assertEquals } from "@std/assert";
import { KnownPreferences } from "../../../lib/bridge/places/preferences.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { Preferences } from "../../../lib/model/preferences.ts";
import { startMessenger } from "../../feishu/start_messenger.ts";

const record = (chatId: string, preferences?: Preferences): ConversationRecord => ({
  ...{ key: chatId, chatId, chatType: "p2p", directory: "/" },
  ...(preferences && { preferences }),
});

Deno.test("what was chosen holds from the next message on, over a restart, for that chat alone", async () => {
  await using twin = await startTwin();
  const other = twin.addGroup().id;
  const newer = record("oc_2", { render: "hologram" } as unknown as Preferences);
  const preferences = new KnownPreferences([record(twin.chat.id, { render: "text" }), newer]);
  const { messenger, message } = startMessenger(twin, {
    modeOf: (key) => preferences.of(key).render,
  });
  const send = (chatId: string) => message(messenger.slot({ chatId })).show({ status: "done" });
  await send(twin.chat.id);
  await send(other);
  preferences.note(record(twin.chat.id, { render: "post" }));
  await send(twin.chat.id);
  preferences.note(record(twin.chat.id));
  await send(twin.chat.id);
  const types = (chatId: string) => twin.botMessages(chatId).map(({ type }) => type);
  assertEquals(types(twin.chat.id), ["text", "post", "interactive"]);
  assertEquals([types(other), preferences.of("oc_2").render], [["interactive"], undefined]);
  // A message that announces is a text, whatever is chosen.
  assertEquals(messenger.slot({ chatId: other }, "ping", "text").mode, "text");
});
