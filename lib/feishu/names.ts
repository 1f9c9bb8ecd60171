import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { RecentMap } from "../base/recent_map.ts";
import type { PastMessage } from "../model/past_message.ts";
import type { FeishuClient } from "./rest/client.ts";
import { PEOPLE_PER_CALL, peopleNames } from "./rest/people_names.ts";

/** What {@linkcode Names} need. */
export interface NamesOptions {
  readonly api: Pick<FeishuClient, "call">;
  readonly log: Log;
}

/** A name, empty if Feishu does not tell it, and until when it counts (ms since 1970). */
interface Known {
  readonly name: string;
  readonly until: number;
}

/** How many names are remembered, and for how long, in milliseconds: people change theirs. */
const MAX_NAMES = 2_000;
const NAME_MS = 24 * 3_600_000;
/** How many people one reading asks for: each call counts. */
const PER_READING = 40;
/** How long names may take, in milliseconds. They are an extra, so nobody waits long for them. */
const ASK_MS = 3_000;
/** How long nobody is asked for after a refusal, for example of the scope, and after a failure that may pass. */
const REFUSED_MS = 3_600_000;
const FAILED_MS = 60_000;

/** The names of people by their `open_id`, as far as Feishu tells them: see {@linkcode peopleNames}. */
export class Names {
  readonly #options: NamesOptions;
  readonly #known = new RecentMap<string, Known>(MAX_NAMES);
  #offUntil = 0;

  constructor(options: NamesOptions) {
    this.#options = options;
  }

  /** Messages, and those that they forward, with the names of the people who wrote them, as far as they are known. */
  async fill(
    messages: readonly PastMessage[],
    signal: AbortSignal,
  ): Promise<PastMessage[]> {
    const authors = messages.flatMap(authorsOf);
    for (const { id, name } of authors) if (name !== undefined) this.#learn(id, name);
    const unknown = authors.filter(({ id, name }) =>
      name === undefined && isPerson(id) && !this.#isKnown(id)
    ).map(({ id }) => id);
    await this.#ask([...new Set(unknown)].slice(0, PER_READING), signal);
    return messages.map((message) => this.#named(message));
  }

  /** Asks for names in a bounded time. What fails is left out. */
  async #ask(openIds: readonly string[], signal: AbortSignal): Promise<void> {
    if (openIds.length === 0 || Date.now() < this.#offUntil) return;
    const { api, log } = this.#options;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    try {
      for (let i = 0; i < openIds.length; i += PEOPLE_PER_CALL) {
        const ids = openIds.slice(i, i + PEOPLE_PER_CALL);
        const names = await peopleNames(api, ids, limited);
        // A person who is not among them has no name for a while.
        for (const id of ids) this.#learn(id, names.get(id) ?? "");
      }
    } catch (error) {
      signal.throwIfAborted();
      const mayPass = isRetryable(error) || error instanceof DOMException;
      this.#offUntil = Date.now() + (mayPass ? FAILED_MS : REFUSED_MS);
      log.debug(`people are not called by their names for a while: ${describe(error)}`);
    }
  }

  #isKnown(openId: string): boolean {
    return (this.#known.get(openId)?.until ?? 0) > Date.now();
  }

  #learn(openId: string, name: string): void {
    this.#known.set(openId, { name, until: Date.now() + NAME_MS });
  }

  #named(message: PastMessage): PastMessage {
    const { author } = message;
    const name = author.name ?? this.#known.get(author.id)?.name;
    return {
      ...message,
      author: { ...author, ...(name && { name }) },
      forwards: message.forwards.map((one) => this.#named(one)),
    };
  }
}

function authorsOf({ author, forwards }: PastMessage): PastMessage["author"][] {
  return [author, ...forwards.flatMap(authorsOf)];
}

/** Apps have ids of another kind. */
function isPerson(id: string): boolean {
  return id.startsWith("ou_");
}
