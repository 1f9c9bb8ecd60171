import { join } from "@std/path";
import { UsageError } from "../base/errors.ts";

/** The longest path of a socket in bytes, without the zero behind it: `sun_path` of unix(7); shorter on BSD. */
const MAX_BYTES = Deno.build.os === "linux" ? 107 : 103;

/**
 * The path of the socket through which scripts reach the bridge of a state directory.
 *
 * @throws {UsageError} When the system takes no socket there, because the path is too long.
 */
export function socketPath(stateDir: string): string {
  const path = join(stateDir, "bridge.sock");
  const { length } = new TextEncoder().encode(path);
  if (length <= MAX_BYTES) return path;
  throw new UsageError(
    `The socket ${path} would have a path of ${length} bytes, and the system takes ${MAX_BYTES}: ` +
      "choose a shorter BRIDGE_STATE_DIR to use send, ask, chats and attach",
  );
}
