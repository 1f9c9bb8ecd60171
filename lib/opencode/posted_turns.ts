import { RecentMap } from "../base/recent_map.ts";
import type { Posted } from "../model/ports.ts";
import type { Run } from "../model/turn.ts";
import type { EndpointSource } from "./http/endpoint.ts";

/** How many turns are remembered; more than can be in doubt at once. */
const MAX_TURNS = 1_000;

/** Remembers to which server turns were posted, as long as it is not known what became of them. */
export class PostedTurns {
  readonly #endpoint: EndpointSource;
  /** Turns that were posted without success: user message → the address of the server. */
  readonly #servers = new RecentMap<string, string>(MAX_TURNS);

  constructor(endpoint: EndpointSource) {
    this.#endpoint = endpoint;
  }

  /**
   * Posts a turn.
   *
   * @param cancelled Ends the wait for the server.
   */
  async post(
    { userMessageId }: Run,
    act: () => Promise<Posted>,
    signal: AbortSignal,
    cancelled: AbortSignal = signal,
  ): Promise<Posted> {
    const { url } = await this.#endpoint(AbortSignal.any([signal, cancelled]));
    this.#servers.set(userMessageId, url);
    const posted = await act();
    this.#servers.delete(userMessageId);
    return posted;
  }

  /** Whether the server has ended to which a turn was posted; waits until there is one. */
  async isGone({ userMessageId }: Run, signal: AbortSignal): Promise<boolean> {
    const { url, isNew = false } = await this.#endpoint(signal);
    const before = this.#servers.get(userMessageId);
    return before === undefined ? isNew : before !== url;
  }
}
