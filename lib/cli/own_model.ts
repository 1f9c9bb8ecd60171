import { join } from "@std/path";
import { object } from "../base/json.ts";
import { readJson } from "../base/read_json.ts";
import type { Config } from "../config.ts";

/**
 * The providers that opencode uses once a variable has their key (models.dev). Other programs have keys in the
 * environment too: with none of these, opencode would use a free model on the internet.
 */
const KEYS: Readonly<Record<string, string>> = {
  ANTHROPIC_API_KEY: "anthropic",
  OPENAI_API_KEY: "openai",
  GOOGLE_GENERATIVE_AI_API_KEY: "google",
  GEMINI_API_KEY: "google",
  OPENROUTER_API_KEY: "openrouter",
  OPENCODE_API_KEY: "opencode",
  DEEPSEEK_API_KEY: "deepseek",
  MOONSHOT_API_KEY: "moonshotai",
  ZHIPU_API_KEY: "zhipuai",
  DASHSCOPE_API_KEY: "alibaba",
  MISTRAL_API_KEY: "mistral",
  GROQ_API_KEY: "groq",
  XAI_API_KEY: "xai",
  TOGETHER_API_KEY: "togetherai",
  FIREWORKS_API_KEY: "fireworks-ai",
  CEREBRAS_API_KEY: "cerebras",
};

/** Which model of the user's own opencode has, and from where, in words; `undefined` when there is none. */
export async function ownModel(
  { opencodeUrl, cwd }: Pick<Config, "opencodeUrl" | "cwd">,
  env: Pick<Deno.Env, "get"> = Deno.env,
): Promise<string | undefined> {
  if (opencodeUrl !== "") return URL.parse(opencodeUrl)?.origin ?? opencodeUrl;
  const home = env.get("HOME") ?? "/";
  const data = env.get("XDG_DATA_HOME") ?? join(home, ".local", "share");
  const auth = join(data, "opencode", "auth.json");
  const logins = Object.keys(object(await readJson(auth)));
  if (logins.length > 0) return `${logins.join(", ")}, from ${auth}`;
  const config = join(env.get("XDG_CONFIG_HOME") ?? join(home, ".config"), "opencode");
  const files = [cwd, config].flatMap((dir) => [
    join(dir, "opencode.json"),
    join(dir, "opencode.jsonc"),
  ]);
  for (const file of [env.get("OPENCODE_CONFIG") ?? "", ...files]) {
    if (/"(model|provider)"\s*:/.test(await textOf(file))) return file;
  }
  if (env.get("OPENCODE_CONFIG_CONTENT")) return "OPENCODE_CONFIG_CONTENT";
  const key = Object.keys(KEYS).find((name) => env.get(name));
  return key && `${KEYS[key]}, by ${key}`;
}

function textOf(file: string): Promise<string> {
  return Deno.readTextFile(file).catch(() => "");
}
