import { join } from "@std/path";
import { offlineEnv } from "./offline_env.ts";

/** The name of the scripted model. */
export const MODEL_NAME = "scripted-1";

/** Where the scripted model listens. */
export interface ModelAddress {
  /** Base URL for OpenAI clients, with `/v1`. */
  readonly url: string;
  /** The API key that it demands, if it does. */
  readonly key?: string;
}

/** The opencode configuration with the scripted model as the only one, for `OPENCODE_CONFIG_CONTENT`. */
export function modelConfig({ url, key = "none" }: ModelAddress) {
  return {
    $schema: "https://opencode.ai/config.json",
    share: "disabled",
    autoupdate: false,
    enabled_providers: ["scripted"],
    model: `scripted/${MODEL_NAME}`,
    small_model: `scripted/${MODEL_NAME}`,
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        name: "Scripted",
        options: { baseURL: url, apiKey: key },
        models: {
          [MODEL_NAME]: {
            name: "Scripted model",
            attachment: true,
            reasoning: true,
            tool_call: true,
            modalities: { input: ["text", "image", "pdf"], output: ["text"] },
            limit: { context: 200_000, output: 32_000 },
          },
        },
      },
    },
  } as const;
}

/**
 * The environment of an opencode that uses the scripted model: without the user's own data, and without
 * the internet.
 *
 * @param home The directory for opencode's data.
 */
export async function scriptedEnv(
  model: ModelAddress,
  home: string,
): Promise<Record<string, string>> {
  return {
    ...await offlineEnv(home),
    OPENCODE_CONFIG_CONTENT: JSON.stringify(modelConfig(model)),
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CACHE_HOME: join(home, "cache"),
  };
}
