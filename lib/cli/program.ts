import { fromFileUrl, join } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** What the program, its service and its binary are called. */
export const NAME = "feishu-opencode-bridge";

/** The command that starts this program again: the binary, or deno as the task `start` calls it. */
export function program(): string[] {
  const self = Deno.execPath();
  if (Deno.build.standalone) return [self];
  const root = fromFileUrl(new URL("../..", import.meta.url));
  const [, ...words] = config.tasks.start.command.split(" ");
  return [self, ...words.map((word) => word.startsWith("tools/") ? join(root, word) : word)];
}
