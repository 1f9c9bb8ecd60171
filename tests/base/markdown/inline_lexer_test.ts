import { assert, assertEquals } from "@std/assert";
import { Lexer, type Token, type Tokens } from "marked";
import { parseInline } from "../../../lib/base/markdown/inline_lexer.ts";
import { assertGrowsLinearly, seeded } from "../../helpers.ts";

/** Tokens as text, emphasis in brackets. */
function shown(tokens: readonly Token[] = []): string {
  const signs: Record<string, [string, string]> = {
    strong: ["⟦", "⟧"],
    em: ["⟨", "⟩"],
    del: ["⟪", "⟫"],
  };
  return (tokens as readonly Tokens.Generic[]).map((token) => {
    const [open, close] = signs[token.type] ?? [];
    if (open !== undefined) return `${open}${shown(token["tokens"])}${close}`;
    if (token.type === "link") return `{${shown(token["tokens"])}→${token["href"]}}`;
    if (token.type === "image") return `{!${token["text"]}→${token["href"]}}`;
    if (token.type === "codespan") return `\`${token["text"]}\``;
    return token.type === "escape" ? String(token["text"]) : token.raw;
  }).join("");
}

const parses = (cases: readonly (readonly [string, string])[]) => {
  for (const [markdown, expected] of cases) assertEquals(shown(parseInline(markdown)), expected);
};

Deno.test("emphasis beside Chinese, Japanese and Korean is what its writer meant", () => {
  parses([
    ["请运行**`npm install`**，然后**`npm test`**。", "请运行⟦`npm install`⟧，然后⟦`npm test`⟧。"],
    ['把**"foo"**，改成**"bar"**。', '把⟦"foo"⟧，改成⟦"bar"⟧。'],
    ["增长**+5%**，价格为**$100**。", "增长⟦+5%⟧，价格为⟦$100⟧。"],
    ["**A：**B", "⟦A：⟧B"],
    [
      "これは**「テスト」**です。**「あ」**なので**「い」**だ",
      "これは⟦「テスト」⟧です。⟦「あ」⟧なので⟦「い」⟧だ",
    ],
    ['이것은 **"텍스트"**를', '이것은 ⟦"텍스트"⟧를'],
    ["*重要：*内容", "⟨重要：⟩内容"],
    ["~~100元。~~现在", "⟪100元。⟫现在"],
    ["**注意:**text", "⟦注意:⟧text"],
    ["text**“重点”**text", "text⟦“重点”⟧text"],
    ["**（一）**第一，**（二）**第二", "⟦（一）⟧第一，⟦（二）⟧第二"],
    ["**中文**English**中文**", "⟦中文⟧English⟦中文⟧"],
    [
      "***又粗又斜***，**粗*斜*粗**",
      "⟦⟨又粗又斜⟩⟧，⟦粗⟨斜⟩粗⟧".replace("⟦⟨又粗又斜⟩⟧", "⟨⟦又粗又斜⟧⟩"),
    ],
    ["**[链接](https://x.io)**的", "⟦{链接→https://x.io}⟧的"],
    ["见**https://x.io/a**。", "见⟦{https://x.io/a→https://x.io/a}⟧。"],
    ['ภาษา**"คำ"**ไทย', 'ภาษา⟦"คำ"⟧ไทย'],
    ["𠮷**“野”**家", "𠮷⟦“野”⟧家"],
    ["**1）**安装，**2) **", "⟦1）⟧安装，**2) **"],
    ["（见**「一」**和**「二」**）", "（见⟦「一」⟧和⟦「二」⟧）"],
    ["~~カナ！~~と*「斜体」*も", "⟪カナ！⟫と⟨「斜体」⟩も"],
  ]);
});

Deno.test("signs that are no emphasis stay signs, and do not invert what follows", () => {
  parses([
    ["2**10 个 **重点**", "2**10 个 ⟦重点⟧"],
    ["2*3*4，3~5天，~~~", "2*3*4，3~5天，~~~"],
    ["f(*args, **kwargs)，然后**重点**。", "f(*args, **kwargs)，然后⟦重点⟧。"],
    ["snake_case_name，_变量_", "snake_case_name，⟨变量⟩"],
    ["*****", "*****"],
    ["ls *.ts && cat *.js", "ls *.ts && cat *.js"],
  ]);
});

