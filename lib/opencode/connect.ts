import { describe, UsageError } from "../base/errors.ts";
import { knownSecrets } from "../base/known_secrets.ts";
import type { Log } from "../base/log.ts";
import { urlPassword, urlUser } from "../base/url_credentials.ts";
import type { Endpoint, EndpointSource } from "./http/endpoint.ts";
import { reason } from "./http/reason.ts";
import { Opencode } from "./opencode.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import { waitForHealth } from "./server/readiness.ts";
import { OpencodeServer } from "./server/server.ts";
import { describeVersion, type ServerVersion } from "./server/server_version.ts";

/** How long a server that somebody else runs may take until it answers, in milliseconds. */
const REACH_MS = 3_000;

/** Which opencode to use. */
export interface ConnectOptions {
  /** A running server, whose password may stand in the URL; empty for a server of our own. */
  readonly url: string;
  /** Name or path of the opencode binary. */
  readonly command: string;
  /** The directory in which a server of our own is started. */
  readonly cwd: string;
  /** Where a server of our own keeps its log, and how to find it again. */
  readonly stateDir: string;
  readonly log: Log;
}

/** An opencode, and the server of our own behind it unless somebody else runs it. */
export interface ConnectedOpencode {
  readonly agent: Opencode;
  readonly server: OpencodeServer | undefined;
  /** Where the server listens; starts it when it does not run. */
  readonly endpoint: EndpointSource;
  /** What our own server is, or the host of somebody else's and what it is; empty when it is not known. */
  readonly name: string;
  /** Why the server cannot be reached; empty when it can. */
  readonly away: string;
  /**
   * Starts our own server. Somebody else's has some seconds to answer; when it does not, the log warns.
   *
   * @throws {UsageError} When our own cannot be started, or what answers cannot be used.
   */
  reach(signal: AbortSignal): Promise<void>;
}

/** Makes the way to an opencode. Nothing is started before it is needed. */
export function connectOpencode(options: ConnectOptions): ConnectedOpencode {
  const { url, command, cwd, stateDir, log } = options;
  const server = url === "" ? new OpencodeServer({ command, cwd, stateDir, log }) : undefined;
  const endpoint: EndpointSource = async (signal) =>
    await server?.endpoint(signal) ?? attached(url);
  const onLost = () => server?.check().catch((error) => log.error(describe(error)));
  const agent = new Opencode({ endpoint, log, onLost });
  let away = "";
  let found: ServerVersion | undefined;
  return {
    server,
    endpoint,
    agent,
    get name() {
      const running = server?.running ?? found;
      const version = running ? describeVersion(running) : "";
      return server ? version : [new URL(url).host, version].filter((part) => part).join(", ");
    },
    get away() {
      return agent.open ? "" : agent.trouble || away;
    },
    async reach(signal) {
      if (server) return void await server.endpoint(signal);
      const address = attached(url);
      const wait = { isThere: () => true, timeoutMs: REACH_MS, stopping: signal };
      try {
        found = await waitForHealth(address, wait);
      } catch (error) {
        if (error instanceof UsageError) throw error;
        away = reason(error);
        if (!signal.aborted) log.warn(terminalTexts("en").opencodeAway(address.url, away));
      }
    },
  };
}

/** A server that somebody else runs. What its URL does not say of user and password, opencode's own variables do. */
function attached(address: string): Endpoint {
  const url = new URL(address).origin;
  const user = urlUser(address) || Deno.env.get("OPENCODE_SERVER_USERNAME");
  const password = urlPassword(address) || Deno.env.get("OPENCODE_SERVER_PASSWORD");
  knownSecrets.add("opencode password", password ?? "");
  return { url, ...(user ? { user } : {}), ...(password ? { password } : {}) };
}
