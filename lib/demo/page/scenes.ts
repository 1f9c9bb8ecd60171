import { type Bilingual, stories } from "../scripted_model/stories.ts";
import type { Stage } from "./stage.ts";

/** A demonstration that plays by itself in the chat. */
export interface Scene {
  readonly title: Bilingual;
  readonly about: Bilingual;
  /** The kind of chat in which it plays: the direct chat by default. */
  readonly mode?: "group";
  readonly play: (stage: Stage) => Promise<void>;
}

/** The scenes by name, in the order of the page. */
export const scenes: Readonly<Record<string, Scene>> = {
  bug: {
    title: { en: "A bug is fixed", zh: "修复一个 bug" },
    about: { en: "The agent asks before it edits", zh: "修改文件前先征求同意" },
    async play(stage) {
      await stage.enterPlayground();
      stage.tell({ en: "You describe the problem.", zh: "你描述问题。" });
      stage.say(stories.bug.prompt);
      stage.tell({
        en: "One card grows: thoughts, tools, text.",
        zh: "一张卡片逐步更新：思考、工具、正文。",
      });
      await stage.press("once", {
        en: "It asks before it edits, and shows exactly what.",
        zh: "修改之前先询问，并列出具体改动。",
      });
      stage.tell({
        en: "You pressed “Once”: this edit, and only this one.",
        zh: "你点了“允许一次”：只允许这一次修改。",
      });
      await stage.finished();
      stage.tell({
        en: "Fixed. The card shows what changed.",
        zh: "修好了。卡片上写着改了什么。",
      });
    },
  },
  question: {
    title: { en: "The agent asks", zh: "智能体提问" },
    about: { en: "You decide with one tap", zh: "点一下就能决定" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.question.prompt);
      stage.tell({ en: "You leave a decision open.", zh: "你留了一个决定没做。" });
      await stage.press("SQLite", {
        en: "It needs a decision. Tap a button, or type.",
        zh: "它需要你决定。点按钮或打字都行。",
      });
      await stage.finished();
      stage.tell({ en: "It went on with your answer.", zh: "它按你的回答继续了。" });
    },
  },
  files: {
    title: { en: "Files", zh: "发送文件" },
    about: { en: "The agent sends a chart and a table", zh: "智能体发来图表和表格" },
    async play(stage) {
      await stage.enterPlayground();
      stage.tell({ en: "You want something to keep.", zh: "你想要一份能留下的东西。" });
      stage.say(stories.files.prompt);
      await stage.sent("image");
      stage.tell({
        en: "The agent sends files by itself: from its directory only, each once.",
        zh: "智能体自己发送文件：只能来自它的目录，每个只发一次。",
      });
      await stage.sent("file");
      await stage.finished();
      stage.tell({
        en: "A chart and a table, in the chat where you asked.",
        zh: "图表和表格，都在你提问的聊天里。",
      });
    },
  },
  network: {
    title: { en: "The network drops", zh: "网络中断" },
    about: { en: "In the middle of an answer", zh: "就在回答到一半时" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.network.prompt);
      await stage.grown(160);
      stage.turn("offline", true);
      stage.tell({
        en: "Feishu cannot be reached now. The agent works on; the answer waits in the ledger.",
        zh: "现在连不上飞书。智能体继续工作，回答在账本里等待。",
      });
      await stage.wait(12_000);
      stage.turn("offline", false);
      stage.tell({
        en: "The network is back. The same message catches up.",
        zh: "网络恢复，同一条消息补上内容。",
      });
      await stage.finished();
      stage.tell({
        en: "Nothing was lost, and nothing came twice.",
        zh: "没有丢失，也没有重复。",
      });
    },
  },
  crash: {
    title: { en: "The bridge is killed", zh: "桥接程序被杀" },
    about: { en: "kill -9 while it answers", zh: "回答途中 kill -9" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.crash.prompt);
      await stage.grown(160);
      await stage.control("killBridge");
      stage.tell({
        en: "The bridge is gone: kill -9. opencode works on.",
        zh: "桥接程序被 kill -9。opencode 仍在工作。",
      });
      await stage.wait(4_000);
      await stage.control("startBridge");
      stage.tell({
        en: "A new bridge takes over the same message.",
        zh: "新的桥接程序接管同一条消息。",
      });
      await stage.finished();
      stage.tell({ en: "The same message, complete.", zh: "还是那条消息，已完整。" });
    },
  },
  phone: {
    title: { en: "Done on the phone", zh: "手机上收到提醒" },
    about: { en: "A ping in a group when it is done", zh: "在群里，完成时 @ 你" },
    mode: "group",
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.phone.prompt);
      await stage.press("notify", {
        en: "It takes a while. Tap “Tell me when done”, and put the phone away.",
        zh: "需要一会儿。点“完成时提醒我”，然后放下手机。",
      });
      stage.tell({
        en: "The card grows, but Feishu notifies nobody of an edited card.",
        zh: "卡片在更新，但飞书不会为卡片的更新发通知。",
      });
      await stage.mentioned();
      stage.tell({
        en: "So a new message tells you: it mentions you, and quotes the card.",
        zh: "所以用一条新消息告诉你：它 @ 你，并引用那张卡片。",
      });
    },
  },
  group: {
    title: { en: "In a group", zh: "在群里" },
    about: { en: "It listens when it is mentioned", zh: "@ 它时才处理" },
    mode: "group",
    async play(stage) {
      await stage.enterPlayground();
      stage.chat({ en: "The check is red since this morning.", zh: "检查从今早起就一直失败。" });
      stage.tell({
        en: "People talk to each other. The bot stays quiet.",
        zh: "大家互相聊天，机器人不插话。",
      });
      await stage.wait(4_000);
      stage.say(stories.phone.prompt);
      stage.tell({
        en: "You mention it. What was said before goes along, marked as context.",
        zh: "你 @ 了它。之前的聊天会一并附上，并标明只是上下文。",
      });
      await stage.finished();
      stage.tell({
        en: "/group says what counts here: mentions, its topics, or everything.",
        zh: "/group 决定这里处理哪些消息：@ 它的、它所在话题里的，或所有消息。",
      });
    },
  },
  long: {
    title: { en: "A long answer", zh: "长回答" },
    about: { en: "Several messages, nothing cut off", zh: "分成几条，一字不少" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.long.prompt);
      stage.tell({
        en: "Too long for one card: it is split between paragraphs.",
        zh: "一张卡片放不下：在段落之间拆分。",
      });
      await stage.finished();
      stage.tell({ en: "All of it has arrived.", zh: "全部送达。" });
    },
  },
};
