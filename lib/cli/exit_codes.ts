import { usage } from "../texts/usage.ts";
import type { CliCommand } from "./options.ts";

/** The exit codes that have a name; scripts know the numbers. */
export const EXIT = {
  failure: 1,
  mistake: 2,
  /** As the Linux Standard Base defines it for `status`. */
  noBridge: 3,
  newVersion: 3,
  notConnected: 4,
  /** A turn that was cancelled, and one in which nobody answered what the agent asked. */
  cancelled: 4,
  unanswered: 5,
  /** A wait that took too long, as that of timeout(1). */
  timedOut: 124,
  /** What Ctrl-C ended, as shells have it. */
  interrupted: 130,
} as const;

/** An exit code, and the only commands that have it. */
interface ExitCode {
  readonly code: number;
  readonly of?: readonly CliCommand[];
  /** The commands that do not have it. */
  readonly notOf?: readonly CliCommand[];
  readonly doc: string;
}

const { exitCodes: docs } = usage;

/** What the exit codes mean. `attach` has those of opencode. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: 0, doc: docs.success },
  { code: EXIT.failure, doc: docs.failure },
  { code: EXIT.mistake, doc: docs.mistake },
  { code: EXIT.noBridge, of: ["status", "send", "ask", "chats"], doc: docs.noBridge },
  { code: EXIT.newVersion, of: ["update"], doc: docs.newVersion },
  { code: EXIT.notConnected, of: ["status"], doc: docs.notConnected },
  { code: EXIT.cancelled, of: ["ask"], doc: docs.cancelled },
  { code: EXIT.unanswered, of: ["ask"], doc: docs.unanswered },
  { code: EXIT.timedOut, of: ["ask"], doc: docs.timedOut },
  { code: EXIT.interrupted, notOf: ["run"], doc: docs.interrupted },
  { code: EXIT.interrupted, of: ["ask"], doc: docs.waitEnded },
];
