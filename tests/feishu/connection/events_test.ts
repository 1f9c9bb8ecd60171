import { assert, assertEquals } from "@std/assert";
import { readContent } from "../../../lib/feishu/connection/content.ts";
import {
  hasMentions,
  isSupported,
  parseEmptied,
  parseMessageEvent,
} from "../../../lib/feishu/connection/events.ts";
import { type IncomingMessage, isVoice } from "../../../lib/model/message.ts";
import { assertGrowsLinearly } from "../../helpers.ts";

const bot = "ou_bot";

function event(type: string, content: unknown, message: Record<string, unknown> = {}) {
  return {
    event_id: "e1",
    event_type: "im.message.receive_v1",
    sender: { sender_id: { open_id: "ou_alice", union_id: "on_1" }, sender_type: "user" },
    message: {
      message_id: "om_1",
      chat_id: "oc_1",
      chat_type: "p2p",
      create_time: "1700000000123",
      message_type: type,
      content: typeof content === "string" ? content : JSON.stringify(content),
      ...message,
    },
  };
}

const mention = (n: number, openId: string, name: string) => ({
  key: `@_user_${n}`,
  id: { open_id: openId, union_id: "", user_id: "" },
  name,
});

function read(type: string, content: unknown, message?: Record<string, unknown>): IncomingMessage {
  const incoming = parseMessageEvent(event(type, content, message), bot, 42);
  assert(incoming !== undefined);
  return incoming;
}

const text = (words: string, mentions: unknown[] = []) =>
  read("text", { text: words }, { mentions }).text;

Deno.test("a text message becomes plain values", () => {
  assertEquals(read("text", { text: " fix the bug \n" }), {
    messageId: "om_1",
    chatId: "oc_1",
    chatType: "p2p",
    sender: "ou_alice",
    createdAt: 1_700_000_000_123,
    receivedAt: 42,
    type: "text",
    text: "fix the bug",
    mentionsBot: false,
    attachments: [],
  });
});

Deno.test("group, topic and quoted message are kept", () => {
  const more = { chat_type: "group", thread_id: "omt_1", parent_id: "om_1", root_id: "om_0" };
  const { chatType, threadId, parentId } = read("text", { text: "x" }, more);
  assertEquals([chatType, threadId, parentId], ["group", "omt_1", "om_1"]);
  // Every message of a topic has the one that began it as parent, which quotes nothing.
  const topic = { ...more, parent_id: "om_0" };
  assertEquals(read("text", { text: "x" }, topic).parentId, undefined);
  assertEquals(read("text", { text: "x" }, { chat_type: "topic_group" }).chatType, "group");
});

Deno.test("mentions become names, and the bot's own goes away with its space", () => {
  const people = [mention(1, bot, "OpenCode"), mention(2, "ou_bob", "Bob $& Co")];
  assertEquals(text("@_user_1 ask @_user_2 why", people), "ask @Bob $& Co why");
  assertEquals(text("@_user_1 /help", people), "/help");
  assertEquals(text("hey @_user_1 there", people), "hey there");
  assertEquals(text("@_user_2", [mention(2, "ou_bob", "")]), "@ou_bob");
  const content = { text: "@_user_1 hi" };
  assertEquals(readContent("text", content, people, bot).mentions, [bot, "ou_bob"]);
  assert(read("text", content, { mentions: people }).mentionsBot);
  assert(!read("text", content, { mentions: people.slice(1) }).mentionsBot);
  assert(hasMentions(event("text", content, { mentions: people })));
});

Deno.test("the tenth mention is not taken for the first", () => {
  const people = [mention(1, bot, "OpenCode"), mention(10, "ou_ten", "Ten")];
  assertEquals(text("@_user_1 @_user_10 hi", people), "@Ten hi");
});

Deno.test("@all is shown and mentions nobody; what nobody explains stays", () => {
  assertEquals(readContent("text", { text: "@_all look" }, undefined, bot).mentions, []);
  for (const mentions of [undefined, [], [{ key: "@_all", id: { open_id: "" }, name: "all" }]]) {
    assert(!hasMentions(event("text", { text: "@_all look" }, { mentions })));
    assert(!read("text", { text: "@_all look" }, { mentions }).mentionsBot);
  }
  assertEquals(text("@_all look @_user_9"), "@all look @_user_9");
  assertEquals(text("mail me@_user.com"), "mail me@_user.com");
});

