import { usage } from "../texts/usage.ts";
import type { CliCommand } from "./options.ts";

/** An exit code, and the only commands that have it. */
interface ExitCode {
  readonly code: number;
  readonly of?: readonly CliCommand[];
  readonly doc: string;
}

const { exitCodes: docs } = usage;

/** What the exit codes mean. `attach` has those of opencode. */
export const EXIT_CODES: readonly ExitCode[] = [
  { code: 0, doc: docs.success },
  { code: 1, doc: docs.failure },
  { code: 2, doc: docs.mistake },
  { code: 3, of: ["status", "send", "ask", "chats"], doc: docs.noBridge },
  { code: 3, of: ["update"], doc: docs.newVersion },
  { code: 4, of: ["status"], doc: docs.notConnected },
  { code: 4, of: ["ask"], doc: docs.cancelled },
  { code: 5, of: ["ask"], doc: docs.unanswered },
  { code: 124, of: ["ask"], doc: docs.timedOut },
  { code: 130, doc: docs.interrupted },
  { code: 130, of: ["ask"], doc: docs.waitEnded },
];
