import type { Posted } from "../../model/ports.ts";
import type { Run, Work } from "../../model/turn.ts";
import type { StreamKind } from "../http/event_stream.ts";
import type { Wire } from "../wire.ts";
import { findPosted, post } from "./post.ts";
import { SessionApi } from "./session_api.ts";

/** The API of opencode 2.0.4 and later: its requests, and what takes more than one of them. */
export class WireV2 extends SessionApi implements Wire {
  /** The server sends a comment every 15 s and replays nothing (observed on its pre-release). */
  readonly stream: StreamKind = {
    path: "/api/event",
    silenceMs: 40_000,
    read: (frame) => this.reader.read(frame),
  };

  post(run: Run, work: Work, signal: AbortSignal, cancelled?: AbortSignal): Promise<Posted> {
    return post(this, run, work, signal, cancelled);
  }

  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined> {
    return findPosted(this, run, work, signal);
  }
}
