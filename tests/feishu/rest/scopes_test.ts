/** The table of scopes says what fails without which, and no more than what is needed. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import type { FeishuApi } from "../../../lib/feishu/rest/api.ts";
import { type Feature, SCOPES } from "../../../lib/feishu/rest/scopes.ts";
import { updateSlashPanel } from "../../../lib/feishu/rest/slash_panel.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { connect } from "../../demo/feishu_twin/client.ts";
import { feishuApi, memoryLog, tempDir } from "../../helpers.ts";

const { signal } = new AbortController();

const TEXT = { type: "text", content: JSON.stringify({ text: "hi" }) } as const;

/** Whether an event of this type comes when something happens. */
async function comes(twin: Twin, type: string, happen: () => void): Promise<void> {
  let count = 0;
  const joined = "im.chat.member.bot.added_v1";
  const opened = "im.chat.access_event.bot_p2p_chat_entered_v1";
  let isOver = false;
  using _link = await connect(twin, {
    "im.message.receive_v1": () => void count++,
    [joined]: () => void count++,
    [opened]: () => void (isOver = true),
  });
  happen();
  // It needs no scope, and comes last.
  twin.extras.openChat(twin.user.openId);
  await twin.until(() => isOver && twin.acks.length === count + 1);
  if (count === 1) return;
  const details = { service: "feishu", code: 99991672, method: type, retryable: false } as const;
  throw new ApiError("nothing came", details);
}

/** What the program does with each scope. It is refused without it. */
const USES: Readonly<Record<Feature, (twin: Twin, api: FeishuApi) => Promise<unknown>>> = {
  send: async (twin, api) => {
    const { messageId } = await api.send({ chatId: twin.chat.id }, TEXT, "uuid", signal);
    await api.edit(messageId, TEXT, signal);
  },
  read: async (twin, api) => {
    await api.history({ chatId: twin.chat.id }, 0, Date.now(), signal);
    await api.messages(twin.say({ text: "hi" }), signal);
  },
  readGroups: (twin, api) => {
    const chat = twin.addGroup().id;
    return api.messages(twin.say({ text: "hi", chat }), signal);
  },
  direct: (twin) => comes(twin, "direct", () => void twin.say({ text: "hi" })),
  mentions: (twin) => {
    const chat = twin.addGroup().id;
    const happen = () => void twin.say({ text: "hi", chat, mentionBot: true });
    return comes(twin, "mentions", happen);
  },
  joined: (twin) => {
    const chat = twin.addGroup().id;
    return comes(twin, "joined", () => twin.extras.join(chat, twin.user.openId));
  },
  reactions: async (twin, api) => {
    const id = twin.say({ text: "hi" });
    await api.unreact(id, await api.react(id, "OnIt", signal), signal);
  },
  files: async (_twin, api) => {
    await using dir = await tempDir();
    await Deno.writeTextFile(`${dir.path}/a.txt`, "hi");
    await api.upload(`${dir.path}/a.txt`, signal);
  },
  typing: (_twin, api) => {
    const card = { schema: "2.0", body: { elements: [] } };
    const data = { type: "card_json", data: JSON.stringify(card) };
    return api.call("POST", "cardkit/v1/cards", { data }, signal);
  },
  slashPanel: (_twin, api) =>
    updateSlashPanel(api, [{ name: "new", descriptions: { en: "new", zh: "新" } }], signal),
  onTop: (twin, api) => {
    const data = { time_sensitive: true, user_ids: [twin.user.openId] };
    return api.call("PATCH", "im/v2/feed_cards/bot_time_sentive", { data }, signal);
  },
  buzz: async (twin, api) => {
    const { messageId } = await api.send({ chatId: twin.chat.id }, TEXT, "buzzed", signal);
    const data = { user_id_list: [twin.user.openId] };
    await api.call("PATCH", `im/v1/messages/${messageId}/urgent_app`, { data }, signal);
  },
  names: (twin, api) => {
    const data = { user_ids: [twin.user.openId] };
    return api.call("POST", "contact/v3/users/basic_batch", { data }, signal);
  },
  divider: (twin, api) => {
    const content = { type: "divider", params: { divider_text: { text: "new" } } };
    const message = { type: "system", content: JSON.stringify(content) } as const;
    return api.send({ chatId: twin.chat.id }, message, "uuid", signal);
  },
  groupNames: (_twin, api) => api.call("GET", "im/v1/chats", {}, signal),
};

for (const { name, feature, instead = [] } of SCOPES) {
  Deno.test(`${name} is needed for what the table says, and any that does the same is enough`, async () => {
    const use = async (scopes: readonly string[]) => {
      await using twin = await startTwin({ scopes });
      await USES[feature](twin, feishuApi(twin, memoryLog()));
    };
    const all = SCOPES.map((scope) => scope.name);
    const others = all.filter((one) => one !== name && !instead.includes(one));
    await use(all);
    const refused = await assertRejects(() => use(others), ApiError);
    assert([99991672, 230027].includes(Number(refused.code)), refused.message);
    for (const one of instead) await use([...others, one]);
  });
}

Deno.test("every feature has a scope", () => {
  const named = new Set(SCOPES.map(({ feature }) => feature));
  assertEquals([...named].toSorted(), Object.keys(USES).toSorted());
});
