/** A chat of the twin in which a turn of an agent asks. */
import { assert } from "@std/assert";
import { join } from "@std/path";
import { Asks } from "../../../lib/bridge/asks/asks.ts";
import type { Effects } from "../../../lib/bridge/effects.ts";
import { type Asked, TurnAsks, type TurnAsksOptions } from "../../../lib/bridge/turn/turn_asks.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { Auto } from "../../../lib/model/conversation.ts";
import type { Language } from "../../../lib/model/settings.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { PermissionRequest } from "../../../lib/model/agent_request.ts";
import type { Answered } from "../../../lib/model/ports.ts";
import type { OutsideAct } from "../../../lib/model/outside_act.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { fold } from "../../../lib/opencode/transcript/fold.ts";
import { keepFile } from "../../../lib/store/files/kept_files.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../../helpers.ts";
import { turn } from "../../opencode/turns.ts";
import { newOutbox } from "../start_services.ts";

/** An agent that asks nothing. */
const ASKED: Asked = {
  requests: [],
  areRequestsListed: true,
  outsideActs: [],
  reading: { complete: false },
};

/** A chat in which `ou_owner` and `ou_friend` may answer, and an agent that takes one answer to each request. */
export async function startTurnAsks(
  recorded: string,
  {
    timeoutMs = 60_000,
    language = "en" as Language,
    aheadMs = 0,
    auto = undefined as Auto | undefined,
    allowed = undefined as TurnRecord["allowed"],
  } = {},
) {
  const twin = await startTwin();
  twin.clock.advance(aheadMs);
  const dir = await tempDir();
  const { store } = await openStore(dir.path);
  const stopping = new AbortController();
  const log = memoryLog();
  const { signal } = stopping;
  const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat = messenger(feishuApi(twin, log), store, options);
  const en = texts(language);
  const outbox = newOutbox({ chat, store, log, signal });
  const conversation = twin.chat.id;
  const commit = async ({ update: _, enqueue: _enqueue, ...changes }: Effects) =>
    await store.commit(changes);
  const asks = new Asks({
    ...{ conversation, chat, store, outbox, texts: en, log, signal, hearsSince: () => 0 },
    commitLater: (work) => void work().then(commit),
  });
  const replies = new Map<string, string>();
  const take = (id: string, reply: string): Promise<Answered> => {
    if (replies.has(id)) return Promise.resolve("gone");
    replies.set(id, reply);
    return Promise.resolve("answered");
  };
  let record: TurnRecord = {
    id: "p",
    conversation,
    text: "",
    messageId: "",
    sender: "ou_owner",
    createdAt: Date.now(),
    slot: chat.slot({ chatId: conversation }),
    state: auto === undefined ? { kind: "queued" } : {
      kind: "posted",
      run: {
        ...{ sessionId: "s", userMessageId: "m", partId: "p", startedAt: 0 },
        directory: auto.directory,
      },
    },
  };
  const agent: Pick<TurnAsksOptions["agent"], "decide" | "answer" | "dismiss" | "rulesSince"> = {
    decide: (_, id, { reply }) => take(id, reply),
    answer: (_, id, answers) => take(id, JSON.stringify(answers)),
    dismiss: (_, id) => take(id, "rejected"),
    rulesSince: () => Promise.resolve(7),
  };
  let failures = 0;
  const turnAsks = new TurnAsks({
    conversation: {
      record: { ...(auto && { auto }) },
      asks,
      commit: (effects) =>
        failures-- > 0 ? Promise.reject(new Error("the store is broken")) : commit(effects),
    },
    chat,
    agent,
    texts: en,
    settings: { askTimeoutMs: timeoutMs, ownsAgent: true, stateDir: dir.path },
    fileSpace: { writeAnswer: (name, text) => keepFile(join(dir.path, name), text) },
    admission: { mayAnswer: (openId) => ["ou_owner", "ou_friend"].includes(openId) },
    ...{ log, signal, allowed },
    note: (more) => record = { ...record, ...more },
  }, true);
  const click = async (ask: string, step: number, choice: string, by: string) => {
    const { line, effects = {} } = await asks.click(ask, step, choice, by);
    await commit(effects);
    return line;
  };
  const { t, events } = turn(recorded);
  const acts: OutsideAct[] = [];
  const show = (outside: readonly OutsideAct[] = [], isConfirmed = false) => {
    acts.push(...outside);
    const requests = [...t.requests.values()].map(({ request }) => request);
    const asked = { ...ASKED, requests, outsideActs: acts };
    turnAsks.update(asked, record, isConfirmed ? true : undefined, () => en.answeredElsewhere);
  };
  return {
    twin,
    asks,
    commit,
    /** What *always* was answered to. */
    allowed: () => store.alwaysRules(),
    /** The stored turn. */
    turn: async () => (await store.turns())[0],
    /** The stored row of the card of a request. */
    row: (id: string) => store.row(conversation, id),
    replies,
    agent,
    /** Takes the next events of the recording up to the first request or answer. */
    next: (type: "asked" | "answered") => {
      const end = events.findIndex((event) => event.type === type);
      assert(end >= 0, `no ${type}`);
      for (const event of events.splice(0, end + 1)) fold(t, event);
      show();
    },
    /** The agent asks for a permission. */
    ask: (request: PermissionRequest) => {
      turnAsks.update({ ...ASKED, requests: [request] }, record, true, () => en.answeredElsewhere);
    },
    /** Takes what somebody else replied to the open request. */
    outside: (reply: "once" | "always" | "reject") => {
      const [request] = [...t.requests.values()].map(({ request }) => request);
      assert(request !== undefined);
      const answer = { kind: "permission", reply } as const;
      show([{ kind: "answer", requestId: request.id, request, answer }]);
    },
    /** Lets the next commits of the turn's asks fail. */
    failCommits: (times: number) => failures = times,
    /** Takes it that the server lists what is known already. */
    confirm: () => show([], true),
    log,
    /** What the turn's card says about what was allowed without asking. */
    autoNote: () => turnAsks.autoNote,
    /** Cancels the turn. */
    cancel: () => {
      record = { ...record, cancelled: true };
      show();
    },
    /** Resolves when so many attempts were made to send a message. */
    sent: (times: number) =>
      twin.until(() =>
        twin.requests.filter(({ path }) => path.endsWith("/messages")).length >= times || undefined
      ),
    /** Tries to send again at once. */
    retryNow: () => outbox.retryNow(),
    /** Resolves when nothing is being sent. */
    settled: () => outbox.settled(),
    /** Ends the turn. */
    end: async () => commit(await turnAsks.close(en.turnOver)),
    /** This machine's time at a time of the chat's. */
    ours: (time: number) => chat.clock.ours(time),
    cards: () => twin.botMessages().map((message) => twin.plain(message)),
    /** Waits for so many cards that show this. */
    sees: (pattern: RegExp, times = 1, timeoutMs = 10_000) =>
      twin.until(() => {
        const found = twin.botMessages().filter((one) => pattern.test(twin.plain(one)));
        return found.length >= times ? found : undefined;
      }, { timeoutMs }),
    /** Presses a button that was shown; resolves with what the person is told. */
    press: click,
    /** Clicks a button by its label; resolves with what the person is told. */
    click: async (message: { id: string }, label: string, by: string) => {
      const value = twin.buttons(message.id).find((button) => button.label === label)?.value;
      const { ask, step, choice } = Object(value);
      return await click(String(ask), Number(step), String(choice), by);
    },
    /** Types a text; resolves with whether it was taken for an answer, or with a hint. */
    reply: async (text: string, sender: string, more: Partial<IncomingMessage> = {}) => {
      await asks.waitForDeliveries();
      const answer = asks.matchAnswer({ ...written(text, sender), ...more });
      if (typeof answer !== "object") return answer ?? false;
      await commit(await answer.submit());
      return true;
    },
    [Symbol.asyncDispose]: async () => {
      await commit(await turnAsks.close(en.turnOver));
      asks.release();
      stopping.abort(new Error("the test is over"));
      await outbox.settled();
      await store[Symbol.asyncDispose]();
      await twin.close();
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** A text message of somebody. */
export function written(text: string, sender: string): IncomingMessage {
  return {
    messageId: `om_${text}`,
    chatId: "oc_1",
    chatType: "p2p",
    sender,
    createdAt: Date.now(),
    receivedAt: Date.now(),
    type: "text",
    text,
    mentionsBot: false,
    attachments: [],
  };
}
