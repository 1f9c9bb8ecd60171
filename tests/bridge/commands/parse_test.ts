import { assert, assertEquals } from "@std/assert";
import {
  beginsWithCommand,
  isUrgent,
  nearestCommand,
  parseText,
  stopWord,
} from "../../../lib/bridge/commands/parse.ts";
import { CHINESE_WORDS } from "../../../lib/bridge/commands/chinese_words.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import { en } from "../../../lib/texts/en.ts";
import { zh } from "../../../lib/texts/zh.ts";
import { assertGrowsLinearly } from "../../helpers.ts";

Deno.test("commands are read with their argument, in any case", () => {
  const cases: [string, string, string][] = [
    ["/help", "help", ""],
    ["  /STATUS \n", "status", ""],
    ["/why", "status", ""],
    ["/new", "new", ""],
    ["/cwd", "cwd", ""],
    ["/cwd ~/my project", "cwd", "~/my project"],
    ["/cwd\n/tmp", "cwd", "/tmp"],
    ["/cancel all", "cancel", "all"],
    ["/stop ALL", "cancel", "ALL"],
    ["/resume 2", "resume", "2"],
    ["/model sonnet", "model", "sonnet"],
  ];
  for (const [text, name, argument] of cases) {
    const command = COMMANDS[name];
    assert(command);
    assertEquals(parseText(text), { kind: "command", name, command, argument }, text);
  }
  for (const name of Object.keys(COMMANDS)) {
    assertEquals(parseText(`/${name}`).kind, "command");
  }
});

Deno.test("what merely begins with a slash is a prompt", () => {
  const prompts = [
    "",
    "hello",
    "fix /help in the code",
    "/usr/bin/foo fails, why?",
    "/",
    "//help",
    "、",
    "／",
    "、帮我看看这个报错",
    "/ usr/bin/foo fails",
    "/ new features would be nice",
    "、然后运行测试",
    "、取消订阅的功能坏了",
    "、帮助我修复这个问题",
    "/cancel 这个订阅的功能",
    "/help me with this bug",
    "/new features would be nice",
    "/stop the server on port 80",
    "/cancel my subscription form",
    "/status of the build?",
    "/model the data as classes",
    "/undo the last commit in git",
    "/etc/hosts",
    "/取消 我的订阅功能",
    "、取消所有订阅",
    "/模型 训练失败了",
    "/model 里的字段要改名",
    "、resume 项目",
    "、model里的字段要改名",
    "、new一个项目",
    "、API 报错了",
    "、help一下我",
    "、get 不到数据",
    "、get、post 都要支持",
    "、get the data from the server",
    "／get，然后提交",
    "／cwd 是哪个目录",
    "、undo掉上一次提交",
    "、stop。然后继续",
    "、review 一下代码",
    "／init 函数有问题",
    "、cancel，status 都试过了",
    "、目录 /tmp 下有什么",
    "、get /etc/passwd 是什么",
    "、下载依赖",
  ];
  for (const text of prompts) assertEquals(parseText(text), { kind: "prompt" }, text);
});

Deno.test("a command with one or two words that it does not take is a slip, and no prompt", () => {
  const slips: [string, string][] = [
    ["/取消 订阅", "cancel"],
    ["/停止 全部 容器", "cancel"],
    ["/status codes?", "status"],
    ["/why\nnot", "status"],
    ["/model two words", "model"],
    ["/users add 2", "users"],
    [" /NEW  foo.", "new"],
  ];
  const taking = new Set([
    "cwd",
    "get",
    "model",
    "effort",
    "agent",
    "resume",
    "rename",
    "settings",
    "help",
    "worktree",
    "on",
  ]);
  for (const [name, { aliases = [], takesText }] of Object.entries(COMMANDS)) {
    for (const word of takesText || taking.has(name) ? [] : [name, ...aliases]) {
      for (const behind of ["foo", "al", "x y", "订阅", "foo!", "-f", "#2", "x".repeat(40)]) {
        slips.push([`/${word} ${behind}`, name], [`/${word.toUpperCase()}: ${behind}`, name]);
      }
    }
  }
  for (const [text, name] of slips) {
    const command = COMMANDS[name];
    assert(command);
    assertEquals(parseText(text), { kind: "misused", name, command }, text);
    assert(beginsWithCommand(text), text);
  }
  const longer = ["/cancel x y z", `/stop ${"x".repeat(41)}`, "/status codes of HTTP explained?"];
  for (const text of longer) assertEquals(parseText(text), { kind: "prompt" }, text);
});

