import type { Posted, Unstored } from "../../model/ports.ts";
import type { Run, Work } from "../../model/turn.ts";
import type { ClientOptions } from "../http/client.ts";
import { EventStream, type StreamHandlers } from "../http/event_stream.ts";
import type { Wire } from "../wire.ts";
import { OpencodeApi } from "./api.ts";
import { parseGlobalEvent } from "./event.ts";
import { messageId, partId } from "./ids.ts";
import { actsUnstored, findPosted, post } from "./post.ts";

/** The API of opencode 1.x: its requests, and what takes more than one of them. */
export class WireV1 extends OpencodeApi implements Wire {
  readonly #options: ClientOptions;
  /** Turns that were posted without success: user message → the address of the server. */
  readonly #servers = new Map<string, string>();

  constructor(options: ClientOptions) {
    super(options);
    this.#options = options;
  }

  newIds(): Pick<Run, "userMessageId" | "partId"> {
    return { userMessageId: messageId(), partId: partId() };
  }

  async post(
    run: Run,
    work: Work,
    signal: AbortSignal,
    cancelled: AbortSignal = signal,
  ): Promise<Posted> {
    const { userMessageId } = run;
    const { url } = await this.#options.endpoint(AbortSignal.any([signal, cancelled]));
    this.#servers.set(userMessageId, url);
    const posted = await post(this, run, work, signal, cancelled);
    this.#servers.delete(userMessageId);
    return posted;
  }

  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined> {
    return findPosted(this, run, work, signal);
  }

  async unstored(
    { directory, userMessageId }: Run,
    { task }: Work,
    signal: AbortSignal,
  ): Promise<Unstored> {
    if (task?.kind !== "command") return "nothing";
    if (!await actsUnstored(this, directory, task, signal)) return "nothing";
    const { url, isNew = false } = await this.#options.endpoint(signal);
    const before = this.#servers.get(userMessageId);
    const hasEnded = before === undefined ? isNew : before !== url;
    return hasEnded ? "stopped" : "running";
  }

  /** The server sends a heartbeat every 10 s and replays nothing (observed on opencode 1.18.33). */
  events(handlers: StreamHandlers): EventStream {
    const { endpoint } = this.#options;
    return new EventStream({
      ...handlers,
      endpoint,
      path: "/global/event",
      parse: parseGlobalEvent,
    });
  }
}
