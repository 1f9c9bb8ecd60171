import type { Prompt } from "../../model/prompt.ts";
import type { Posted, Unstored } from "../../model/ports.ts";
import type { Run, Work } from "../../model/turn.ts";
import type { ClientOptions } from "../http/client.ts";
import type { StreamKind } from "../http/event_stream.ts";
import { PostedTurns } from "../posted_turns.ts";
import type { Wire } from "../wire.ts";
import { OpencodeApi } from "./api.ts";
import { readEvents } from "./event.ts";
import { actsUnstored, findPosted, post } from "./post.ts";

/** The API of opencode 1.x: its requests, and what takes more than one of them. */
export class WireV1 extends OpencodeApi implements Wire {
  /** The server sends a heartbeat every 10 s and replays nothing (observed on opencode 1.18.33). */
  readonly stream: StreamKind = { path: "/global/event", silenceMs: 30_000, read: readEvents };
  readonly showsOthers = false;
  readonly canShare = true;
  readonly #turns: PostedTurns;

  constructor(options: ClientOptions) {
    super(options);
    this.#turns = new PostedTurns(options.endpoint);
  }

  post(run: Run, work: Work, signal: AbortSignal, cancelled?: AbortSignal): Promise<Posted> {
    return this.#turns.post(run, () => post(this, run, work, signal, cancelled), signal, cancelled);
  }

  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined> {
    return findPosted(this, run, work, signal);
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
