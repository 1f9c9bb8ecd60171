import type { News, Watch } from "../opencode/agent.ts";
import type { Run, SavedFile } from "../records.ts";
import type { AgentAskContext } from "./agent_asks.ts";

/** What a turn needs of the agent. */
export interface TurnAgent {
  readonly api: AgentAskContext["agent"];
  /** Creates a session in a directory and returns its id. */
  createSession(directory: string, signal: AbortSignal): Promise<string>;
  /** Posts a prompt; posting the same ids twice runs it once. */
  prompt(
    run: Run,
    text: string,
    files: readonly SavedFile[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Whether opencode has stored the run's user message. */
  hasPrompt(run: Run, signal: AbortSignal): Promise<boolean>;
  /** Ends what the session does, its tools included. */
  abort(run: Run, signal: AbortSignal): Promise<void>;
  /** Follows the run's turn. */
  watch(run: Run, onNews: (news: News) => void): Watch;
  /** The context window of `provider/model` in tokens, if it is known. */
  contextLimit(model: string): number | undefined;
}