Deno.test("what a Chinese keyboard makes of a command is that command", () => {
  const slashes = ["/", "／", "、", "/ ", "／　", "、 "];
  const ends = [
    "",
    "。",
    "！",
    "!",
    "?",
    "？",
    "…",
    "~",
    "～",
    "，",
    ".",
    " ",
    "\n",
    "。。。",
    "\u200b",
  ];
  for (const name of Object.keys(COMMANDS)) {
    const wide = [...name].map((letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));
    const words = [name, name.toUpperCase(), name.charAt(0).toUpperCase() + name.slice(1)];
    for (const word of [...words, wide.join("")]) {
      for (const slash of slashes) {
        for (const end of ends) {
          const parsed = parseText(`${slash}${word}${end}`);
          assert(parsed.kind === "command", `${slash}${word}${end}`);
          assertEquals([parsed.name, parsed.argument], [name, ""]);
        }
      }
    }
  }
  const cases: [string, string, string][] = [
    ["、cancel all。", "cancel", "all"],
    ["／ｃａｎｃｅｌ　ａｌｌ", "cancel", "all"],
    ["、resume ２", "resume", "2"],
    ["/resume 2。", "resume", "2"],
    ["、cwd /tmp/项目。", "cwd", "/tmp/项目。"],
    ["/ cwd ~/my project", "cwd", "~/my project"],
    ["/取消", "cancel", ""],
    ["、cwd “~/my project”", "cwd", "“~/my project”"],
    ["／get：报告.md", "get", "报告.md"],
    ["、get README", "get", "README"],
    ["/model：gpt", "model", "gpt"],
    ["/模型　ｇｐｔ。", "model", "gpt"],
    ["/users，移除　２", "users", "remove 2"],
    ["/用户 删除 ou_1", "users", "remove ou_1"],
    ["/帮助", "help", ""],
    ["、停止。", "cancel", ""],
    ["／状态", "status", ""],
    ["/get README.md。", "get", "README.md"],
    ["/下载a.txt", "get", "a.txt"],
    ["、下载src/a.ts。", "get", "src/a.ts"],
    ["/目录/tmp", "cwd", "/tmp"],
    ["/模型gpt-4", "model", "gpt-4"],
    ["、、status", "status", ""],
    ["・help", "help", ""],
    ["/cancel）", "cancel", ""],
    ["/status😀", "status", ""],
    ["/帮助", "help", ""],
    ["\u200b/stop\ufeff", "cancel", ""],
  ];
  for (const [text, name, argument] of cases) {
    const parsed = parseText(text);
    assert(parsed.kind === "command", text);
    assertEquals([parsed.name, parsed.argument], [name, argument], text);
  }
});

Deno.test("all of the queue is meant in any language, however it is set apart", () => {
  const words = ["cancel", "STOP", "ｃａｎｃｅｌ", "取消", "停止", "停"];
  const separators = [" ", "  ", "\n", "　", "，", ",", "、", "：", ":", "； "];
  for (const slash of ["/", "／", "、", "/ "]) {
    for (const word of words) {
      for (const separator of separators) {
        for (const all of ["all", "ALL", "ａｌｌ", "全部", "所有"]) {
          for (const end of ["", "。", "！", " ", "　", "~"]) {
            const text = `${slash}${word}${separator}${all}${end}`;
            const parsed = parseText(text);
            assert(parsed.kind === "command", text);
            assertEquals([parsed.name, parsed.argument.toLowerCase()], ["cancel", "all"], text);
          }
        }
      }
    }
  }
  for (const text of ["/取消全部", "、停止所有。", "／停全部"]) {
    const parsed = parseText(text);
    assert(parsed.kind === "command", text);
    assertEquals([parsed.name, parsed.argument], ["cancel", "all"], text);
  }
});

Deno.test("each Chinese word is that of one command, and what it takes is accepted", () => {
  const seen = new Set<string>();
  for (const [name, { words, takes = {} }] of Object.entries(CHINESE_WORDS)) {
    for (const word of words) {
      assert(!seen.has(word), word);
      seen.add(word);
      for (const [taken, meant] of [["", ""], ...Object.entries(takes)]) {
        const parsed = parseText(`/${word} ${taken}`);
        assert(parsed.kind === "command", word);
        assertEquals([parsed.name, parsed.argument], [name, meant], word);
      }
    }
  }
  assertEquals(Object.keys(CHINESE_WORDS).toSorted(), Object.keys(COMMANDS).toSorted());
});

Deno.test("the time to read a message grows like its length, whatever it is made of", () => {
  const signs = ["。", " ", "\u200b", "\n", "、", "a", "停", "a ", "。a", "/", "\u{e0041}"];
  for (const sign of signs) {
    for (const begin of ["", "/get "]) {
      assertGrowsLinearly((length) => {
        const text = `${begin}${sign.repeat(length / sign.length)}x。x`;
        for (const read of [parseText, beginsWithCommand, stopWord]) read(text);
      }, JSON.stringify([begin, sign]));
    }
  }
});

Deno.test("a text that begins with a command is known, also when it is a prompt", () => {
  for (const text of ["/cancel my subscription", "/stop。", "/NEW features", "/取消 订阅"]) {
    assert(beginsWithCommand(text), text);
  }
  for (
    const text of ["", "cancel", "/tmp", "、帮我", "/cancelled", "、cancel 按钮", "／new features"]
  ) {
    assert(!beginsWithCommand(text));
  }
});

