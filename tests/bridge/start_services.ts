import { Admission } from "../../lib/bridge/admission.ts";
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
      dedupTtlMs: 60_000,
      lateAfterMs: 60_000,
      askTimeoutMs: 60_000,
      maxMessageLength: 8000,
      keepFilesMs: 1e9,
      ownsAgent: true,
      answersDir: dir.path,
      filesDir: dir.path,
    },
    admission: new Admission({ kind: "everyone" }),
    texts: texts("en"),
    systemStatus: () => Promise.resolve([]),
  };
}
