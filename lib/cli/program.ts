import { fromFileUrl, join } from "@std/path";
import config from "../../deno.json" with { type: "json" };

/** What the program, its service and its binary are called. */
export const NAME = "feishu-opencode-bridge";

/**
 * How Deno runs the program: sparing with memory, and with what permissions. The flags of the task `start`
 * are the one place where they stand.
 */
export const RUN_FLAGS: readonly string[] = config.tasks.start.command.split(" ")
  .filter((word) => /^--(v8-flags|no-prompt|allow-)/.test(word));

/**
 * The command that starts this program again: the binary, or deno as the task `start` calls it, which
 * finds all it needs also long after we have ended.
 */
export function program(): string[] {
  const self = Deno.execPath();
  if (Deno.build.standalone) return [self];
  const root = fromFileUrl(new URL("../..", import.meta.url));
  const [, ...words] = config.tasks.start.command.split(" ");
  return [self, ...words.map((word) => word.startsWith("tools/") ? join(root, word) : word)];
}
