import type { News, Watch } from "../opencode/agent.ts";
import type { OpencodeApi } from "../opencode/api.ts";
import type { Posted, Work } from "../opencode/post.ts";
import type { Run } from "../records.ts";
import type { AgentAskContext } from "./agent_asks.ts";

/** What a turn needs of the agent. */
export interface TurnAgent {
  readonly api: AgentAskContext["agent"] & Pick<OpencodeApi, "removeMessage">;
  /** Creates a session in a directory and returns its id. */
  createSession(directory: string, signal: AbortSignal): Promise<string>;
  /** Gives a turn to opencode; doing it again for the same turn runs it once. */
  post(run: Run, work: Work, signal: AbortSignal): Promise<Posted>;
  /** Whether opencode has stored the run's user message. */
  hasPrompt(run: Run, signal: AbortSignal): Promise<boolean>;
  /** Ends what the session does, its tools included. */
  abort(run: Run, signal: AbortSignal): Promise<void>;
  /** Follows the run's turn. */
  watch(run: Run, onNews: (news: News) => void): Watch;
  /** The context window of `provider/model` in tokens, if it is known. */
  contextLimit(model: string): number | undefined;
}