Deno.test("a message that mentions somebody and not the bot is for everyone or for others", () => {
  const [own, bob] = [mention(1, bot, "OpenCode"), mention(2, "ou_bob", "Bob")];
  const all = { key: "@_all", id: { open_id: "" }, name: "all" };
  const at = (id: string) => ({
    content: [[{ tag: "at", user_id: id }, { tag: "text", text: "x" }]],
  });
  const cases = [
    ["text", { text: "x" }, [], undefined],
    ["text", { text: "@_user_2 x" }, [bob], "others"],
    // Of people whose id the app may not see, it is not told.
    ["text", { text: "@_user_3 x" }, [{ key: "@_user_3", id: {}, name: "Eve" }], "others"],
    ["text", { text: "@_user_1 @_user_2 x" }, [own, bob], undefined],
    ["text", { text: "@_all x" }, undefined, "everyone"],
    ["text", { text: "@_all x" }, [all], "everyone"],
    ["text", { text: "@_all @_user_2 x" }, [bob], "everyone"],
    ["text", { text: "@_all @_user_1 x" }, [own], undefined],
    ["post", at("all"), [], "everyone"],
    ["post", at("@_all"), [all], "everyone"],
    ["post", at("@_user_2"), [bob], "others"],
    ["post", at("@_user_1"), [own], undefined],
  ] as const;
  for (const [type, content, mentions, addressee] of cases) {
    const more = { chat_type: "group", mentions };
    assertEquals(
      read(type, content, more).addressee,
      addressee,
      JSON.stringify([content, mentions]),
    );
  }
});

Deno.test("a post is flattened: title, links, mentions, code, rules, emoji", () => {
  const post = {
    title: "Bug",
    content: [
      [{ tag: "at", user_id: "@_user_1", user_name: "OpenCode" }, { tag: "text", text: " see " }, {
        tag: "a",
        text: "the log",
        href: "https://x.io/log",
      }],
      [{ tag: "a", text: "https://y.io", href: "https://y.io" }, {
        tag: "a",
        href: "https://z.io",
      }],
      [{ tag: "code_block", language: "GO", text: "a := 1\n" }],
      [{ tag: "at", user_id: "@_user_2", user_name: "Bob" }, { tag: "text", text: " knows " }, {
        tag: "emotion",
        emoji_type: "SMILE",
      }],
      [{ tag: "hr" }],
      [{ tag: "at", user_id: "all" }, { tag: "unknown", text: " rest" }],
    ],
  };
  const mentions = [mention(1, bot, "OpenCode"), mention(2, "ou_bob", "Bob")];
  assertEquals(
    read("post", post, { mentions }).text,
    [
      "Bug",
      "",
      "see the log (https://x.io/log)",
      "https://y.iohttps://z.io",
      "",
      "```go",
      "a := 1",
      "```",
      "",
      "@Bob knows :SMILE:",
      "",
      "---",
      "",
      "@all rest",
    ].join("\n"),
  );
});

const line = (text: string) => [{ tag: "text", text }];
const block = (text: string, language = "") => [{ tag: "code_block", language, text }];
const body = (...content: unknown[]) => read("post", { title: "", content }).text;

Deno.test("code in a post keeps its blank lines, its indentation and its fences", () => {
  const code = "    if x:\n\n\n\n\ty = 1\n\n```js\n`a`\n```\n";
  const fences = "````";
  const shown = `${fences}python\n${code}${fences}`;
  assertEquals(body(block(code, "Python")), shown);
  assertEquals(body(line("see"), block(code, "PYTHON"), line("why?")), `see\n\n${shown}\n\nwhy?`);
  assertEquals(
    body([...line("see "), ...block(code, "python"), ...line(" why?")]),
    `see \n\n${shown}\n\n why?`,
  );
  assertEquals(body(block("a"), block("b")), "```\na\n```\n\n```\nb\n```");
  assertEquals(body(block("~~~\n`````\n")), "``````\n~~~\n`````\n``````");
});

