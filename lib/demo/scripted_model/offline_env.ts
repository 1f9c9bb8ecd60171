import { join } from "@std/path";
import { replaceFile } from "../../base/replace_file.ts";

/**
 * The environment of an opencode that asks nothing of the internet, and knows only the models of its own
 * configuration: for each directory it turns its whole catalogue into models, which takes more than a second
 * and 50 MB (1.18.33). So it gets an empty one.
 *
 * @param dir Where the empty catalogue is kept.
 */
export async function offlineEnv(dir: string): Promise<Record<string, string>> {
  const catalogue = join(dir, "no-models.json");
  await replaceFile(catalogue, "{}");
  return {
    OPENCODE_MODELS_PATH: catalogue,
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    OPENCODE_DISABLE_LSP_DOWNLOAD: "1",
    OPENCODE_DISABLE_DEFAULT_PLUGINS: "1",
  };
}
