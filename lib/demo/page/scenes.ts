import { stories } from "../scripted_model/stories.ts";
import { groupScenes } from "./group_scenes.ts";
import type { Scene } from "./scene.ts";

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
  steer: {
    title: { en: "Steer it", zh: "中途补充" },
    about: { en: "A word while it works", zh: "在它工作时补一句" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.phone.prompt);
      await stage.grown(60);
      stage.tell({
        en: "It works, and you want something else after all.",
        zh: "它已经在工作，而你又有了别的想法。",
      });
      await stage.wait(2_000);
      stage.add({ en: `!${stories.steer.prompt.en}`, zh: `！${stories.steer.prompt.zh}` });
      stage.tell({
        en: "With “!” it goes into the running turn. Without, it would wait behind it.",
        zh: "以“！”开头，就并入正在运行的任务；不加则排在后面。",
      });
      await stage.finished();
      stage.tell({ en: "One answer to both.", zh: "一条回答，回应两者。" });
    },
  },
  choose: {
    title: { en: "Lists to choose from", zh: "从列表中选择" },
    about: { en: "Commands without typing", zh: "命令不用打字" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say({ en: "/help", zh: "/help" });
      await stage.press("agent", {
        en: "/help has buttons. One asks for the agent's mode.",
        zh: "/help 有按钮，这里点智能体的模式。",
      });
      await stage.pick("plan", {
        en: "A list: “plan” thinks, and changes nothing.",
        zh: "一个列表：“plan” 只思考，不改动。",
      });
      stage.tell({
        en: "Chosen. The card says by whom, and nobody can press it again.",
        zh: "选好了。卡片写着是谁选的，也不能再点第二次。",
      });
      await stage.wait(3_000);
      stage.say({ en: "/agent build", zh: "/agent build" });
      stage.tell({
        en: "Everything on a card can also be typed.",
        zh: "卡片上能做的，打字也都可以。",
      });
    },
  },
  rules: {
    title: { en: "What is allowed", zh: "允许了什么" },
    about: { en: "“Always”, and how to take it back", zh: "“始终允许”，以及如何收回" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say(stories.bug.prompt);
      await stage.press("always", {
        en: "“Always” allows what the card lists, here from now on.",
        zh: "“始终允许”：这里以后都允许卡片上列出的内容。",
      });
      await stage.finished();
      stage.say({ en: "/rules", zh: "/rules" });
      await stage.pick("", {
        en: "/rules shows what is allowed, since when, and by whom.",
        zh: "/rules 列出允许了什么、从何时起、由谁允许。",
      });
      stage.tell({
        en: "Taken back. The next edit is asked about again.",
        zh: "已收回，下次修改会再次询问。",
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
  budget: {
    title: { en: "A budget", zh: "预算" },
    about: { en: "It asks before it goes over", zh: "超出之前先询问" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say({ en: "Say hello.", zh: "打个招呼。" });
      await stage.finished();
      stage.say({ en: "/budget 1 turn", zh: "/预算 1 次" });
      await stage.answered();
      stage.tell({
        en: "One turn a day; dollars work too. It is used up already.",
        zh: "每天一个任务；也可以按美元。现在已经用完。",
      });
      await stage.wait(2_500);
      stage.say({ en: "And say goodbye.", zh: "再说声再见。" });
      await stage.press("run", {
        en: "It asks before it begins. Run this one, raise the budget for today, or stop.",
        zh: "开始之前先询问：执行这一条、今天提高预算，或停止。",
      });
      await stage.finished();
      stage.say({ en: "/cost", zh: "/费用" });
      await stage.answered();
      stage.tell({
        en: "What was used up, today, this week and this month.",
        zh: "今天、本周和本月的用量。",
      });
      await stage.wait(2_500);
      stage.say({ en: "/budget off", zh: "/预算 关闭" });
      await stage.answered();
    },
  },
  schedule: {
    title: { en: "It runs by itself", zh: "定时任务" },
    about: { en: "/at and /every, in plain words", zh: "/at 和 /every，怎么说都行" },
    async play(stage) {
      await stage.enterPlayground();
      stage.say({
        en: "/at in 6 seconds: what is in this directory?",
        zh: "/at 6 秒后：这个目录里有什么？",
      });
      await stage.answered();
      stage.tell({
        en: "The answer says how the time was understood. `/every weekday at 9 …` works as well.",
        zh: "回复会说明时间是怎样理解的。`/every 每个工作日9点 …` 也可以。",
      });
      await stage.finished();
      stage.tell({
        en: "It ran by itself, in a session of its own. /schedule lists what is set.",
        zh: "到时间自动执行，用的是自己的会话。/schedule 可查看已设置的任务。",
      });
    },
  },
  ...groupScenes,
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
