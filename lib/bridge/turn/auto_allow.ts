import { describe } from "../../base/errors.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { clipLine } from "../../base/text.ts";
import type { AgentRequest, PermissionRequest } from "../../model/agent_request.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { Agent } from "../../model/ports.ts";
import { type Allowed, runOf, type TurnRecord } from "../../model/turn.ts";
import type { Services } from "../services.ts";
import type { BridgeSettings } from "../settings.ts";
import { harmlessFile } from "./harmless_file.ts";

/** What {@linkcode AutoAllow} needs. */
export interface AutoAllowOptions extends Pick<Services, "texts" | "log" | "signal"> {
  readonly agent: Pick<Agent, "decide">;
  readonly settings: Pick<BridgeSettings, "stateDir" | "ownsAgent">;
  readonly conversation: { readonly record: Pick<ConversationRecord, "auto"> };
  /** What an earlier run of the program has allowed in the turn. */
  readonly allowed?: Allowed | undefined;
  /** Stores what was allowed so far. */
  readonly noteAllowed: (allowed: Allowed) => Promise<unknown>;
}

/** How many characters of a file's name are shown. */
const NAME_CHARS = 100;

/** Allows what `/auto` lets through, each request once; all else is asked. */
export class AutoAllow {
  readonly #options: AutoAllowOptions;
  /** Called when a request that was held back is to be asked. */
  readonly #onAsk: () => void;
  /** The id of a request → what becomes of it. */
  readonly #known = new Map<string, "held" | "asked">();
  #allowed: Allowed | undefined;

  constructor(options: AutoAllowOptions, onAsk: () => void) {
    this.#options = options;
    this.#onAsk = onAsk;
    this.#allowed = options.allowed;
  }

  /** The line on the turn's card that says what was allowed, if anything was. */
  get note(): string | undefined {
    if (this.#allowed === undefined) return undefined;
    const { count, last } = this.#allowed;
    return this.#options.texts.autoAllowed(count, last);
  }

  /** The requests that people have to answer, of those that are open; others are answered here. */
  asked(requests: readonly AgentRequest[], turn: TurnRecord): readonly AgentRequest[] {
    return requests.filter((request) => {
      const known = this.#known.get(request.id);
      if (known !== undefined) return known === "asked";
      if (request.kind === "question" || !this.#isOn(turn)) {
        this.#known.set(request.id, "asked");
        return true;
      }
      this.#known.set(request.id, "held");
      this.#allow(request, turn).catch((error) => {
        this.#options.log.warn(`/auto cannot allow ${request.id}: ${describe(error)}`);
        return false;
      }).then((isAllowed) => {
        if (isAllowed) return;
        this.#known.set(request.id, "asked");
        this.#onAsk();
      });
      return false;
    });
  }

  /** Leaves these requests to people: their cards may be in the chat. */
  leave(requests: readonly AgentRequest[]): void {
    for (const { id } of requests) this.#known.set(id, "asked");
  }

  /** Whether somebody has let something through in their own turns, and the time is not over. */
  #isOn(turn: TurnRecord): boolean {
    const { conversation: { record: { auto } }, settings } = this.#options;
    const directory = runOf(turn)?.directory;
    if (auto === undefined || !settings.ownsAgent) return false;
    if (auto.until <= Date.now()) return false;
    const isTheirs = auto.by === turn.sender && turn.begunBy === undefined;
    return isTheirs && auto.directory === directory;
  }

  async #allow(request: PermissionRequest, turn: TurnRecord): Promise<boolean> {
    const { agent, settings: { stateDir }, noteAllowed, log, signal } = this.#options;
    const directory = runOf(turn)?.directory ?? "";
    const file = await harmlessFile(request, { directory, stateDir });
    // Somebody may have ended it meanwhile.
    if (file === undefined || !this.#isOn(turn)) return false;
    const how = await agent.decide(directory, request.id, { reply: "once" }, signal);
    if (how === "gone") return true;
    log.info(`/auto has allowed ${request.id}: ${request.permission}`);
    const last = clipLine(knownSecrets.hide(`${request.permission} ${file}`), NAME_CHARS);
    this.#allowed = { count: (this.#allowed?.count ?? 0) + 1, last };
    await noteAllowed(this.#allowed)
      .catch((error) => log.warn(`cannot note what /auto has allowed: ${describe(error)}`));
    return true;
  }
}