Deno.test("code that was pasted as lines keeps its blank lines and its indentation", () => {
  const lines = ["    def f():", "", "", "", "        return 1", "", "\tx"];
  assertEquals(body(...lines.map(line)), lines.join("\n"));
  assertEquals(body(...lines.map((text) => text === "" ? [] : line(text))), lines.join("\n"));
  assertEquals(body([], line(""), ...lines.map(line), []), lines.join("\n"));
  const at = { tag: "at", user_id: "@_user_1" };
  const mentions = [mention(1, bot, "OpenCode")];
  const post = (...content: unknown[]) => read("post", { content }, { mentions }).text;
  assertEquals(post([at, ...line("   fix")], line("    x"), line("")), "fix\n    x");
  assertEquals(post([at], ...lines.map(line)), lines.join("\n"));
});

Deno.test("a text keeps the indentation of its first line and its blank lines", () => {
  const code = "    if x:\n\n\n        y\n\tz";
  const bots = [mention(1, bot, "OpenCode")];
  assertEquals(text(code), code);
  assertEquals(text(`\n \n${code}\n\n`), code);
  assertEquals(text(`@_user_1\n${code}`, bots), code);
  assertEquals(text(`@_user_1   ${code.trim()}`, bots), code.trim());
  // One blank belongs to the mention.
  assertEquals(text(`@_user_1 ${code}`, bots), code);
  assertEquals(text("@_user_1     return 1", bots), "    return 1");
  assertEquals(text("@_user_1 \tmake", bots), "\tmake");
  assertEquals(text("    return 1"), "    return 1");
  assertEquals(text("\tmake"), "\tmake");
});

Deno.test("many mentions take time in proportion to their number", () => {
  const people = Array.from({ length: 300 }, (_, i) => mention(i, `ou_${i}`, `P${i}`));
  const starts = ["[a", "[a](http://", "[a](http://b(", "[a](http://b(c)", "["];
  for (const one of ["@_user_1", "@_user_", "@_user_1 ", " ", "\n", "@_all", "@", ...starts]) {
    assertGrowsLinearly((length) => {
      text(one.repeat(length / one.length), people);
    }, JSON.stringify(one));
  }
});

Deno.test("pictures and files in a post become attachments", () => {
  const content = [[{ tag: "text", text: "look" }], [{ tag: "img", image_key: "img_1" }], [{
    tag: "media",
    file_key: "file_2",
    image_key: "img_3",
  }]];
  const { text, attachments } = read("post", { title: "", content });
  assertEquals(text, "look");
  assertEquals(attachments, [{ kind: "image", key: "img_1" }, { kind: "file", key: "file_2" }]);
});

Deno.test("whatever an element of a post is called, its file is taken", () => {
  for (const tag of ["file", "audio", "video", "media", "voice_memo"]) {
    const element = { tag, file_key: "file_1", file_name: "a.bin" };
    const content = [[{ tag: "text", text: "look" }, element], [{ tag, image_key: "img_1" }]];
    const { text, attachments } = read("post", { content });
    assertEquals(text, "look");
    assertEquals(attachments, [
      { kind: "file", key: "file_1", name: "a.bin" },
      { kind: "image", key: "img_1" },
    ]);
  }
});

Deno.test("a numbered list keeps its numbers if the event has them", () => {
  const list = "3. three\n4. four\n    1. inside";
  const plain = ["three", "four", "inside"].map((text) => line(text));
  const shapes = [
    { content: [[{ tag: "md", text: list }]] },
    { content: plain, content_v2: list },
    { content: plain, content_v2: [[{ tag: "md", text: list }]] },
    { content: plain, content_v2: [{ tag: "md", text: list }] },
    { zh_cn: { title: "", content: plain, content_v2: [[{ tag: "md", text: list }]] } },
  ];
  for (const shape of shapes) assertEquals(read("post", shape).text, list);
  for (const none of [undefined, "", [], [[]], 7, {}]) {
    assertEquals(body(...plain), read("post", { content: plain, content_v2: none }).text);
  }
});

