import { ApiError } from "../errors.ts";
import type { Watch } from "../opencode/agent.ts";
import { messageId, partId } from "../opencode/ids.ts";
import type { Conversation, Prompt, Run } from "../records.ts";
import type { Texts } from "../texts.ts";
import type { TurnHome } from "./turn.ts";
import type { TurnAgent } from "./turn_agent.ts";

/** The ids of a turn, made before anything uses them, and the conversation that is bound to its session. */
export async function beginRun(
  home: TurnHome,
  agent: Pick<TurnAgent, "createSession">,
  signal: AbortSignal,
): Promise<{ run: Run; conversation: Conversation }> {
  const { directory, sessionId, model, agent: chosen } = home.conversation;
  const run: Run = {
    sessionId: sessionId ?? await agent.createSession(directory, signal),
    directory,
    userMessageId: messageId(),
    partId: partId(),
    startedAt: Date.now(),
    ...(model === undefined ? {} : { model }),
    ...(chosen === undefined ? {} : { agent: chosen }),
  };
  return { run, conversation: home.bind(run.sessionId, directory, sessionId) };
}

/** A turn whose ids are stored, on its way to opencode. */
export interface Posting {
  readonly prompt: () => Prompt;
  readonly save: (run: Run, conversation?: Conversation) => Promise<void>;
  /** Follows a run instead of the one before. */
  readonly watch: (run: Run) => Watch;
  /** Called with what the reader must know at the end too. */
  readonly tell: (notice: string) => void;
  /** Whether an earlier run of the program may have posted it. */
  readonly inDoubt: boolean;
  readonly home: Pick<TurnHome, "bind">;
  readonly agent: TurnAgent;
  readonly texts: Texts;
  readonly signal: AbortSignal;
}

/** Gives the prompt to opencode, once, also when an earlier attempt is in doubt. */
export async function postRun(posting: Posting): Promise<void> {
  const { prompt, save, watch, tell, inDoubt, home, agent, texts, signal } = posting;
  for (let lost = false;; lost = true) {
    const { run } = prompt();
    if (run === undefined) throw new Error("the turn has not begun");
    watch(run);
    if (run.postedAt !== undefined) return;
    try {
      const known = inDoubt && await agent.hasPrompt(run, signal);
      const posted = known ? run : await agent.post(run, prompt(), signal);
      const { userMessageId } = posted;
      if ("unreadable" in posted && posted.unreadable) tell(texts.pictureUnreadable);
      const now = { ...run, userMessageId, postedAt: Date.now() };
      await save(now);
      // What the events told until now may have been all, and of another id. It is looked at again later.
      if (userMessageId !== run.userMessageId) await watch(now).resync(signal).catch(() => {});
      return;
    } catch (error) {
      const gone = error instanceof ApiError && error.code === 404;
      if (!gone || lost) throw error;
      // The session was deleted, or opencode's data was; the conversation goes on in a fresh one.
      tell(texts.sessionLost);
      const sessionId = await agent.createSession(run.directory, signal);
      await save({ ...run, sessionId }, home.bind(sessionId, run.directory, run.sessionId));
    }
  }
}

/** Takes back a compaction that came to nothing: opencode would repeat it in place of the next prompt. */
export async function forgetCompaction(
  { sessionId: id, directory, userMessageId }: Run,
  agent: Pick<TurnAgent, "api">,
  signal: AbortSignal,
): Promise<void> {
  await agent.api.removeMessage({ id, directory }, userMessageId, signal);
}
