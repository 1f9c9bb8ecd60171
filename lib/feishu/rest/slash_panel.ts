import { list, object, string } from "../../base/json.ts";
import type { OfferedCommand } from "../../model/offers.ts";
import type { FeishuClient } from "./client.ts";

const PATH = "application/v7/app_slash_commands";

/**
 * Shows these commands in Feishu's slash panel, in both languages. It asks for the list and changes only what
 * differs. Feishu does not say who made a command, so those with other names stay: somebody may have made
 * them by hand (Feishu's page of slash commands).
 *
 * @throws {ApiError} At the first refusal; what follows is not tried.
 */
export async function updateSlashPanel(
  client: FeishuClient,
  commands: readonly OfferedCommand[],
  signal: AbortSignal,
): Promise<void> {
  const { items } = await client.call("GET", PATH, {}, signal);
  const known = new Map(list(items, (item) => {
    const { command, command_id: id, description } = object(item);
    const name = string(command);
    return name ? [name, { id: string(id) ?? "", description }] as const : undefined;
  }));
  for (const { name, descriptions: { en, zh } } of commands) {
    const description = { default_value: en, i18n: { zh_cn: zh, en_us: en } };
    const found = known.get(name);
    const data = { command: name, description };
    if (found === undefined) await client.call("POST", PATH, { data }, signal);
    else if (!isSame(found.description, description)) {
      const path = `${PATH}/${encodeURIComponent(found.id)}`;
      await client.call("PATCH", path, { data }, signal);
    }
  }
}

interface Description {
  readonly default_value: string;
  readonly i18n: { readonly zh_cn: string; readonly en_us: string };
}

/** Whether Feishu shows a command so; it may return more fields than it was given. */
function isSame(shown: unknown, { default_value, i18n }: Description): boolean {
  const { default_value: fallback, i18n: texts } = object(shown);
  const { zh_cn, en_us } = object(texts);
  return fallback === default_value && zh_cn === i18n.zh_cn && en_us === i18n.en_us;
}
