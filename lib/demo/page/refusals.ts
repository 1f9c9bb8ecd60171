import { asObject, asString } from "../feishu_twin/json.ts";
import type { RequestRecord } from "../feishu_twin/records.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import type { MessageView } from "./message_view.ts";

/** Codes that tell the app to wait or to come back, and nothing about the message. */
const passing = new Set([0, 99991400, 230020, 99991661, 99991663, 2200]);

/** The mark for a request by which a message would have come into a chat, had it not been refused. */
export function refusalOf(twin: Twin, request: RequestRecord, id: string): MessageView | undefined {
  const { code = 0, msg = "", method, path, body } = request;
  if (passing.has(code) || method === "GET" || method === "DELETE") return undefined;
  const [, messageId = "", rest = ""] =
    /^\/open-apis\/im\/v1\/messages(?:\/([^/]+))?(\/reply)?$/.exec(path) ?? [];
  if (!/^\/open-apis\/im\/v1\/messages(\/[^/]+(\/reply)?)?$/.test(path)) return undefined;
  const message = messageId === "" ? undefined : twin.find(messageId);
  const chat = message?.chatId ?? asString(asObject(body).receive_id) ?? "";
  if (!twin.chats().some((one) => one.id === chat)) return undefined;
  const what = messageId !== "" && rest === "" ? "edit" : "send";
  return {
    id,
    chat,
    at: twin.clock.now(),
    from: twin.app.name,
    user: "",
    kind: "refusal",
    type: what,
    edits: 0,
    recalled: false,
    thread: message?.threadId ?? "",
    reactions: [],
    nodes: [`${code} ${msg}`.trim()],
    brief: "",
  };
}
