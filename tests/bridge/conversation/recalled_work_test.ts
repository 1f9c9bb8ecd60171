import { assertEquals } from "@std/assert";
import { recalledWork } from "../../../lib/bridge/conversation/recalled_work.ts";
import type { Services } from "../../../lib/bridge/services.ts";
import { memoryLog } from "../../helpers.ts";

Deno.test("a turn that no message asked for is not taken for a recalled one", async () => {
  const turn = (messageId: string) => ({ messageId, slot: { target: { chatId: "oc_1" } } });
  const services = {
    store: {
      turns: () => Promise.resolve([turn(""), turn("om_there"), turn("om_recalled")]),
      conversations: () => Promise.resolve([]),
      inbox: () => Promise.resolve([]),
    },
    chat: { isRecalled: (id: string) => Promise.resolve(id === "om_recalled") },
    log: memoryLog(),
    signal: new AbortController().signal,
  } as unknown as Services;
  assertEquals((await recalledWork(services)).map(({ messageId }) => messageId), ["om_recalled"]);
});