Deno.test("nothing but words for stopping, politeness and signs is a stop, with a slash or without", () => {
  const phrases: [string, string][] = [
    ...["cancel", "stop", "stop it", "stop please", "please stop", "STOP NOW", "cancel it", "取消"]
      .map((text): [string, string] => [text, ""]),
    ...[
      "停一下",
      "停下来",
      "停吧",
      "取消吧",
      "取消任务",
      "停停",
      "停啊",
      "快停",
      "立即停止",
      "请停止",
    ]
      .map((text): [string, string] => [text, ""]),
    ...["cancel all", "stop all", "cancelall", "cancel-all", "cancel_all", "全部取消", "取消all"]
      .map((text): [string, string] => [text, "all"]),
    ...["取消 全部", "停止所有任务", "全部取消吧", "所有任务取消"]
      .map((text): [string, string] => [text, "all"]),
  ];
  const around = ["", "。", "！", "“”", "（）", "【】", "😡", "!!!", "～", " \u200b", "？"];
  for (const [phrase, argument] of phrases) {
    for (const signs of around) {
      const [before, behind] = [signs.length === 2 && /[“（【]/.test(signs) ? signs[0] : "", signs];
      const text = `${before}${phrase}${before === "" ? behind : signs[1]}`;
      assertEquals(stopWord(text)?.argument, argument, text);
      for (const slash of ["/", "、", "／", "、、", "／／", "・"]) {
        const parsed = parseText(`${slash}${phrase}${before === "" ? behind : signs[1]}`);
        assert(parsed.kind === "command", `${slash}${text}`);
        assertEquals([parsed.name, parsed.argument.toLowerCase()], ["cancel", argument], text);
      }
    }
  }
});

Deno.test("a lone word that means a stop is one, a sentence is not", () => {
  const words = ["cancel", "Stop", "STOP!", "取消", "停止。", "停", "停下！", "中止", "ｓｔｏｐ"];
  for (const word of words) assertEquals(stopWord(word)?.name, "cancel", word);
  for (const word of ["取消全部", "停止所有！"]) {
    assertEquals(stopWord(word)?.argument, "all", word);
  }
  for (
    const text of [
      "",
      "status",
      "新建",
      "停用",
      "stop the server",
      "取消订阅",
      "不要停",
      "别停",
      "停车",
      "停吗",
      "all",
      "全部",
      "please",
      "cancel 2",
      "stop the build",
      "cancel my subscription",
      "取消订单",
      `stop${" please".repeat(9)}`,
    ]
  ) {
    assertEquals(stopWord(text), undefined, text);
  }
});

Deno.test("any other word behind a slash may be a command of opencode", () => {
  const cases: [string, string, string][] = [
    ["/tmp", "tmp", ""],
    ["/Review the last commit", "Review", "the last commit"],
    ["/my-command:sub a\nb", "my-command:sub", "a\nb"],
    ["/help.md", "help.md", ""],
    ["/翻译 这一段", "翻译", "这一段"],
    ["/帮助我修复这个问题", "帮助我修复这个问题", ""],
    ["、ｒｅｖｉｅｗ。", "review", ""],
    ["／review", "review", ""],
  ];
  for (const [text, word, argument] of cases) {
    assertEquals(parseText(text), { kind: "slash", word, argument }, text);
  }
});

Deno.test("a lone word close to a command's name is answered with that name", () => {
  const cases: [string, string | undefined][] = [
    ["halp", "help"],
    ["helpp", "help"],
    ["statuss", "status"],
    ["sttus", "status"],
    ["cancle", "cancel"],
    ["Cansel", "cancel"],
    ["stopp", "stop"],
    ["news", "new"],
    ["hepl", "help"],
    ["nwe", "new"],
    ["modle", "model"],
    ["reveiw", "review"],
    ["canc", "cancel"],
    ["stat", "status"],
    ["sess", "sessions"],
    ["c", undefined],
    ["tmp", undefined],
  ];
  for (const [word, name] of cases) assertEquals(nearestCommand(word, "", ["review"]), name, word);
  assertEquals(nearestCommand("halp", "me with this", []), undefined);
  const withArguments: [string, string, string | undefined][] = [
    ["modle", "gpt-5", "model"],
    ["cancle", "all", "cancel"],
    ["evry", "weekday at 9 check the build", "every"],
    ["reveiw", "what I have done since yesterday", "review"],
    ["stauts", "of the build is red, why do you think so?", undefined],
    ["run", "tests", undefined],
    ["test", "it", undefined],
    ["code", "review", undefined],
    ["tmp", "full", undefined],
    ["lib", "tests", undefined],
  ];
  for (const [word, argument, name] of withArguments) {
    assertEquals(nearestCommand(word, argument, ["review"]), name, word);
  }
});

Deno.test("both languages have a line for each command, and for nothing else", () => {
  for (const { commands } of [en, zh]) {
    assertEquals(Object.keys(commands).toSorted(), Object.keys(COMMANDS).toSorted());
  }
});

Deno.test("what stops something or asks for the state is urgent", () => {
  for (
    const text of [
      "/cancel",
      "/stop",
      "、取消。",
      "/status",
      "/why",
      "/cancel all",
      "/取消全部",
      "/停止 全部",
    ]
  ) {
    assert(isUrgent(text), text);
  }
  for (const text of ["/help", "/new", "stop", "y", "", "/cancel that thing"]) {
    assert(!isUrgent(text), text);
  }
});
