import type { FeishuClient } from "./client.ts";

/**
 * How many long connections the app holds, those of other programs included (Feishu's page of event
 * subscription over the long connection). It needs no scope, and does not count towards the month's calls.
 */
export async function onlineConnections(
  client: FeishuClient,
  signal: AbortSignal,
): Promise<number> {
  const { online_instance_cnt: count } = await client.call(
    "GET",
    "event/v1/connection",
    {},
    signal,
  );
  return Number(count) || 0;
}