Deno.test("Markdown in a post names who is mentioned, and its pictures are attachments", () => {
  const mentions = [mention(1, bot, "OpenCode"), mention(2, "ou_bob", "Bob")];
  const text =
    '<at user_id="@_user_1">OpenCode</at>  ask <at user_id="ou_bob">B</at> ![x](img_1)@_user_2';
  const files = [[{ tag: "img", image_key: "img_1" }]];
  const post = { content: files, content_v2: [[{ tag: "md", text }]] };
  const { text: shown, attachments, mentionsBot } = read("post", post, { mentions });
  assertEquals([shown, mentionsBot], ["ask @Bob @Bob", true]);
  assertEquals(attachments, [{ kind: "image", key: "img_1" }]);
});

Deno.test("code in the Markdown of a post stays as it is", () => {
  const mentions = [mention(1, bot, "OpenCode"), mention(2, "ou_bob", "Bob")];
  const inside = '[a.md](http://a.md) ![x](img_1) <at user_id="ou_bob">B</at> @_user_1 @_user_2';
  for (const fence of ["```", "````", "`````"]) {
    for (const inner of [inside, `\`\`\n${inside}`, `${fence.slice(1)}\n${inside}`]) {
      const code = `${fence}md\n  ${inner}\n\n${fence}`;
      for (const md of [`say\n${code}\nend`, code, `\`${inside}\` and \n${code}`]) {
        for (const post of [{ content: [[{ tag: "md", text: md }]] }, { content_v2: md }]) {
          const { text, attachments } = read("post", post, { mentions });
          assertEquals([text, attachments], [md, []]);
        }
      }
    }
  }
  const open = `@_user_2 \`\`\`\n${inside}`;
  const { text } = read("post", { content_v2: open }, { mentions });
  assertEquals(text, `@Bob \`\`\`\n${inside}`);
});

Deno.test("a link that the client made of a name is the name", () => {
  const names: [name: string, address: string][] = [
    ["README.md", "http://README.md"],
    ["README.md", "https://readme.md/"],
    ["src/main.rs", "http://src/main.rs"],
    ["main.py#L10", "http://main.py#L10"],
    ["报告.md", "http://报告.md"],
    ["报告.md", new URL("http://报告.md").href],
    ["a(1).md", "http://a(1).md"],
    ["deno.land", "https://deno.land"],
    ["me@x.io", "mailto:me@x.io"],
    ["https://x.io/a?b=c", "https://x.io/a?b=c"],
  ];
  for (const [name, address] of names) {
    assertEquals(text(`/get [${name}](${address})`), `/get ${name}`);
    assertEquals(text(`[${name}](${address}) and [${name}](${address})`), `${name} and ${name}`);
    assertEquals(body([{ tag: "a", text: name, href: address }]), name);
    assertEquals(body([{ tag: "md", text: `[${name}](${address})` }]), name);
  }
  const links: [shown: string, address: string][] = [
    ["the log", "https://x.io/log"],
    ["README.md", "http://evil.example"],
    ["x.io", "https://x.io/login"],
    ["https://x.io", "https://y.io"],
    // No client makes a link of a lone word: it is a host inside of a company.
    ["docs", "http://docs"],
    ["wiki", "https://wiki/"],
    ["localhost:3000", "http://localhost:3000"],
  ];
  for (const [shown, address] of links) {
    assertEquals(text(`[${shown}](${address})`), `[${shown}](${address})`);
    assertEquals(body([{ tag: "a", text: shown, href: address }]), `${shown} (${address})`);
  }
});

Deno.test("a post that is wrapped in a locale reads the same", () => {
  const post = { title: "T", content: [[{ tag: "text", text: "body" }]] };
  assertEquals(read("post", { zh_cn: post }).text, "T\n\nbody");
  assertEquals(read("post", post).text, "T\n\nbody");
});

Deno.test("images and files are attachments without text", () => {
  assertEquals(read("image", { image_key: "img_1" }).attachments, [{
    kind: "image",
    key: "img_1",
  }]);
  assertEquals(read("file", { file_key: "file_1", file_name: "a.txt" }).attachments, [
    { kind: "file", key: "file_1", name: "a.txt" },
  ]);
});

