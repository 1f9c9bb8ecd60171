import type { Posted, Unstored } from "../../model/ports.ts";
import type { Prompt } from "../../model/prompt.ts";
import type { SessionRef } from "../../model/session.ts";
import type { Run, Work } from "../../model/turn.ts";
import { unlessRefused } from "../http/answer.ts";
import type { ClientOptions } from "../http/client.ts";
import type { StreamKind } from "../http/event_stream.ts";
import { PostedTurns } from "../posted_turns.ts";
import type { Wire } from "../wire.ts";
import { findPosted, post } from "./post.ts";
import { SessionApi } from "./session_api.ts";

/** How many of the newest messages are searched for prompts that were put in elsewhere. */
const NEWEST = 50;

/** The API of opencode 2.0.4 and later: its requests, and what takes more than one of them. */
export class WireV2 extends SessionApi implements Wire {
  /** The server sends a comment every 15 s and replays nothing (observed on its pre-release). */
  readonly stream: StreamKind = {
    path: "/api/event",
    silenceMs: 40_000,
    read: (frame) => this.reader.read(frame),
  };

  readonly showsOthers = true;
  readonly canShare = false;
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

  /** It orders messages by their delivery, whatever the clock says. */
  leadMs(): Promise<number> {
    return Promise.resolve(0);
  }

  async prompts(session: SessionRef, signal: AbortSignal): Promise<readonly Prompt[]> {
    const messages = await unlessRefused(this.messages(session, { limit: NEWEST }, signal)) ?? [];
    return messages.flatMap(({ info, parts }) => {
      if (info.role !== "user") return [];
      const [part] = parts;
      if (part?.type !== "text") return [];
      const { id, created, isByAgent = false } = info;
      return [{ id, created, text: part.text, isByAgent }];
    });
  }

  /** Only a command is not stored once when it is posted again, and nothing tells what it does before. */
  async unstored(run: Run, { task }: Work, signal: AbortSignal): Promise<Unstored> {
    if (task?.kind !== "command") return "nothing";
    return await this.#turns.isGone(run, signal) ? "stopped" : "running";
  }
}