Deno.test("a sign beside Chinese that is no emphasis is shown", () => {
  const lines = [
    "面积=a*b，周长=2*(a+b)",
    "总价=单价*数量，折扣后=总价*0.8",
    "体积=长*宽*高",
    "体積=幅*高さ*奥行",
    "부피=가로*세로*높이",
    "char*和int*类型",
    "用int*p和char*q声明",
    "SELECT *，COUNT(*)，SUM(a*b)",
    "按*键或#键，按*键返回",
    "电话*999#查询，*100#充值",
    "*号表示通配，*号也可以转义",
    "必填项带*，选填项不带*。",
    "注1*：说明，注2*：说明",
    "带“*”的和带「*」的",
    "**kwargs和*args，**options参数",
    "正则 .*和a.*b以及[^*]*",
    "5~~10和7~~8",
    "_snake_中 中_snake_",
    "变量_a和_b，函数__init__和__del__中",
    "O(n*m)和O(n*log n)，f(x)=a*x+b，g(x)=c*x+d",
  ];
  for (const line of lines) {
    for (const text of [line, `见：${line}`, `（${line}）`]) {
      assertEquals(shown(parseInline(text)), text);
    }
    const isOpen = line.includes("**options");
    if (!isOpen) assertEquals(shown(parseInline(`${line}；**重点**和`)), `${line}；⟦重点⟧和`);
    assertEquals(shown(parseInline(`**重点**：${line}`)), `⟦重点⟧：${line}`);
  }
  parses([
    ["__“粗”__字和__粗__字", "⟦“粗”⟧字和⟦粗⟧字"],
    ["这个*很*重要，*“引用”*也是，*（括号）*也是", "这个⟨很⟩重要，⟨“引用”⟩也是，⟨（括号）⟩也是"],
    ["**首先，**我们，**（注意）**运行", "⟦首先，⟧我们，⟦（注意）⟧运行"],
    ["中文**重点，很=重要**中文", "中文⟦重点，很=重要⟧中文"],
    ["提升*50%*左右", "提升⟨50%⟩左右"],
  ]);
});

