import type { MachineState } from "../../model/machine.ts";
import type { Conversations } from "../conversations.ts";

/** What a machine tells of itself with each sign of life. */
export type SelfReport = Pick<MachineState, "cwd" | "directories" | "opencode" | "running">;

/** How many directories are told at most. */
const MAX_DIRECTORIES = 5;

/** What this machine does now, by its open conversations. */
export async function selfReport(
  conversations: Pick<Conversations, "all">,
  { cwd, opencode }: Pick<SelfReport, "cwd" | "opencode">,
): Promise<SelfReport> {
  const opened = await Promise.allSettled(conversations.all());
  const open = opened.flatMap((one) => one.status === "fulfilled" ? one.value : []);
  const running = open.flatMap(({ queue }) => queue.turns)
    .filter(({ record }) => record.state.kind !== "queued").length;
  const directories = [...new Set([cwd, ...open.map(({ record }) => record.directory)])];
  return { cwd, opencode, running, directories: directories.slice(0, MAX_DIRECTORIES) };
}
