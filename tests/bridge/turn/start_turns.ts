import { Clicks } from "../../../lib/bridge/clicks.ts";
import { reportUpdate } from "../../../lib/bridge/update/install_update.ts";
import { Conversation } from "../../../lib/bridge/conversation/conversation.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { TwinMessage } from "../../../lib/demo/feishu_twin/twin_message.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { Click, IncomingMessage, Press } from "../../../lib/model/message.ts";
import type { Chat } from "../../../lib/model/ports.ts";
import type { Services } from "../../../lib/bridge/services.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import type { Store } from "../../../lib/store/store.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";
import { newOutbox, startServices } from "../start_services.ts";

/** What a prompt is answered with so far. */
interface Half {
  readonly text: string;
  readonly isDone?: boolean;
  readonly cost?: number;
  readonly tokens?: number;
}

interface Prompt {
  readonly info: { readonly id: string };
  readonly parts: readonly unknown[];
}

/** A chat, and an opencode whose sessions stay busy until they are told to stop. */
export async function startTurns(
  settings: Partial<Services["settings"]> = {},
  more: Partial<Pick<Services, "updater" | "admission">> = {},
) {
  const twin = await startTwin();
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const log = memoryLog();
  const busy = new Set<string>();
  const prompts = new Map<string, Prompt[]>();
  /** What their last prompts are answered with so far. */
  const halves = new Map<string, Half>();
  const halfOf = (sessionID: string, { info: { id: parentID } }: Prompt) => {
    const half = halves.get(sessionID);
    if (half === undefined || prompts.get(sessionID)?.at(-1)?.info.id !== parentID) return [];
    const { text, isDone = false, cost = 0, tokens = 0 } = half;
    const id = `${parentID}_a`;
    const now = Date.now() + aheadMs;
    const time = { created: now, ...(isDone && { completed: now }) };
    const end = isDone ? { finish: "stop" } : {};
    return [{
      info: {
        ...{ id, sessionID, parentID, role: "assistant", time, cost, tokens: { input: tokens } },
        ...end,
      },
      parts: [{ id: `${id}_p`, messageID: id, sessionID, type: "text", text, time: { end: 1 } }],
    }];
  };
  const posted: string[] = [];
  /** What sessions wait for. */
  const retries = new Map<string, unknown>();
  /** The sessions that were deleted. */
  const gone = new Set<string>();
  /** What prompts are answered, one after the other; then that they were taken. */
  const promptAnswers: Response[] = [];
  /** What aborts are answered, one after the other; then that they took effect. */
  const abortAnswers: Response[] = [];
  /** What opencode lists. */
  const listed: { models: Record<string, unknown>; sessions: unknown[] } = {
    models: {},
    sessions: [],
  };
  let sessions = 0;
  let isSilent = false;
  let outages = 0;
  /** By how much opencode's clock is ahead. */
  let aheadMs = 0;
  /** The sessions that it was told to stop. */
  const aborted: string[] = [];
  /** Whether a gateway answers in opencode's place. */
  const isAway = () => outages > 0 && outages-- > 0;
  const unavailable = () => new Response("<html>", { status: 503 });
  const session = (id: string) => ({
    [`POST /session/${id}/prompt_async`]: () => {
      const body = JSON.parse(world.requests.at(-1)?.split(" ").slice(2).join(" ") ?? "{}");
      posted.push(`${id} ${body.parts[0].text}`);
      const refusal = promptAnswers.shift();
      if (refusal !== undefined) return refusal;
      const info = {
        id: body.messageID,
        sessionID: id,
        role: "user",
        time: { created: Date.now() + aheadMs },
      };
      halves.delete(id);
      prompts.set(id, [...prompts.get(id) ?? [], { info, parts: body.parts }]);
      busy.add(id);
      return new Response(null, { status: 204 });
    },
    [`GET /session/${id}/message`]: () =>
      gone.has(id)
        ? Response.json({ name: "NotFound" }, { status: 404 })
        : [...prompts.get(id) ?? []].flatMap((prompt) => [prompt, ...halfOf(id, prompt)]),
    [`DELETE /session/${id}`]: () => true,
    [`POST /session/${id}/abort`]: () => {
      aborted.push(id);
      return abortAnswers.shift() ?? true;
    },
  });
  const world = fakeOpencode({
    "GET /command": () => [],
    "GET /config/providers": () => ({ providers: [{ id: "p", models: listed.models }] }),
    "GET /session": () => listed.sessions,
    "GET /permission": () => [],
    "GET /question": () => [],
    "POST /session": () =>
      isAway() ? unavailable() : {
        id: `ses_${++sessions}`,
        directory: "/tmp",
        time: { created: Date.now() + aheadMs },
      },
    "GET /session/status": () =>
      isAway()
        ? unavailable()
        : isSilent
        ? Response.json({}, { status: 500 })
        : Object.fromEntries([...busy].map((id) => [id, retries.get(id) ?? { type: "busy" }])),
    ...session("ses_1"),
    ...session("ses_2"),
    ...session("ses_3"),
  }, { isNew: true });
  let stopping = new AbortController();
  const open = (stored?: ConversationRecord) => {
    const { signal } = stopping;
    const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
    const chat: Chat = messenger(feishuApi(twin, log), store, options);
    // The twin does not know the messages, as if they had been recalled.
    chat.isRecalled = () => Promise.resolve(false);
    const outbox = newOutbox({ chat, store, log, signal });
    const agent = world.opencode;
    const services = {
      ...startServices({ chat, store, outbox, log, signal, agent, dir }),
      ...more,
    };
    const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
    const record = stored ?? { ...place, key: place.chatId, directory: "/tmp" };
    const conversation = new Conversation(record, {
      ...services,
      settings: { ...services.settings, stopMs: 300, ...settings },
    });
    const open = () => Promise.resolve(conversation);
    const clicks = new Clicks({
      ...{ ...services, known: open, open },
      receive: (message) => conversation.receive(message),
    });
    const report = () =>
      reportUpdate({ ...services, conversationOf: () => Promise.resolve(conversation) });
    return { conversation, outbox, agent, clicks, report };
  };
  let bridge = open();
  let said = 0;
  const end = async () => {
    stopping.abort(new Error("the bridge stops"));
    await bridge.conversation.settled();
    await bridge.outbox.settled();
  };
  const put = async (text: string, agoMs = 0) => {
    const message: IncomingMessage = {
      messageId: `om_${++said}`,
      chatId: twin.chat.id,
      chatType: "p2p",
      sender: "ou_owner",
      createdAt: Date.now() - agoMs,
      receivedAt: Date.now() + said,
      type: "text",
      text,
      mentionsBot: false,
      attachments: [],
    };
    await store.accept(message, 60_000);
    return message;
  };
  return {
    twin,
    log,
    store,
    busy,
    retries,
    posted,
    gone,
    promptAnswers,
    abortAnswers,
    listed,
    /** Whether so many prompts were posted, and the bridge has stored that. */
    hasPosted: async (times: number) =>
      posted.length === times && !(await turnStates(store)).includes("begun"),
    /** Handles a click, or a press of the button with a label. */
    click: (click: Click) => bridge.clicks.clicked(click),
    press: (
      card: TwinMessage,
      label: string,
      by = "ou_owner",
      more: Partial<Press & Click> = {},
    ) => {
      const value = twin.buttons(card.id).find((button) => button.label === label)?.value;
      return bridge.clicks.clicked({ ...Object(value), by, card: card.id, ...more });
    },
    pick: (card: TwinMessage, label: string, by = "ou_owner") => {
      for (const { options, value } of twin.pickers(card.id)) {
        const argument = options.find((option) => option.label === label)?.value;
        if (argument === undefined) continue;
        return bridge.clicks.clicked({ ...Object(value), argument, by, card: card.id });
      }
      throw new Error(`there is no ${label}`);
    },
    get conversation() {
      return bridge.conversation;
    },
    /** Says what came of an update, as the bridge does when it is ready. */
    report: () => bridge.report(),
    /** Whether opencode does not say what its sessions do. */
    silence: (silent: boolean) => isSilent = silent,
    aborted,
    /** Sets opencode's clock: so many milliseconds ahead of ours. */
    setClock: (ms: number) => aheadMs = ms,
    /** Lets a gateway answer in opencode's place: the next requests for a session, and what sessions do. */
    away: (requests: number) => outages = requests,
    /** Stores a message that no bridge handles until the next start. */
    put,
    say: async (text: string, agoMs = 0) => {
      const message = await put(text, agoMs);
      await bridge.conversation.receive(message);
      return message.messageId;
    },
    sees: (pattern: RegExp) =>
      twin.until(() => twin.botMessages().find((message) => pattern.test(twin.plain(message)))),
    /** What the agent has answered the last prompt of a session with, when its server died. */
    answer: (id: string, text: string, more: Omit<Half, "text"> = {}) => {
      halves.set(id, { text, ...more });
      if (more.isDone) busy.delete(id);
    },
    /**
     * @param meanwhile What happens while no bridge runs.
     * @param recalled What the chat says of the messages that were recalled.
     */
    restart: async (
      meanwhile: () => Promise<void> = () => Promise.resolve(),
      recalled: Promise<ReadonlySet<string>> = Promise.resolve(new Set()),
    ) => {
      await end();
      await meanwhile();
      stopping = new AbortController();
      bridge = open(await store.conversation(twin.chat.id));
      await bridge.conversation.resume({
        turns: await store.turns(),
        inbox: await store.inbox(),
        recalled,
      });
    },
    [Symbol.asyncDispose]: async () => {
      await end();
      await store[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** The kinds of the states of the stored turns. */
export async function turnStates(store: Store): Promise<string> {
  return (await store.turns()).map(({ state }) => state.kind).join();
}