Deno.test("patterns of file names beside Chinese keep their stars, and emphasis around them is seen", () => {
  parses([
    ["所有*.js和*.ts", "所有*.js和*.ts"],
    ["src/**/*.ts和test/**", "src/**/*.ts和test/**"],
    ["忽略**/dist/**目录和**/node_modules/**", "忽略**/dist/**目录和**/node_modules/**"],
    ["**所有*.js文件**和*.ts", "⟦所有*.js文件⟧和*.ts"],
    ["用**注意*.js**的，把**src/*.ts**改", "用⟦注意*.js⟧的，把⟦src/*.ts⟧改"],
    ["接口**/api/users**返回**lib/**", "接口⟦/api/users⟧返回⟦lib/⟧"],
    ["**优点**/**缺点**，**前端**/API", "⟦优点⟧/⟦缺点⟧，⟦前端⟧/API"],
    ["支持**.js**和*重要*.md", "支持⟦.js⟧和⟨重要⟩.md"],
  ]);
  const globs = [
    "*.js",
    "*.test.ts",
    "*.{js,ts}",
    "src/*",
    "src/**",
    "**/*.ts",
    "src/**/*.ts",
    "./lib/*/index.js",
    "test_*.py",
    "*_test.go",
    "*/10",
    "__tests__/*.ts",
    "**/dist/**",
    "*.d.*",
  ];
  const words = ["和", "、", "与", "，还有", "以及“", "”或", "（", "）の", " and "];
  const bold = [["**重点**", "⟦重点⟧"], ["*斜体*", "⟨斜体⟩"], ["~~旧~~", "⟪旧⟫"]] as const;
  for (let seed = 0; seed < 3000; seed++) {
    const random = seeded(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    let markdown = "见";
    let expected = "见";
    for (let i = 0; i < 5; i++) {
      const [mark, emphasised] = random() < 0.3 ? pick(bold) : [undefined, ""];
      const glob = pick(globs);
      const word = pick(words);
      markdown += `${mark ?? glob}${word}`;
      expected += `${mark === undefined ? glob : emphasised}${word}`;
    }
    assertEquals(shown(parseInline(markdown)), expected, `seed ${seed}`);
  }
});

const WORDS = [
  "重点",
  "テスト",
  "カナ",
  "텍스트",
  "漢字かな",
  "𠮷野",
  "Note",
  "v1.2",
  "`code`",
  "100",
];
const AROUND = [
  "“”",
  "「」",
  "（）",
  "《》",
  "『』",
  '""',
  "()",
  "【】",
  "‘’",
  "$ ",
  "+%",
  " ：",
  " 。",
  " :",
  " !",
  " ",
];
const UNSPACED = [
  "中",
  "の",
  "カ",
  "를",
  "ㄅ",
  "，",
  "。",
  "：",
  "、",
  "）",
  "」",
  "！",
  "“",
  "…",
  "𠮷",
];

Deno.test("whatever stands in emphasis or around it, beside unspaced scripts it is emphasis", () => {
  const signs = { "**": "⟦⟧", "*": "⟨⟩", "~~": "⟪⟫" } as const;
  for (let seed = 0; seed < 10_000; seed++) {
    const random = seeded(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    let markdown = "";
    let expected = "";
    for (let i = 0; i < 3; i++) {
      const mark = pick(["**", "*", "~~"] as const);
      const [left = "", right = ""] = pick(AROUND).split("");
      const inner = `${left}${pick(WORDS)}${right}`.trim();
      const [open, close] = signs[mark];
      const before = pick(UNSPACED);
      const after = pick(UNSPACED);
      markdown += `${before}${mark}${inner}${mark}${after}`;
      expected += `${before}${open}${inner}${close}${after}`;
    }
    assertEquals(shown(parseInline(markdown)), expected, `seed ${seed}: ${markdown}`);
  }
});

Deno.test("where words have spaces between them, lines are parsed as marked parses them", () => {
  const pieces = [
    ..."a b c word Word 1 . , ( ) ! ? : \" ' - é ж".split(" "),
    ..."* ** *** _ __ ` `` \\* \\_ [x](https://y.io) ![p](q) [x] <https://z.io> ~~".split(" "),
    ...Array(12).fill(" "),
  ];
  let differ = 0;
  const count = 4000;
  for (let seed = 0; seed < count; seed++) {
    const random = seeded(seed);
    const markdown = Array.from({ length: 12 }, () => pieces[Math.floor(random() * pieces.length)])
      .join("").trim();
    const theirs = shown(Lexer.lexInline(markdown));
    if (shown(parseInline(markdown)) !== theirs) differ++;
  }
  // Where signs crowd, marked itself leaves CommonMark in some cases.
  assert(differ < count / 50, `${differ} of ${count}`);
});

Deno.test("links, pictures, references, addresses and code", () => {
  parses([
    ['[a](b "t") [a]( <b c> ) [a](b(c)d)', "{a→b} {a→b c} {a→b(c)d}"],
    ["[a] [a](b c) [a](b", "[a] [a](b c) [a](b"],
    ["[![x](y)](z) ![a *b*](c)", "{{!x→y}→z} {!a *b*→c}"],
    ["[https://a.io](https://b.io)", "{{https://a.io→https://a.io}→https://b.io}"],
    ["[a [b](c) d](e)", "[a {b→c} d](e)"],
    ["`a*b` *c* ``d`e`` `f", "`a*b` ⟨c⟩ `d`e` `f"],
    [
      "(https://x.io/a_(b)). www.x.io, <a@b.io>",
      "({https://x.io/a_(b)→https://x.io/a_(b)}). {www.x.io→http://www.x.io}, {a@b.io→mailto:a@b.io}",
    ],
    [
      "xhttps://y.io http:// 见https://x.io/文",
      "xhttps://y.io http:// 见{https://x.io/→https://x.io/}文",
    ],
    ["\\*a\\* \\a", "*a* \\a"],
    ['<a title="*x*">*y*</a>', '<a title="*x*">⟨y⟩</a>'],
  ]);
  const references = { "x y": { href: "https://z.io", title: null }, a: { href: "b", title: "t" } };
  assertEquals(
    shown(parseInline("[T][X\n y] [a][] [a] [b] [constructor]", references)),
    "{T→https://z.io} {a→b} {a→b} [b] [constructor]",
  );
});

Deno.test("no character is lost, and hostile lines take time in proportion to their length", () => {
  const hostile = [
    "**a",
    "**a** ",
    "`**a` ",
    "@_user_1",
    "*a ",
    "_a",
    "a*",
    "**“",
    "**字",
    "字**",
    "~~a",
    "***a",
    "*a *b **c",
    "(**a",
    "[",
    "![",
    "](",
    "[a](",
    "![a](b) ",
    "[a](b) ",
    '[a](b "',
    "[a](b (",
    "[a](<",
    "`",
    "`a ``b ",
    "<a ",
    '<a b="',
    "<a:",
    "http://a ",
    "http://a(",
    "www.",
    "\\*",
    "( ",
    "*[",
    "[*",
    "![*a](b)* ",
    "a",
    "a\n",
    " ",
    "&lt;",
    "a  \n",
    "*/",
    "/*a",
    "**/",
    "*.a和",
    "_*.a",
  ];
  for (const one of hostile) {
    const raw = one.repeat(300);
    const flat = (tokens: readonly Token[]): string => tokens.map(({ raw }) => raw).join("");
    assertEquals(flat(parseInline(raw)), raw);
    const parse = (length: number) => void parseInline(one.repeat(length / one.length));
    assertGrowsLinearly(parse, JSON.stringify(one), 10_000);
  }
});
