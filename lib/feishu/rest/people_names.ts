import { list, object, string } from "../../base/json.ts";
import type { FeishuClient } from "./client.ts";

/** The most people in one call (Feishu's page of people's names). */
export const PEOPLE_PER_CALL = 10;

/**
 * The names of people by `open_id`, of at most {@linkcode PEOPLE_PER_CALL}. It needs the scope
 * `contact:user.basic_profile:readonly`, and no range of contacts limits it (Feishu's page of
 * `contact/v3/users/basic_batch`).
 */
export async function peopleNames(
  client: Pick<FeishuClient, "call">,
  openIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const path = "contact/v3/users/basic_batch?user_id_type=open_id";
  const { users } = await client.call("POST", path, { data: { user_ids: openIds } }, signal);
  return new Map(list(users, readUser));
}

/** Some clients have seen the name inside an object. */
function readUser(user: unknown): readonly [string, string] | undefined {
  const { user_id: id, name } = object(user);
  const [openId, said] = [string(id), string(name) ?? string(object(name).value)];
  return openId && said ? [openId, said] : undefined;
}
