import { join } from "@std/path";
import { object, parser } from "../../base/json.ts";
import type { OpencodeApi } from "./api.ts";

/**
 * Looks for rules of the user's own that make the agent ask before it acts.
 *
 * @returns A line for the log that names the file and the rules; nothing when there are none.
 */
export async function askRules(
  api: Pick<OpencodeApi, "askRules">,
  directory: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const rules = await api.askRules(directory, signal);
  if (rules.length === 0) return undefined;
  const file = await configFile(directory) ?? "(from the environment)";
  return `opencode config ${file} contains 'ask' permission rules: ${rules.join(", ")}; ` +
    "what they guard is asked about in the chat";
}

/** The first of opencode's config files that has such a rule, in the order of their precedence. */
async function configFile(directory: string): Promise<string | undefined> {
  const home = Deno.env.get("XDG_CONFIG_HOME") ?? join(Deno.env.get("HOME") ?? "/", ".config");
  const custom = Deno.env.get("OPENCODE_CONFIG");
  const candidates = [
    ...[join(directory, ".opencode"), directory, join(home, "opencode")].flatMap((dir) =>
      ["opencode.jsonc", "opencode.json", "config.json"].map((name) => join(dir, name))
    ),
    ...(custom ? [custom] : []),
  ];
  for (const candidate of candidates) {
    const text = await Deno.readTextFile(candidate).catch(() => "");
    if (/"permission"/.test(text) && /"ask"/.test(text)) return candidate;
  }
  return undefined;
}

/**
 * Reads the rules `ask` out of a configuration: `bash`, or `bash "rm *"` for one pattern. The rest of it
 * is not looked at, since it holds the providers' keys.
 */
export const parseAskRules = parser(({ permission }): string[] => {
  if (permission === "ask") return ["*"];
  return Object.entries(object(permission)).flatMap(([name, rule]) => {
    if (rule === "ask") return [name];
    return Object.entries(object(rule))
      .filter(([, action]) => action === "ask")
      .map(([pattern]) => `${name} "${pattern}"`);
  });
});
