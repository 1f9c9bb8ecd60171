import { stories } from "../scripted_model/stories.ts";
import type { Scene } from "./scene.ts";

/** The scenes in a group, by name. */
export const groupScenes = {
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
  topics: {
    title: { en: "Topics", zh: "话题" },
    about: { en: "Each request opens one", zh: "每个任务新开一个话题" },
    mode: "group",
    async play(stage) {
      await stage.enterPlayground();
      stage.say({ en: "/group reply topic", zh: "/group reply topic" });
      await stage.answered();
      stage.say(stories.phone.prompt);
      stage.tell({
        en: "Now a request opens a topic. Long answers do not flood the group.",
        zh: "现在每个任务都会新开一个话题，长回答不会刷屏。",
      });
      await stage.finished();
      stage.reply(stories.steer.prompt);
      stage.tell({
        en: "What you send there goes on, in the same session.",
        zh: "在话题里发消息，会在同一个会话里继续。",
      });
      await stage.finished();
      stage.say({ en: "/group reply default", zh: "/group reply default" });
      await stage.answered();
      stage.tell({
        en: "Another request would have a topic, and a session, of its own.",
        zh: "另一个任务会有自己的话题和会话。",
      });
    },
  },
} satisfies Readonly<Record<string, Scene>>;
