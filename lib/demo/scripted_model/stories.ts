import type { JsonObject } from "../../base/json.ts";
import { TOTAL_LINE } from "./playground.ts";

/** A text in the languages of the program. */
export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}

/** One thing that the model does in a story. */
export type StoryAction =
  /** `ms`: the time between two words; the usual pace by default. */
  | { readonly say: Bilingual; readonly ms?: number }
  | { readonly think: Bilingual }
  | { readonly tool: string; readonly input: JsonObject | ((zh: boolean) => JsonObject) };

/** A prompt, and what the scripted model does about it. */
export interface Story {
  readonly prompt: Bilingual;
  readonly actions: readonly StoryAction[];
}

const EXPLANATION: Bilingual = {
  en: [
    "A message on a bad network has three ways to go wrong, and one answer to all of them.",
    "## What can happen",
    "| what breaks | what you would see | what the bridge does |",
    "| --- | --- | --- |",
    "| the connection | silence | opens it again, and reads what it missed |",
    "| a call | half an answer | tries again, with the same id |",
    "| the bridge itself | nothing at all | takes up the same message after its start |",
    "## The idea",
    "1. **Write down first.** What must reach you stands in a ledger before it is sent.",
    "2. **One id for each message.** Sending twice makes one message.",
    "3. **Strike off last.** Only when Feishu has returned the message's id.",
    "```ts\nawait ledger.add(answer);          // before anything is sent\n" +
    "const id = await send(answer, uuid); // again and again, same uuid\n" +
    "await ledger.strikeOff(answer, id);  // only now\n```",
    "So a cut in the middle costs time, never an answer. **You have just watched it happen.**",
  ].join("\n\n").replaceAll(/(\|)\n\n(\|)/g, "$1\n$2"),
  zh: [
    "在糟糕的网络上，一条消息有三种出错方式，而答案只有一个。",
    "## 会发生什么",
    "| 坏了什么 | 你会看到 | 桥接程序做什么 |",
    "| --- | --- | --- |",
    "| 连接 | 没有动静 | 重新连接，并补读错过的消息 |",
    "| 一次调用 | 半截回答 | 用同一个 id 重试 |",
    "| 桥接程序本身 | 什么都没有 | 启动后接着写同一条消息 |",
    "## 思路",
    "1. **先记账。** 必须送达的内容，发送之前先写进账本。",
    "2. **一条消息一个 id。** 发两次也只有一条消息。",
    "3. **最后销账。** 飞书返回消息 id 之后才划掉。",
    "```ts\nawait ledger.add(answer);          // 发送之前\n" +
    "const id = await send(answer, uuid); // 反复重试，uuid 不变\n" +
    "await ledger.strikeOff(answer, id);  // 直到这时\n```",
    "所以中途断网只会晚一点，不会丢。**你刚刚亲眼看到了。**",
  ].join("\n\n").replaceAll(/(\|)\n\n(\|)/g, "$1\n$2"),
};

const CHAPTERS = 24;
const LONG_EN = Array.from({ length: CHAPTERS }, (_, i) =>
  [
    `## ${i + 1}. Step ${i + 1} of the plan`,
    `First look at **part ${i + 1}**, then change one thing, then run the checks again. ` +
    "Small steps are easy to read, easy to undo, and easy to explain. ".repeat(4),
    "- what it touches: `total.sh`, `check.sh`\n- how long it takes: about an hour\n" +
    "- how you know that it worked: the checks say `ok`",
    "```sh\nsh check.sh && git commit -am 'step " + (i + 1) + "'\n```",
  ].join("\n\n")).join("\n\n");
const LONG_ZH = Array.from({ length: CHAPTERS }, (_, i) =>
  [
    `## ${i + 1}. 计划第 ${i + 1} 步`,
    `先看**第 ${i + 1} 部分**，改一处，再跑一遍检查。` +
    "小步走，好读，好撤销，也好解释。".repeat(16),
    "- 涉及文件：`total.sh`、`check.sh`\n- 需要时间：约一小时\n- 如何确认：检查输出 `ok`",
    "```sh\nsh check.sh && git commit -am 'step " + (i + 1) + "'\n```",
  ].join("\n\n")).join("\n\n");

