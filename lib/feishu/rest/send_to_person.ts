import type { Rendered } from "../draw/rendered.ts";
import type { FeishuApi } from "./api.ts";

/**
 * Sends a message to a person in the direct chat with the bot, which need not have been opened before. The
 * person has to be in the app's range of availability (page of message create).
 *
 * @param uuid At most 50 characters. Sends with the same one within an hour make one message.
 */
export async function sendToPerson(
  feishu: FeishuApi,
  openId: string,
  { type, content }: Rendered,
  uuid: string,
  signal: AbortSignal,
): Promise<void> {
  const data = { receive_id: openId, msg_type: type, content, uuid };
  const path = "im/v1/messages?receive_id_type=open_id";
  await feishu.call("POST", path, { data, target: openId }, signal);
}
