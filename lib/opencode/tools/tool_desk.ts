import { describe } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { RecentMap } from "../../base/recent_map.ts";
import { RecentSet } from "../../base/recent_set.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import type { AgentToolResult, OfferedTools } from "../../model/agent_tool.ts";
import { agentTexts } from "../../texts/agent.ts";
import type { Endpoint } from "../http/endpoint.ts";
import type { Wire, WireTools } from "../wire.ts";
import { bindCall, type BoundCall, type CallingTurn } from "./bind_call.ts";
import { MAX_DIRECTORIES } from "./mcp_address.ts";
import { type McpCall, McpServer } from "./mcp_server.ts";

/** What a {@linkcode ToolDesk} needs. */
export interface ToolDeskOptions extends OfferedTools {
  /** The turns that are followed. */
  readonly turns: () => Iterable<CallingTurn>;
  /** Reads the turns of a directory again: events may have been missed. */
  readonly reread: (directory: string) => void;
  /** How long a call may be ahead of the event that tells of it, in milliseconds; 5 s unless given. */
  readonly bindMs?: number;
  readonly log: Log;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** How long a call may be ahead of the event that tells of it unless the options say otherwise. */
const BIND_MS = 5_000;
/** After which part of that time the turns are read again. */
const REREAD = 0.3;
/** How long an offer to opencode may take, in milliseconds. Then the prompt goes without the tools. */
const OFFER_MS = 20_000;
/** How long it may take to take them back, in milliseconds. */
const WITHDRAW_MS = 1_000;
/** How many answered calls are remembered. Each belongs to a turn that runs, or ran a moment ago. */
const MAX_TAKEN = 1_000;

/** Tools that were offered to the agents of a directory. */
interface Offered {
  /** The token with which they can be called. */
  readonly token: string;
  /** Takes them back. */
  readonly withdraw: (signal: AbortSignal) => Promise<void>;
}

/** Where the agent calls the bridge's tools: offers them to each directory, and finds the turn of each call. */
export class ToolDesk {
  readonly #options: ToolDeskOptions;
  readonly #changed = new Wakeup();
  /** The calls that are answered, or are being, by turn and call. */
  readonly #taken = new RecentSet<string>(MAX_TAKEN);
  /** Where the tools were offered last, by the server's URL and the directory. */
  readonly #offered = new RecentMap<string, Offered>(MAX_DIRECTORIES);
  readonly #offers = new Map<string, Promise<void>>();
  /** Where they could not be offered the last time. */
  readonly #failed = new RecentSet<string>(MAX_DIRECTORIES);
  #server: McpServer | undefined;
  readonly #closed = Promise.withResolvers<void>();

  constructor(options: ToolDeskOptions) {
    this.#options = options;
    const { signal, log } = options;
    const close = async () => {
      await this.#withdraw();
      await this.#server?.close().catch((error) => log.debug(describe(error)));
      this.#closed.resolve();
    };
    signal.addEventListener("abort", close, { once: true });
  }

  /** Resolves when it has ended, with the calls that were still answered. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Aborts when it ends. */
  get signal(): AbortSignal {
    return this.#options.signal;
  }

  /** Notes that what the turns show has changed. */
  notify(): void {
    this.#changed.notify();
  }

  /**
   * Offers the tools to a directory's sessions, if opencode is on this machine and takes them; never rejects.
   * A prompt runs without them, too.
   */
  offer(
    endpoint: Endpoint,
    wire: Pick<Wire, "tools">,
    directory: string,
  ): Promise<void> {
    const { log, signal } = this.#options;
    const { tools } = wire;
    if (tools === undefined || !isHere(endpoint.url) || signal.aborted) return Promise.resolve();
    const key = `${endpoint.url} ${directory}`;
    const offer = this.#offers.get(key) ??
      this.#offer(key, tools, directory)
        .catch((error) => {
          this.#failed.add(key);
          log.debug(`the agent in ${directory} has no tools of ours: ${describe(error)}`);
        })
        .finally(() => this.#offers.delete(key));
    this.#offers.set(key, offer);
    // What has failed is tried again, but no prompt waits for it a second time.
    return this.#failed.has(key) ? Promise.resolve() : offer;
  }

  async #offer(key: string, wireTools: WireTools, directory: string): Promise<void> {
    const { tools, instructions, log, signal } = this.#options;
    const call = (call: McpCall) => this.#answer(call);
    this.#server ??= new McpServer({ tools, instructions, call, log });
    const address = this.#server.addressOf(directory);
    const ends = AbortSignal.any([signal, AbortSignal.timeout(OFFER_MS)]);
    const isKnown = this.#offered.get(key)?.token === address.token;
    if (!await wireTools.offer(directory, address, isKnown, ends)) {
      throw new Error("opencode does not reach them");
    }
    this.#failed.delete(key);
    const withdraw = (signal: AbortSignal) => wireTools.withdraw(directory, signal);
    this.#offered.set(key, { token: address.token, withdraw });
  }

  /** Takes the tools back, from a server that goes on without us; never rejects. */
  async #withdraw(): Promise<void> {
    const signal = AbortSignal.timeout(WITHDRAW_MS);
    await Promise.allSettled([...this.#offered.values()].map((one) => one.withdraw(signal)));
  }

  async #answer(call: McpCall): Promise<AgentToolResult> {
    const { log, signal } = this.#options;
    const bound = await this.#bind(call);
    signal.throwIfAborted();
    if (bound === undefined || bound === "unclear") {
      log.warn(`a call of ${call.tool} in ${call.directory} belongs to no turn that is known`);
      const text = bound === undefined ? agentTexts.callUnknown : agentTexts.callUnclear;
      return { text, isError: true };
    }
    const { sessionId, userMessageId } = bound.run;
    const { tool, input } = call;
    return await this.#options.call({ tool, input, sessionId, userMessageId, callId: bound.id });
  }

  /** Finds the turn of a call, and takes the call. The events may be a moment behind. */
  async #bind(call: McpCall): Promise<BoundCall | "unclear" | undefined> {
    const { turns, reread, bindMs = BIND_MS, signal } = this.#options;
    const begin = performance.now();
    for (let hasReread = false;;) {
      const found = bindCall(call, turns(), (bound) => this.#taken.has(keyOf(bound)));
      if (found === "unclear") return found;
      if (found !== undefined) {
        this.#taken.add(keyOf(found));
        return found;
      }
      const waitedMs = performance.now() - begin;
      if (waitedMs >= bindMs || signal.aborted) return undefined;
      if (waitedMs >= REREAD * bindMs && !hasReread) {
        hasReread = true;
        reread(call.directory);
      }
      // What was read again is no event.
      const waitMs = hasReread ? bindMs / 20 : REREAD * bindMs - waitedMs;
      await this.#changed.wait(Math.max(waitMs, 1), signal);
    }
  }
}

function keyOf({ run, id }: BoundCall): string {
  return `${run.sessionId} ${id}`;
}

/** Whether a server is on this machine: only there are the files, and only from there are we reached. */
function isHere(url: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(url).hostname);
}
