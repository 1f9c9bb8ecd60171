/** `/new` draws a line in direct chats where the app may. */
import { assertEquals } from "@std/assert";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { startRouter } from "../start_router.ts";

Deno.test("/new draws a line above the new session in a direct chat, and only there", async () => {
  for (const language of ["en", "zh"] as const) {
    const { newSessionLine, newSession } = texts(language);
    await using twin = await startTwin({ extras: true });
    await using world = await startRouter(twin, { language });
    const group = twin.addGroup().id;
    await world.receive(twin.say({ text: "/new" }));
    await world.receive(twin.say({ text: "/new", chat: group, mentionBot: true }), {
      text: "/new",
    });
    const shown = (chat?: string) => twin.botMessages(chat).map((one) => twin.plain(one));
    await twin.until(() => shown().length === 2 && shown(group).length === 1);
    assertEquals(shown(), [`── ${newSessionLine} ──`, newSession("/tmp")]);
    assertEquals(shown(group), [newSession("/tmp")]);
  }
});

Deno.test("/new answers without the line where the app may not draw it, or Feishu hangs", async () => {
  for (const hang of [false, true]) {
    await using twin = await startTwin({ extras: hang });
    await using world = await startRouter(twin);
    if (hang) twin.faults.fail({ match: /^POST .*\/messages$/, hang });
    await world.receive(twin.say({ text: "/new" }));
    await twin.until(() => twin.botMessages().length === 1);
    assertEquals(
      twin.plain(twin.botMessages()[0] ?? twin.message("")),
      texts("en").newSession("/tmp"),
    );
  }
});
