import { Admission } from "../../lib/bridge/admission.ts";
import { SessionLocks } from "../../lib/bridge/turn/session_locks.ts";
import type { Services } from "../../lib/bridge/services.ts";
import { texts } from "../../lib/texts/texts.ts";

/** What the conversations of a bridge share, for everyone, in English. */
export function startServices(
  { dir, ...services }:
    & Pick<Services, "chat" | "store" | "outbox" | "log" | "signal" | "agent">
    & { readonly dir: { readonly path: string } },
): Services {
  return {
    ...services,
    settings: {
      allowedUsers: { kind: "everyone" },
      cwd: "/work",
      stateDir: dir.path,
      roots: [],
      dedupTtlMs: 60_000,
      lateAfterMs: 60_000,
      askTimeoutMs: 60_000,
      stopMs: 30_000,
      maxMessageLength: 8000,
      ownsAgent: true,
      answersDir: dir.path,
      filesDir: dir.path,
    },
    admission: new Admission({ kind: "everyone" }),
    sessions: new SessionLocks(),
    texts: texts("en"),
    systemStatus: () => [],
  };
}
