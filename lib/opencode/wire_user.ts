import type { AgentRules, SavedRule } from "../model/agent_rules.ts";
import type { AgentSessions } from "../model/agent_sessions.ts";
import type {
  ExportedTurn,
  PastTurn,
  Session,
  SessionHistory,
  SessionRef,
} from "../model/session.ts";
import type { FilePatch } from "../model/tool_call.ts";
import { exportTurns } from "./export_turns.ts";
import { unlessRefused } from "./http/answer.ts";
import type { ClientOptions } from "./http/client.ts";
import type { Endpoint, EndpointSource } from "./http/endpoint.ts";
import { refused } from "./http/request.ts";
import { readChanges } from "./read_changes.ts";
import { readHistory } from "./read_history.ts";
import type { Generation } from "./server/server_version.ts";
import { WireV1 } from "./v1/wire_v1.ts";
import { WireV2 } from "./v2/wire_v2.ts";
import type { Wire } from "./wire.ts";

/** How many sessions of a directory are listed. */
const SESSIONS = 200;

/** Requests to opencode between turns, through the adapter for the generation of the server that answers. */
export class WireUser implements AgentSessions, AgentRules {
  readonly #endpoint: EndpointSource;
  readonly #wires: Readonly<Record<Generation, Wire>>;

  constructor(options: ClientOptions) {
    this.#endpoint = options.endpoint;
    this.#wires = { 1: new WireV1(options), 2: new WireV2(options) };
  }

  async createSession(directory: string, signal: AbortSignal): Promise<string> {
    return (await this.use(signal, (wire) => wire.createSession(directory, signal))).id;
  }

  async session(session: SessionRef, signal: AbortSignal): Promise<Session | undefined> {
    return await this.use(signal, (wire) => wire.session(session, signal));
  }

  async sessions(directory: string, signal: AbortSignal): Promise<Session[]> {
    const query = { directory, limit: SESSIONS };
    const found = await this.use(signal, (wire) => wire.sessions(query, signal));
    return found.filter(({ archived }) => archived === undefined);
  }

  async history(session: SessionRef, signal: AbortSignal): Promise<SessionHistory | undefined> {
    return await this.use(signal, (wire) => readHistory(wire, session, signal));
  }

  async changes(session: SessionRef, turn: PastTurn, signal: AbortSignal): Promise<FilePatch[]> {
    return await this.use(signal, (wire) => readChanges(wire, session, turn, signal));
  }

  async rewind(session: SessionRef, turnId: string | null, signal: AbortSignal): Promise<boolean> {
    const request = this.use(
      signal,
      (wire) =>
        turnId === null ? wire.unrevert(session, signal) : wire.revert(session, turnId, signal),
    );
    return await unlessRefused(request.then(() => true), 409) ?? false;
  }

  async restoredFiles(
    session: SessionRef,
    { id }: PastTurn,
    signal: AbortSignal,
  ): Promise<string[]> {
    const changes = await this.use(signal, (wire) => wire.diff(session, id, signal));
    return changes.map(({ file }) => file);
  }

  async rename(session: SessionRef, title: string, signal: AbortSignal): Promise<void> {
    await this.use(signal, (wire) => wire.rename(session, title, signal));
  }

  async fork(
    session: SessionRef,
    before: string | undefined,
    signal: AbortSignal,
  ): Promise<Session> {
    return await this.use(signal, (wire) => wire.fork(session, before, signal));
  }

  async canShare(signal: AbortSignal): Promise<boolean> {
    return await this.use(signal, ({ canShare }) => Promise.resolve(canShare));
  }

  async share(session: SessionRef, signal: AbortSignal): Promise<string> {
    const { sharedAt } = await this.use(signal, (wire) => wire.share(session, true, signal));
    if (sharedAt !== undefined) return sharedAt;
    throw refused(
      "opencode did not say the address",
      "unexpected-answer",
      "POST session/:id/share",
    );
  }

  async unshare(session: SessionRef, signal: AbortSignal): Promise<void> {
    await this.use(signal, (wire) => wire.share(session, false, signal));
  }

  async exportTurns(
    session: SessionRef,
    signal: AbortSignal,
  ): Promise<ExportedTurn[] | undefined> {
    return await this.use(signal, (wire) => exportTurns(wire, session, signal));
  }

  async savedRules(directory: string, signal: AbortSignal): Promise<SavedRule[] | undefined> {
    return await this.use(signal, (wire) => wire.savedRules(directory, signal));
  }

  async rulesSince(signal: AbortSignal): Promise<number | undefined> {
    return (await this.#endpoint(signal)).startedAt;
  }

  async forgetRules(
    directory: string,
    ids: readonly string[],
    signal: AbortSignal,
  ): Promise<boolean> {
    return await this.use(signal, (wire) => wire.forgetRules(directory, ids, signal));
  }

  /** Does something with the adapter for the server that answers; waits until there is one. */
  protected async use<T>(signal: AbortSignal, act: (wire: Wire) => Promise<T>): Promise<T> {
    return await act(this.wireOf(await this.#endpoint(signal)));
  }

  /** The adapter for a server. */
  protected wireOf({ generation = 1 }: Endpoint): Wire {
    return this.#wires[generation];
  }
}
