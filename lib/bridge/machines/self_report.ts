import { RecentSet } from "../../base/recent_set.ts";
import type { MachineState } from "../../model/machine.ts";
import type { Conversations } from "../conversations.ts";

/** What a machine tells of itself with each sign of life. */
export type SelfReport = Pick<MachineState, "cwd" | "directories" | "opencode" | "running">;

/** How many directories are told at most, beside that in which conversations begin. */
const MAX_DIRECTORIES = 4;

/** Tells what this machine does now, and where it last did something, by its open conversations. */
export class SelfReports {
  readonly #conversations: Pick<Conversations, "all">;
  /** The directories of conversations, also of those that were let go since. */
  readonly #directories = new RecentSet<string>(MAX_DIRECTORIES);

  constructor(conversations: Pick<Conversations, "all">) {
    this.#conversations = conversations;
  }

  /** What to tell now. */
  async now({ cwd, opencode }: Pick<SelfReport, "cwd" | "opencode">): Promise<SelfReport> {
    const opened = await Promise.allSettled(this.#conversations.all());
    const open = opened.flatMap((one) => one.status === "fulfilled" ? one.value : []);
    const running = open.flatMap(({ queue }) => queue.turns)
      .filter(({ record }) => record.state.kind !== "queued").length;
    for (const { record: { directory } } of open) {
      if (directory !== cwd) this.#directories.add(directory);
    }
    return { cwd, opencode, running, directories: [cwd, ...this.#directories] };
  }
}