/** The stories by name. Each plays in a directory that {@linkcode makePlayground} made. */
export const stories = {
  bug: {
    prompt: {
      en: "The total is wrong when there is a discount. Find the bug and fix it, please.",
      zh: "有折扣时总价算错了，请找出并修复这个 bug。",
    },
    actions: [
      {
        think: {
          en: "The check should show what is wrong. I run it before I read the code.",
          zh: "先跑一遍检查，看看错在哪里，再读代码。",
        },
      },
      { say: { en: "I run the check first.", zh: "我先运行检查。" } },
      { tool: "bash", input: { command: "sh check.sh", description: "Runs the check" } },
      { tool: "read", input: { filePath: "total.sh" } },
      {
        say: {
          en:
            "\n\nThe discount is taken off as cents, but it is a percentage. One line has to change.",
          zh: "\n\n折扣被当成分来扣了，其实是百分比，只需改一行。",
        },
      },
      {
        tool: "edit",
        input: { filePath: "total.sh", oldString: TOTAL_LINE.wrong, newString: TOTAL_LINE.right },
      },
      { tool: "bash", input: { command: "sh check.sh", description: "Runs the check again" } },
      {
        say: {
          en: [
            "\n\nFixed, and the check passes.",
            "| | total of 3 × 10.00 with 10 % off |\n| --- | --- |\n| before | 29.90 |\n| after | **27.00** |",
            "The discount was subtracted as cents:",
            `\`\`\`diff\n-${TOTAL_LINE.wrong}\n+${TOTAL_LINE.right}\n\`\`\``,
          ].join("\n\n"),
          zh: [
            "\n\n已修复，检查通过。",
            "| | 3 × 10.00 打九折的总价 |\n| --- | --- |\n| 之前 | 29.90 |\n| 之后 | **27.00** |",
            "原来折扣按分扣除：",
            `\`\`\`diff\n-${TOTAL_LINE.wrong}\n+${TOTAL_LINE.right}\n\`\`\``,
          ].join("\n\n"),
        },
      },
    ],
  },
  question: {
    prompt: {
      en: "The shop needs a place for its orders. Ask me what you need to know, then plan it.",
      zh: "商店需要保存订单。需要知道什么就问我，然后给出方案。",
    },
    actions: [
      {
        say: { en: "One thing decides everything else.", zh: "有一件事决定其余一切。" },
      },
      {
        tool: "question",
        input: (zh: boolean) => ({
          questions: [
            zh
              ? {
                header: "数据库",
                question: "订单存在哪里？",
                options: [
                  { label: "SQLite", description: "一个文件，无需安装" },
                  { label: "Postgres", description: "需要一台服务器，可多台机器共用" },
                ],
              }
              : {
                header: "Database",
                question: "Where should the orders live?",
                options: [
                  { label: "SQLite", description: "one file, nothing to install" },
                  { label: "Postgres", description: "a server, for several machines" },
                ],
              },
          ],
        }),
      },
      {
        say: {
          en: "\n\nGood. So the plan is:\n\n1. a table `orders` with id, time and total\n" +
            "2. one function that writes it, in one transaction\n3. a check that kills it in the middle",
          zh: "\n\n好的，方案如下：\n\n1. 一张 `orders` 表：id、时间、总价\n" +
            "2. 一个函数在一个事务里写入\n3. 一个在中途杀掉进程的检查",
        },
      },
    ],
  },
  files: {
    prompt: {
      en: "Draw this week's sales as a chart, and send it to me with the table.",
      zh: "把本周的销售额画成图表，连同表格一起发给我。",
    },
    actions: [
      { say: { en: "I draw the chart first.", zh: "我先画图。" } },
      { tool: "bash", input: { command: "sh chart.sh", description: "Draws the chart" } },
      {
        tool: "feishu_bridge_send_image",
        input: (zh: boolean) => ({
          path: "chart.png",
          caption: zh ? "本周每天的销售额" : "Sales of each day of this week",
        }),
      },
      { tool: "feishu_bridge_send_file", input: { path: "sales.csv" } },
      {
        say: {
          en: "\n\nBoth are in the chat. Friday was the best day, with **138**.",
          zh: "\n\n图表和表格都已发到聊天里。周五最好，有 **138**。",
        },
      },
    ],
  },
  network: {
    prompt: {
      en: "Explain how an answer survives a bad network.",
      zh: "解释一下回答如何在糟糕的网络中幸存。",
    },
    actions: [{ say: EXPLANATION, ms: 70 }],
  },
  crash: {
    prompt: {
      en: "Explain what happens to an answer when the bridge is killed.",
      zh: "解释一下桥接程序被杀掉时，回答会怎样。",
    },
    actions: [{ say: EXPLANATION, ms: 70 }],
  },
  phone: {
    prompt: {
      en: "Look through the project and run its check. Take your time.",
      zh: "通读这个项目，并运行它的检查，不着急。",
    },
    actions: [
      { say: { en: "I read everything first.", zh: "我先通读一遍。" }, ms: 200 },
      { tool: "read", input: { filePath: "total.sh" } },
      { tool: "read", input: { filePath: "check.sh" } },
      {
        tool: "bash",
        input: { command: "sleep 3; sh check.sh", description: "Runs the check" },
      },
      {
        say: {
          en: "\n\nThe check fails: the discount is a percentage, and is taken off as cents.",
          zh: "\n\n检查没有通过：折扣是百分比，却按分扣除。",
        },
        ms: 120,
      },
    ],
  },
  steer: {
    prompt: {
      en: "Just tell me what is wrong, in one sentence.",
      zh: "只用一句话告诉我哪里错了。",
    },
    actions: [{
      say: {
        en: "The discount is a percentage, and `total.sh` takes it off as cents.",
        zh: "折扣是百分比，`total.sh` 却按分扣除。",
      },
      ms: 120,
    }],
  },
  long: {
    prompt: {
      en: "Write the whole plan, with every step and how to check it.",
      zh: "写出完整的计划，包含每一步以及如何检查。",
    },
    actions: [{ say: { en: LONG_EN, zh: LONG_ZH }, ms: 1 }],
  },
} satisfies Readonly<Record<string, Story>>;

/** The story whose prompt is in a text, and whether it was found in Chinese. */
export function findStory(text: string): { story: Story; zh: boolean } | undefined {
  for (const story of Object.values<Story>(stories)) {
    if (text.includes(story.prompt.en)) return { story, zh: false };
    if (text.includes(story.prompt.zh)) return { story, zh: true };
  }
  return undefined;
}
