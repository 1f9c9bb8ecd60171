import { describe } from "../base/errors.ts";
import { knownSecrets } from "../base/known_secrets.ts";
import type { Log } from "../base/log.ts";
import { urlPassword } from "../base/url_credentials.ts";
import type { EndpointSource } from "./http/endpoint.ts";
import { Opencode } from "./opencode.ts";
import { OpencodeServer } from "./server/server.ts";

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
}

/** Makes the way to an opencode. Nothing is started before it is needed. */
export function connectOpencode(options: ConnectOptions): ConnectedOpencode {
  const { url, command, cwd, stateDir, log } = options;
  const server = url === "" ? new OpencodeServer({ command, cwd, stateDir, log }) : undefined;
  const endpoint: EndpointSource = async (signal) =>
    await server?.endpoint(signal) ?? attached(url);
  const onLost = () => server?.check().catch((error) => log.error(describe(error)));
  return { server, endpoint, agent: new Opencode({ endpoint, log, onLost }) };
}

/** A server that somebody else runs. Without a password in its URL, opencode's own variable has it. */
function attached(address: string): { url: string; password?: string } {
  const url = new URL(address).origin;
  const password = urlPassword(address) || Deno.env.get("OPENCODE_SERVER_PASSWORD");
  knownSecrets.add("opencode password", password ?? "");
  return { url, ...(password ? { password } : {}) };
}
