import { abortable, deadline } from "@std/async";
import { isAbsolute } from "@std/path";
import { UsageError } from "../../base/errors.ts";
import { redact } from "../../base/secrets/redact.ts";
import { clip } from "../../base/text.ts";
import { visible } from "../../base/visible.ts";
import type { Texts } from "../../texts/texts.ts";

/** What {@linkcode Git} needs. */
export interface GitOptions {
  readonly texts: Texts;
  /** Ends a command, its deadline included. */
  readonly signal: AbortSignal;
  /** The variables that it inherits, but for private ones. Default: our own. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** What a command of git said. */
export interface GitAnswer {
  readonly code: number;
  /** What it printed. */
  readonly out: string;
  /** What it complained about. */
  readonly why: string;
}

/** How a command of git runs. */
export interface GitRun {
  /** Variables for it besides the inherited ones. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether it is never stopped, because it writes into files of the user's. Nobody waits longer than the deadline. */
  readonly isKept?: boolean;
}

/**
 * What every command gets. A repository's hooks, and what else its configuration has git start without need, do not
 * run: the agent can write them, and nobody was asked about them. So nothing can ask, either.
 */
const OPTIONS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.quotePath=false",
  "commit.gpgSign=false",
  "submodule.recurse=false",
  // A worktree is moved once it is made.
  "worktree.useRelativePaths=false",
  "gc.auto=0",
  "maintenance.auto=false",
  "advice.detachedHead=false",
].flatMap((option) => ["-c", option]);

/** Our own secrets, and what would have git look at another repository. */
const PRIVATE =
  /^(FEISHU_|BRIDGE_|LARK_|OPENCODE_(SERVER_)?PASSWORD$|GIT_(?!CONFIG_|AUTHOR_|COMMITTER_|EXEC_))/;

/** The most characters of a complaint that are shown. */
const MAX_WHY = 400;

/** Runs commands of git. It asks nothing, and speaks English. */
export class Git {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /**
   * Runs a command in a directory; resolves with what it printed, without the line's end.
   *
   * @throws {UsageError} If it fails, with a sentence for the chat.
   */
  async read(directory: string, ...args: readonly string[]): Promise<string> {
    const answer = await this.ask(directory, args);
    if (answer.code === 0) return answer.out.replace(/\n$/, "");
    throw this.failed(args, answer);
  }

  /** The error of a command that failed. */
  failed([command = ""]: readonly string[], { why, out }: GitAnswer): UsageError {
    const said = visible(clip(redact((why || out).trim()), MAX_WHY), "\n");
    return new UsageError(this.#options.texts.gitFailed(command, said));
  }

  /**
   * Runs a command in a directory; resolves with what it said.
   *
   * @throws {UsageError} If git is not there, or does not end in time.
   */
  async ask(directory: string, args: readonly string[], run: GitRun = {}): Promise<GitAnswer> {
    const { texts, signal, variables = Deno.env.toObject() } = this.#options;
    signal.throwIfAborted();
    const env = { ...environment(variables), ...run.env };
    const child = spawn(["-C", directory, ...OPTIONS, ...args], env, texts);
    const output = child.output();
    try {
      const { code, stdout, stderr } = await abortable(output, signal);
      const decoder = new TextDecoder();
      return { code, out: decoder.decode(stdout), why: decoder.decode(stderr) };
    } catch (error) {
      if (!signal.aborted) throw error;
      if (!run.isKept) await end(child, output);
      // It is no deadline when the program ends, or somebody has called it off.
      if (!(signal.reason instanceof DOMException && signal.reason.name === "TimeoutError")) {
        throw signal.reason;
      }
      throw new UsageError(run.isKept ? texts.gitGoesOn : texts.gitTooSlow(args[0] ?? ""));
    }
  }
}

/** The variables of a command. */
function environment(inherited: Readonly<Record<string, string>>): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(inherited).filter(([name]) => !PRIVATE.test(name))),
    // A relative place would be one in a project.
    PATH: (inherited["PATH"] ?? "").split(":").filter(isAbsolute).join(":"),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_EDITOR: "true",
    GIT_ASKPASS: "true",
    SSH_ASKPASS: "true",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes",
    GIT_OPTIONAL_LOCKS: "0",
  };
}

function spawn(
  args: string[],
  env: Record<string, string>,
  texts: Pick<Texts, "gitMissing">,
): Deno.ChildProcess {
  try {
    const streams = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
    return new Deno.Command("git", { args, clearEnv: true, env, ...streams }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UsageError(texts.gitMissing);
  }
}

/** How long a command may take to end when it is stopped, in milliseconds. */
const END_MS = 2_000;

/** Stops a command, which removes its locks and temporary files then. */
async function end(child: Deno.ChildProcess, output: Promise<unknown>): Promise<void> {
  kill(child, "SIGTERM");
  await deadline(output, END_MS).catch(() => kill(child, "SIGKILL"));
}

function kill(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch {
    // It ended by itself.
  }
}
