import { join } from "@std/path";

/**
 * A line for the log about rules of the user's own that make the agent ask before it acts. It names the
 * rules and the config file.
 */
export async function describeAskRules(
  rules: readonly string[],
  directory: string,
): Promise<string> {
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