Deno.test("a voice message is a recording with its length, if Feishu says it", () => {
  const recording = { kind: "audio", key: "file_1" } as const;
  const message = read("audio", { file_key: "file_1", duration: 2_000 });
  assertEquals(message.attachments, [{ ...recording, durationMs: 2_000 }]);
  assert(isVoice(message));
  for (const duration of [undefined, "2000", null]) {
    assertEquals(read("audio", { file_key: "file_1", duration }).attachments, [recording]);
  }
  assert(!isVoice(read("audio", {})) && !isVoice(read("file", { file_key: "file_1" })));
});

Deno.test("other types are messages too, so that somebody can say they are not supported", () => {
  for (const type of ["sticker", "media", "share_chat", "something_new"]) {
    const { text, attachments } = read(type, { file_key: "file_1" });
    assertEquals([text, attachments, isSupported(type)], ["", [], false]);
  }
  for (const type of ["text", "post", "image", "file", "audio", "merge_forward", "interactive"]) {
    assert(isSupported(type), type);
  }
});

Deno.test("broken content is an empty message, not an error", () => {
  for (const content of ["{", "null", "[]", '"x"', '{"text":7}']) {
    for (const type of ["text", "post", "image", "file"]) {
      assertEquals(read(type, content).text, "", `${type} ${content}`);
    }
  }
  assertEquals(read("post", { content: [null, [null, { tag: 1 }], "x"] }).text, "");
});

Deno.test("a message whose content is empty was recalled before its event", () => {
  for (const content of ["", " \n", undefined, null, 7]) {
    for (const type of ["text", "post", "image", "merge_forward"]) {
      const emptied = event(type, "", { content });
      assertEquals(parseMessageEvent(emptied, bot, 1), undefined);
      assertEquals(parseEmptied(emptied), { chatId: "oc_1", messageId: "om_1" });
    }
  }
  assertEquals(parseEmptied(event("text", { text: "" })), undefined);
  for (const odd of [undefined, null, {}, { message: 7 }, { message: { content: "" } }]) {
    assertEquals(parseEmptied(odd), undefined);
  }
});

Deno.test("an event that is no message of a person is ignored", () => {
  const whole = event("text", { text: "x" });
  const broken: unknown[] = [
    undefined,
    null,
    "x",
    {},
    { message: whole.message },
    { sender: whole.sender },
    { ...whole, sender: { ...whole.sender, sender_type: "app" } },
    { ...whole, message: { ...whole.message, message_id: undefined } },
    { ...whole, message: { ...whole.message, chat_id: "" } },
  ];
  for (const one of broken) assertEquals(parseMessageEvent(one, bot, 1), undefined);
});

Deno.test("a message without a time counts from its arrival", () => {
  for (const create_time of [undefined, "", "soon", "0"]) {
    assertEquals(read("text", { text: "x" }, { create_time }).createdAt, 42);
  }
});

Deno.test("a time in seconds counts as one in milliseconds", () => {
  for (const create_time of ["1700000000", 1_700_000_000, "1700000000000"]) {
    assertEquals(read("text", { text: "x" }, { create_time }).createdAt, 1_700_000_000_000);
  }
});

Deno.test("the time to read a message grows like its length, whatever it is made of", () => {
  for (const one of ["@_user_1", "@_user_1 ", "@_all", "@", " ", "\n", " \n", "`", "```\n", "x"]) {
    const mentions = [mention(1, bot, "Bridge")];
    const post = (text: string) => ({
      content: [[{ tag: "at", user_id: "@_user_1" }, { tag: "text", text }], [
        { tag: "code_block", language: "TS", text },
      ]],
    });
    assertGrowsLinearly((length) => {
      const text = `${one.repeat(length / one.length)}x`;
      parseMessageEvent(event("text", { text }, { mentions }), bot, 0);
      parseMessageEvent(event("post", post(text), { mentions }), bot, 0);
    }, JSON.stringify(one));
  }
});
