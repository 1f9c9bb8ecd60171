import type { Prompt } from "../../model/prompt.ts";
import type { Posted, Unstored } from "../../model/ports.ts";
import type { SessionRef } from "../../model/session.ts";
import type { Run, Work } from "../../model/turn.ts";
import type { ClientOptions } from "../http/client.ts";
import type { StreamKind } from "../http/event_stream.ts";
import { PostedTurns } from "../posted_turns.ts";
import type { Wire } from "../wire.ts";
import { OpencodeApi } from "./api.ts";
import { at, Caller } from "./caller.ts";
import { readEvents } from "./event.ts";
import { leadMs } from "./lead.ts";
import { actsUnstored, findPosted, post } from "./post.ts";

/** Among how many of the newest messages a prompt is that was not read yet. */
const NEWEST = 20;

/** The API of opencode 1.x: its requests, and what takes more than one of them. */
export class WireV1 extends OpencodeApi implements Wire {
  /** The server sends a heartbeat every 10 s and replays nothing (observed on opencode 1.18.33). */
  readonly stream: StreamKind = { path: "/global/event", silenceMs: 30_000, read: readEvents };
  readonly showsOthers = false;
  readonly canShare = true;
  readonly #turns: PostedTurns;
  readonly #caller: Caller;

  constructor(options: ClientOptions) {
    super(options);
    this.#caller = new Caller(options);
    this.#turns = new PostedTurns(options.endpoint);
  }

  post(run: Run, work: Work, signal: AbortSignal, cancelled?: AbortSignal): Promise<Posted> {
    return this.#turns.post(run, () => post(this, run, work, signal, cancelled), signal, cancelled);
  }

  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined> {
    return findPosted(this, run, work, signal);
  }

  /** A busy session keeps its messages, but not their parts: what has none is not read (observed on 1.18.33). */
  async withdraw(session: SessionRef, id: string, signal: AbortSignal): Promise<boolean> {
    const newest = await this.messages(session, { limit: NEWEST }, signal);
    const i = newest.findIndex(({ info }) => info.id === id);
    const isRead = newest.slice(i + 1).some(({ info }) => info.role === "assistant");
    const { parts = [] } = newest[i] ?? {};
    if (isRead || parts.length === 0) return false;
    for (const part of parts) {
      const where = at(session, "message", id, "part", part.id);
      await this.#caller.post({ ...where, method: "DELETE", signal });
    }
    return true;
  }

  leadMs(session: SessionRef, signal: AbortSignal): Promise<number> {
    return leadMs(this.#caller, session, signal);
  }

  /** Here a turn that was begun elsewhere is only kept apart from ours. */
  prompts(): Promise<readonly Prompt[]> {
    return Promise.resolve([]);
  }

  async unstored(run: Run, { task }: Work, signal: AbortSignal): Promise<Unstored> {
    if (task?.kind !== "command") return "nothing";
    if (!await actsUnstored(this, run.directory, task, signal)) return "nothing";
    return await this.#turns.isGone(run, signal) ? "stopped" : "running";
  }
}
