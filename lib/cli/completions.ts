import type { Args } from "./args.ts";
import { completionScript } from "./completion_script.ts";
import { print } from "./terminal.ts";

/** `completions bash|zsh|fish`: prints a script with which a shell completes the command line. */
export function completions({ action }: Args): void {
  print(completionScript(action === "zsh" || action === "fish" ? action : "bash"));
}
