import type { World } from "../whole/harness.ts";
import type { PeerProcess } from "./peer_process.ts";

/** Another public bridge, or another set of its settings. */
export interface Peer {
  /** Its name and version. */
  readonly title: string;
  /** Installs it below an empty directory; it is started only where it reaches nothing but loopback. */
  install(dir: string): Promise<void>;
  /**
   * Starts it for one person's direct chat.
   *
   * @param dir Where it is installed.
   * @param streaming Sets what its documents offer to make an answer grow; its defaults otherwise.
   */
  start(world: World, dir: string, streaming: boolean): Promise<PeerProcess>;
}

/** The environment of a peer: nothing of this machine's but the programs of the system. */
export function peerEnv(
  world: World,
  bin: string,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(world.env()).filter(([name]) =>
    /^(?:HOME|NO_COLOR|OPENCODE_\w+)$/.test(name)
  );
  return {
    ...Object.fromEntries(kept),
    PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
    TMPDIR: world.dir,
    NODE_EXTRA_CA_CERTS: Deno.env.get("NODE_EXTRA_CA_CERTS") ?? "",
    ...extra,
  };
}
