import { Admission } from "../../lib/bridge/people/admission.ts";
import { Outbox, type OutboxOptions } from "../../lib/bridge/outbox/outbox.ts";
import { Groups } from "../../lib/bridge/places/groups.ts";
import { Languages } from "../../lib/bridge/places/languages.ts";
import { KnownPreferences } from "../../lib/bridge/places/preferences.ts";
import { Suggestions } from "../../lib/bridge/offers/suggestions.ts";
import { SessionLocks } from "../../lib/bridge/turn/session_locks.ts";
import type { Services } from "../../lib/bridge/services.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { startFiles } from "./start_files.ts";
import { texts } from "../../lib/texts/texts.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../helpers.ts";
import { fakeOpencode } from "../opencode/fake_opencode.ts";

/** An outbox in English whose network works. */
export function newOutbox(
  options: Pick<OutboxOptions, "chat" | "store" | "log" | "signal">,
): Outbox {
  const english = {
    languages: new Languages("en", new KnownPreferences([])),
    maxMessageLength: 8000,
  };
  return new Outbox({ ...options, ...english, isOnline: () => true });
}

/** What the conversations of a bridge share, for everyone, in English. */
export function startServices(
  { dir, ...services }:
    & Pick<Services, "chat" | "store" | "outbox" | "log" | "signal" | "agent">
    & { readonly dir: { readonly path: string } },
): Services {
  const preferences = new KnownPreferences([]);
  const languages = new Languages("en", preferences);
  const admission = new Admission({ kind: "everyone" });
  return {
    ...services,
    fileSpace: startFiles(dir.path),
    settings: {
      allowedUsers: { kind: "everyone" },
      cwd: "/tmp",
      stateDir: dir.path,
      roots: [],
      dedupTtlMs: 60_000,
      lateAfterMs: 60_000,
      askTimeoutMs: 60_000,
      stopMs: 30_000,
      notify: "long",
      budget: undefined,
      runsHeard: false,
      shown: new Map(),
      maxMessageLength: 8000,
      keepFilesMs: 1e9,
      keepFilesBytes: 1e9,
      ownsAgent: true,
      answersDir: dir.path,
      filesDir: dir.path,
      tempDir: "/nowhere",
    },
    admission,
    sessions: new SessionLocks(),
    suggestions: new Suggestions({ ...services, admission, languages }),
    languages,
    preferences,
    groups: new Groups({ group: "mention", groupReply: "inline" }, preferences, []),
    conversationOf: () => Promise.reject(new Error("there is no router")),
    texts: texts("en"),
    systemStatus: () => Promise.resolve([]),
    hearsSince: () => 0,
  };
}

/** The services of a bridge over the twin, whose opencode knows no command. */
export async function startBridge(twin: Twin) {
  const dir = await tempDir();
  const opencode = fakeOpencode({ "GET /command": () => [] });
  const { store } = await openStore(dir.path);
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat = messenger(feishuApi(twin, log), store, options);
  const outbox = newOutbox({ chat, store, log, signal });
  const agent = opencode.opencode;
  return {
    store,
    services: startServices({ chat, store, outbox, log, signal, agent, dir }),
    /** Ends all work; what uses the services has to be settled then. */
    stop: () => stopping.abort(new Error("the test is over")),
    [Symbol.asyncDispose]: async () => {
      await outbox.settled();
      await store[Symbol.asyncDispose]();
      await opencode[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}
