import { list, object, string } from "../../base/json.ts";
import type { ChatDirectory, KnownNames } from "../../model/chat_directory.ts";
import type { FeishuClient } from "./client.ts";
import { lacksScope } from "./lacks_scope.ts";
import { PEOPLE_PER_CALL, peopleNames } from "./people_names.ts";

/** The most groups on a page (Feishu's page of the list of groups). */
const PAGE_SIZE = 100;
/** How many pages are read at most. */
const MAX_PAGES = 50;

/** The names of Feishu's groups and people. */
export class Directory implements ChatDirectory {
  readonly #client: Pick<FeishuClient, "call">;

  constructor(client: Pick<FeishuClient, "call">) {
    this.#client = client;
  }

  async groups(signal: AbortSignal): Promise<KnownNames> {
    return await named("im:chat:read", async (names) => {
      let token: string | undefined;
      for (let pages = 0; pages < MAX_PAGES; pages++) {
        const query = new URLSearchParams({
          page_size: String(PAGE_SIZE),
          ...(token && { page_token: token }),
        });
        const page = await this.#client.call("GET", `im/v1/chats?${query}`, {}, signal);
        for (const [id, name] of list(page.items, readGroup)) names.set(id, name);
        token = page.has_more === true ? string(page.page_token) : undefined;
        if (!token) return;
      }
    });
  }

  async people(openIds: readonly string[], signal: AbortSignal): Promise<KnownNames> {
    return await named("contact:user.basic_profile:readonly", async (names) => {
      for (let at = 0; at < openIds.length; at += PEOPLE_PER_CALL) {
        const some = openIds.slice(at, at + PEOPLE_PER_CALL);
        for (const [id, name] of await peopleNames(this.#client, some, signal)) names.set(id, name);
      }
    });
  }
}

async function named(
  scope: string,
  read: (names: Map<string, string>) => Promise<void>,
): Promise<KnownNames> {
  const names = new Map<string, string>();
  try {
    await read(names);
    return { names };
  } catch (error) {
    if (!lacksScope(error)) throw error;
    return { names, missing: scope };
  }
}

function readGroup(item: unknown): readonly [string, string] | undefined {
  const { chat_id: id, name } = object(item);
  const [chatId, said] = [string(id), string(name)];
  return chatId && said ? [chatId, said] : undefined;
}
