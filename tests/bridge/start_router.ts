import { newAdmission } from "../../lib/bridge/people/admission.ts";
import { chosenIn } from "../../lib/bridge/places/chosen.ts";
import type { BridgeSettings } from "../../lib/bridge/settings.ts";
import { Router } from "../../lib/bridge/router.ts";
import type { Transcriber } from "../../lib/model/transcriber.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import type { IncomingMessage } from "../../lib/model/message.ts";
import type { AllowedUsers, GroupMode, GroupReply, Language } from "../../lib/model/settings.ts";
import type { PairedUser } from "../../lib/model/settings.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../helpers.ts";
import { fakeOpencode } from "../opencode/fake_opencode.ts";
import { newOutbox, startServices } from "./start_services.ts";

/** What differs from a bridge for everyone, in English. */
export interface RouterWorldOptions {
  readonly dir?: string;
  readonly allowed?: AllowedUsers;
  readonly language?: Language;
  readonly group?: GroupMode;
  readonly groupReply?: GroupReply;
  /** Whether it could not hear at a time; never by default. */
  readonly wasAway?: (time: number) => boolean;
  /** Who is paired. */
  readonly paired?: readonly PairedUser[];
  readonly transcriber?: Transcriber;
  /** Settings that are not as in all tests. */
  readonly settings?: Partial<BridgeSettings>;
  /** What its opencode answers besides. */
  readonly routes?: Parameters<typeof fakeOpencode>[0];
}

/**
 * A router between the twin and an opencode that knows one command, has no sessions, and never answers when it is to
 * make one: a turn that has begun goes on.
 */
export async function startRouter(twin: Twin, options: RouterWorldOptions = {}) {
  const { allowed = { kind: "everyone", onPurpose: true }, language = "en" } = options;
  const own = options.dir === undefined ? await tempDir() : undefined;
  const dir = { path: options.dir ?? own?.path ?? "" };
  const { store } = await openStore(dir.path);
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const form = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat = messenger(feishuApi(twin, log), store, form);
  const outbox = newOutbox({ chat, store, log, signal });
  const opencode = fakeOpencode({
    "GET /command": () => [{ name: "review", description: "" }],
    "GET /session": () => [],
    "POST /session": () => new Response(new ReadableStream()),
    ...options.routes,
  });
  const agent = opencode.opencode;
  const unadmitted = startServices({ chat, store, outbox, log, signal, agent, dir });
  const admission = newAdmission(allowed, { paired: options.paired ?? [], store, log });
  const services = {
    ...unadmitted,
    settings: { ...unadmitted.settings, ...options.settings },
    admission,
  };
  const router = new Router({
    ...services,
    ...(options.transcriber && { transcriber: options.transcriber }),
    ...chosenIn(await store.conversations(), {
      language,
      group: options.group ?? "mention",
      groupReply: options.groupReply ?? "inline",
    }),
    wasAway: options.wasAway ?? (() => false),
  });
  let received = 0;
  return {
    router,
    services,
    store,
    outbox,
    admission,
    log,
    /** What was asked of its opencode. */
    requests: opencode.requests,
    /** Hands over a message of the twin, as if it had just come. */
    receive: async (id: string, more: Partial<IncomingMessage> = {}): Promise<void> => {
      const message = incoming(twin, twin.message(id), ++received);
      // As the program translates it.
      const createdAt = chat.clock.ours(message.createdAt);
      await router.message({ ...message, createdAt, ...more });
    },
    /** Clicks a button by its label; resolves with what the person is told. */
    click: async (card: TwinMessage, label: string, by: string): Promise<string> => {
      const button = twin.buttons(card.id).find((one) => one.label === label);
      const { conversation, ask, step, choice } = Object(button?.value);
      return await router.clicked({ conversation, ask, step: Number(step), choice, by });
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await router.settled();
      await outbox.settled();
      await store[Symbol.asyncDispose]();
      await opencode[Symbol.asyncDispose]();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

function incoming(twin: Twin, message: TwinMessage, n: number): IncomingMessage {
  const { id: messageId, chatId, threadId, rootId, replyTo, createdAt, sender } = message;
  const parentId = replyTo === rootId && threadId !== undefined ? undefined : replyTo;
  return {
    messageId,
    chatId,
    chatType: chatId === twin.chat.id ? "p2p" : "group",
    ...(threadId !== undefined && { threadId }),
    ...(threadId !== undefined && rootId !== undefined && { rootId }),
    ...(parentId !== undefined && { parentId }),
    sender: sender.id,
    createdAt,
    receivedAt: Date.now() + n / 1000,
    type: "text",
    text: twin.plain(message),
    mentionsBot: true,
    attachments: [],
  };
}
