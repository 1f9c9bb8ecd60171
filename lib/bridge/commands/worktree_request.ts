import { UsageError } from "../../base/errors.ts";
import type { Texts } from "../../texts/texts.ts";
import { Git } from "../worktrees/git.ts";
import type { PathRules } from "../places/path_rules.ts";
import type { CommandRequest, CommandResult } from "./command.ts";

/** What the commands about worktrees need of what was sent. */
export interface WorktreeRequest extends CommandRequest {
  readonly git: Git;
  readonly rules: PathRules;
}

/** Runs a command about worktrees. What is in the way is its answer. */
export function withGit(
  run: (request: WorktreeRequest) => Promise<CommandResult>,
): (request: CommandRequest) => Promise<CommandResult> {
  return async (request) => {
    const { texts, settings, conversation: { record: { directory } } } = request;
    try {
      if (!await isDirectory(directory)) return { answer: texts.cwdMissing(directory) };
      return await run({ ...request, git: new Git(request), rules: settings });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { answer: error.message };
    }
  };
}

/** git with a deadline of its own, for what is done once somebody has agreed. @param limitMs In milliseconds. */
export function gitUntil(limitMs: number, texts: Texts): Git {
  return new Git({ texts, signal: AbortSignal.timeout(limitMs) });
}

/** A sentence for the end of a question, which is no Markdown. */
export function plainLine(sentence: string): string {
  return sentence.replaceAll("`", "");
}

async function isDirectory(path: string): Promise<boolean> {
  return await Deno.stat(path).then((info) => info.isDirectory, () => false);
}
