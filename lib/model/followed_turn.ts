import type { AgentRequest } from "./agent_request.ts";
import type { ToolImage } from "./agent_tool.ts";
import type { OutsideAct } from "./outside_act.ts";
import type { PromptMark } from "./prompt.ts";
import type { ModelRetry, Reading } from "./reading.ts";

/** A turn that is followed. */
export interface FollowedTurn {
  /** Whether the turn has ended, according to the events so far. */
  readonly hasEnded: boolean;
  /** Whether it has ended for its reader, and the agent goes on with it without end; see `Reading.isEndless`. */
  readonly isEndless: boolean;
  /** What the agent waits for to ask the model again, if it does. Cheap to read. */
  readonly retry: ModelRetry | undefined;
  /** The open requests of the agent. Cheap to read. */
  readonly requests: readonly AgentRequest[];
  /** Whether these are all. If not, those are missing that were asked before the turn was followed. */
  readonly areRequestsListed: boolean;
  /** What others did to the turn's requests and permissions, oldest first. Cheap to read. */
  readonly outsideActs: readonly OutsideAct[];
  /** The last prompt of the turn: its own, or one that the agent has answered along with it. */
  readonly lastPrompt: PromptMark | undefined;
  /** Whether a prompt was answered along with the turn's own. */
  answers(promptId: string): boolean;
  /** The pictures that tools have returned since the last call. After a gap, earlier ones may come again. */
  takeImages(): readonly ToolImage[];
  /** What a reader should see now. The cost grows with the length of the turn. */
  read(): Reading;
  /**
   * Asks the server for the state of the turn, and fills in missed events.
   *
   * @returns Whether the session is busy.
   */
  refresh(signal: AbortSignal): Promise<boolean>;
  /** Stops following. */
  close(): void;
}
