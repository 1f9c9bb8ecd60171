import { Admission } from "../../lib/bridge/admission.ts";
import { Outbox, type OutboxOptions } from "../../lib/bridge/outbox/outbox.ts";
import { SessionLocks } from "../../lib/bridge/turn/session_locks.ts";
import type { Services } from "../../lib/bridge/services.ts";
import { texts } from "../../lib/texts/texts.ts";

/** An outbox in English whose network works. */
export function newOutbox(
  options: Pick<OutboxOptions, "chat" | "store" | "log" | "signal">,
): Outbox {
  const english = { texts: texts("en"), maxMessageLength: 8000 };
  return new Outbox({ ...options, ...english, isOnline: () => true });
}

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
      keepFilesMs: 1e9,
      ownsAgent: true,
      answersDir: dir.path,
      filesDir: dir.path,
    },
    admission: new Admission({ kind: "everyone" }),
    sessions: new SessionLocks(),
    texts: texts("en"),
    systemStatus: () => Promise.resolve([]),
  };
}
