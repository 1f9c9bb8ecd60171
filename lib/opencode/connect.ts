import { describe, UsageError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { AttachedServer } from "./attached_server.ts";
import type { EndpointSource } from "./http/endpoint.ts";
import { reason } from "./http/reason.ts";
import { Opencode } from "./opencode.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import { OpencodeServer } from "./server/server.ts";
import { describeVersion } from "./server/server_version.ts";

/** How long a server that somebody else runs may take until it answers, in milliseconds. */
const REACH_MS = 3_000;

/** Which opencode to use. */
export interface ConnectOptions {
  /**
   * A running server, whose password may stand in the URL; `service` for opencode's own background service;
   * empty for a server of our own.
   */
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
  /** Somebody else's server. */
  readonly attached: AttachedServer | undefined;
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

/** Builds everything that talks to opencode. Nothing is started before it is needed. */
export function connectOpencode(options: ConnectOptions): ConnectedOpencode {
  const { url, command, cwd, stateDir, log } = options;
  const source = url === ""
    ? new OpencodeServer({ command, cwd, stateDir, log })
    : new AttachedServer(url);
  const server = source instanceof OpencodeServer ? source : undefined;
  const attached = source instanceof AttachedServer ? source : undefined;
  const endpoint: EndpointSource = (signal) => source.endpoint(signal);
  const onLost = () => {
    attached?.doubt();
    server?.check().catch((error) => log.error(describe(error)));
  };
  const agent = new Opencode({ endpoint, log, onLost });
  let away = "";
  return {
    server,
    attached,
    endpoint,
    agent,
    get name() {
      const { running } = source;
      const version = running ? describeVersion(running) : "";
      if (attached === undefined) return version;
      const where = attached.url === "" ? url : new URL(attached.url).host;
      return [where, version].filter((part) => part).join(", ");
    },
    get away() {
      return agent.open ? "" : agent.trouble || away;
    },
    async reach(signal) {
      if (attached === undefined) return void await source.endpoint(signal);
      try {
        await attached.reach(REACH_MS, signal);
      } catch (error) {
        if (error instanceof UsageError) throw error;
        away = reason(error);
        const texts = terminalTexts("en");
        const line = attached.isService
          ? texts.serviceAway(attached.url, away)
          : texts.opencodeAway(attached.url, away);
        if (!signal.aborted) log.warn(line);
      }
    },
  };
}
