import { assert, assertEquals } from "@std/assert";
import type { AgentRequest } from "../../../lib/model/agent_request.ts";
import type { FollowedTurn } from "../../../lib/model/followed_turn.ts";
import type { Run, Work } from "../../../lib/model/turn.ts";
import { Opencode } from "../../../lib/opencode/opencode.ts";
import { endOf } from "../end.ts";
import { until } from "../../until.ts";
import { type StandInOptions, startV2StandIn, type V2StandIn } from "../v2_stand_in/v2_stand_in.ts";

/** Where its sessions are. */
export const DIRECTORY = "/work";

/** An {@linkcode Opencode} on a stand-in. */
export class World implements AsyncDisposable {
  server: V2StandIn;
  readonly warnings: string[] = [];
  readonly #stopping = new AbortController();
  readonly signal = this.#stopping.signal;
  readonly opencode: Opencode;
  readonly #running: Promise<void>;

  constructor(options: StandInOptions = {}) {
    this.server = startV2StandIn(options);
    const warn = (text: string) => void this.warnings.push(text);
    this.opencode = new Opencode({
      endpoint: () => {
        const { url, password } = this.server;
        return Promise.resolve({ url, password, generation: 2 });
      },
      log: { error: warn, warn, info() {}, debug() {} },
      backoffMs: 1,
    });
    this.#running = this.opencode.run(this.signal);
  }

  async session(): Promise<{ id: string; directory: string }> {
    await until("the stream is open", () => this.opencode.open);
    const id = await this.opencode.createSession(DIRECTORY, this.signal);
    return { id, directory: DIRECTORY };
  }

  /** Posts a turn, and follows it. */
  async turn(
    session: { id: string; directory: string },
    work: Work,
    choice: Parameters<Opencode["begin"]>[1] = {},
  ): Promise<{ run: Run; followed: FollowedTurn }> {
    const begun = this.opencode.begin(session, choice);
    const first = this.#follow(begun);
    const { userMessageId } = await this.opencode.post(begun, work, this.signal);
    const run = { ...begun, userMessageId };
    if (userMessageId === begun.userMessageId) return { run, followed: first };
    first.close();
    return { run, followed: this.#follow(run) };
  }

  /** Follows a turn; after a gap its session is read again, as the bridge does. */
  #follow(run: Run): FollowedTurn {
    const followed: FollowedTurn = this.opencode.follow(run, (news) => {
      if (news === "gap") followed.refresh(this.signal).catch(() => {});
    });
    return followed;
  }

  /** Makes a request of somebody else. */
  async post(path: string, body: unknown, method = "POST"): Promise<void> {
    const authorization = `Basic ${btoa(`opencode:${this.server.password}`)}`;
    const init = { method, headers: { authorization }, body: JSON.stringify(body) };
    const response = await fetch(`${this.server.url}${path}`, init);
    await response.body?.cancel();
    assert(response.ok);
  }

  /** Waits for the end of a turn as the bridge does. */
  async end(followed: FollowedTurn): Promise<ReturnType<typeof endOf>> {
    await until("the turn has ended", () => followed.hasEnded);
    assertEquals(await followed.refresh(this.signal), false);
    return endOf(followed.read());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await this.server.stop();
  }
}

/** Waits until the agent asks for something. */
export async function asked(followed: FollowedTurn): Promise<AgentRequest> {
  await until("the agent asks", () => followed.requests.length > 0);
  const [request] = followed.requests;
  assert(request);
  return request;
}
