import { object, string } from "../../base/json.ts";
import type { RequestRecord } from "../feishu_twin/records.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import type { MessageView } from "./message_view.ts";

/** Codes that ask the app to wait or to retry, and say nothing about the message itself. */
const TRANSIENT_CODES = new Set([0, 99991400, 230020, 99991661, 99991663, 2200]);

/**
 * What the page shows in a chat in place of a message that Feishu refused; `undefined` for requests that
 * were not refused, or do not send or edit a message.
 */
export function refusalView(
  twin: Twin,
  request: RequestRecord,
  id: string,
): MessageView | undefined {
  const { code = 0, msg = "", method, path, body } = request;
  if (TRANSIENT_CODES.has(code) || method === "GET" || method === "DELETE") return undefined;
  const [, messageId = "", rest = ""] =
    /^\/open-apis\/im\/v1\/messages(?:\/([^/]+))?(\/reply)?$/.exec(path) ?? [];
  if (!/^\/open-apis\/im\/v1\/messages(\/[^/]+(\/reply)?)?$/.test(path)) return undefined;
  const message = messageId === "" ? undefined : twin.find(messageId);
  const chat = message?.chatId ?? string(object(body).receive_id) ?? "";
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
    followUps: [],
    reactions: [],
    nodes: [`${code} ${msg}`.trim()],
    preview: "",
  };
}
