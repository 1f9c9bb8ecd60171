import { assert, assertEquals } from "@std/assert";
import { KnownSecrets, knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { redact, redactGrowing } from "../../../lib/base/secrets/redact.ts";
import { plainText } from "../../../lib/feishu/draw/plain_text.ts";
import { cpuTime } from "../../cpu_time.ts";
import { assertGrowsLinearly, seeded } from "../../helpers.ts";

const SMALL = "abcdefghijklmnopqrstuvwxyz";
const HEX = "0123456789abcdef";
const ALNUM = `${SMALL}${SMALL.toUpperCase()}0123456789`;
const URL_SAFE = `${ALNUM}_-`;

/** A random word that has a digit and a change of case, as a service would make it. */
function random(seed: () => number, alphabet: string, length: number): string {
  for (;;) {
    const word = Array.from({ length }, () => alphabet[Math.floor(seed() * alphabet.length)])
      .join("");
    const needs = alphabet === HEX ? [/\d/, /[a-f]/] : [/\d/, /[a-z]/, /[A-Z]/];
    if (needs.every((one) => one.test(word)) && /^[^-_]/.test(word)) return word;
  }
}

/** How well-known services write their secrets: what stands around one, and the secret. */
const FORMATS: Readonly<Record<string, (seed: () => number) => [secret: string, text: string]>> = {
  ...Object.fromEntries(
    ([
      ...["ghp_", "gho_", "ghs_", "ghr_", "ghu_", "npm_"].map((one) => [one, ALNUM, 36] as const),
      ["hf_", ALNUM, 34],
      ["sk_live_", ALNUM, 24],
      ["rk_live_", ALNUM, 24],
      ["whsec_", ALNUM, 32],
      ["sk-", ALNUM, 48],
      ["sk-", HEX, 32],
      ["sk-or-v1-", HEX, 64],
      ["gsk_", ALNUM, 52],
      ["xai-", ALNUM, 80],
      ["glpat-", URL_SAFE, 20],
      ["sk-proj-", URL_SAFE, 156],
      ["sk-ant-api03-", URL_SAFE, 95],
      ["AIza", URL_SAFE, 35],
      ["ya29.", URL_SAFE, 160],
      ["dop_v1_", HEX, 64],
      ["LTAI", ALNUM, 20],
      ["AKID", ALNUM, 32],
      ["t-", ALNUM, 42],
      ["t-", HEX, 40],
      ["u-", ALNUM, 44],
      ["a-", HEX, 30],
    ] as const).map(([prefix, alphabet, length]) => [
      `${prefix} ${length}`,
      (seed: () => number) => {
        const word = random(seed, alphabet, length);
        return [word, prefix + word] as [string, string];
      },
    ]),
  ),
  "github_pat_": (seed) => {
    const word = `${random(seed, ALNUM, 22)}_${random(seed, ALNUM, 59)}`;
    return [word, `github_pat_${word}`];
  },
  "xoxb-": (seed) => {
    const word = random(seed, ALNUM, 24);
    return [word, `xoxb-263594206564-2343594206564-${word}`];
  },
  "xapp-": (seed) => {
    const word = random(seed, HEX, 64);
    return [word, `xapp-1-A0123ABCDEF-3343594206564-${word}`];
  },
  "a key without capitals": () => ["abcdefghijklmnop1234", "sk-abcdefghijklmnop1234"],
  "AKIA": () => ["IOSFODNN7EXAMPLE", "AKIAIOSFODNN7EXAMPLE"],
  "SG.": (seed) => {
    const word = random(seed, ALNUM, 43);
    return [word, `SG.${random(seed, ALNUM, 22)}.${word}`];
  },
  "JWT": (seed) => {
    const word = random(seed, URL_SAFE, 43);
    return [word, `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${word}`];
  },
  "PEM": (seed) => {
    const line = random(seed, `${ALNUM}+/`, 64);
    const kind = ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "][Math.floor(seed() * 5)];
    return [
      line,
      `-----BEGIN ${kind}PRIVATE KEY-----\n${line}\nAb1+\n-----END ${kind}PRIVATE KEY-----`,
    ];
  },
  "PEM in one line": (seed) => {
    const line = random(seed, ALNUM, 64);
    return [line, `"-----BEGIN PRIVATE KEY-----\\n${line}\\n-----END PRIVATE KEY-----\\n"`];
  },
  "PEM without its end": (seed) => {
    const line = random(seed, ALNUM, 64);
    return [line, `-----BEGIN RSA PRIVATE KEY-----\n${line}\n`];
  },
  "bearer": (seed) => {
    const word = random(seed, URL_SAFE, 40);
    return [word, `Authorization: Bearer ${word}`];
  },
  "bearer in JSON": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `{"authorization": "Bearer ${word}"}`];
  },
  "bare bearer": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `curl -H 'X: Bearer ${word}'`];
  },
  "basic": (seed) => {
    const word = btoa(`user:${random(seed, ALNUM, 9)}`);
    return [word, `proxy-authorization: basic ${word}`];
  },
  "AWS secret": (seed) => {
    const word = random(seed, `${ALNUM}+/`, 40);
    return [word, `AWS_SECRET_ACCESS_KEY=${word}`];
  },
  "a token in hexadecimal": (seed) => {
    const word = random(seed, HEX, 32);
    return [word, `MY_TOKEN=${word}`];
  },
  "a variable": (seed) => {
    const name = ["GITHUB_TOKEN", "DB_PASSWORD", "client_secret", "OPENAI_API_KEY", "SIGNING_KEY"];
    const word = random(seed, ALNUM, 32);
    return [word, `export ${name[Math.floor(seed() * name.length)]}="${word}"`];
  },
  "JSON": (seed) => {
    const word = random(seed, ALNUM, 32);
    return [word, `{"app_secret":"${word}"}`];
  },
  "YAML": (seed) => {
    const word = random(seed, ALNUM, 32);
    return [word, `password: '${word}'`];
  },
  "Chinese": (seed) => {
    const word = random(seed, HEX, 32);
    return [word, `密钥：${word}`];
  },
  "a Markdown list": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `- **API_KEY**: \`${word}\``];
  },
  "a bold name": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `**API_KEY:** ${word}`];
  },
  "a Markdown table": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `| API_KEY | ${word} |`];
  },
  "TypeScript": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `const apiKey: string = "${word}";`];
  },
  "Rust": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `let api_key: &'static str = "${word}";`];
  },
  "Python": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `os.environ["OPENAI_API_KEY"] = "${word}"`];
  },
  "YAML with names": (seed) => {
    const word = random(seed, ALNUM, 40);
    return [word, `- name: API_TOKEN\n  value: "${word}"`];
  },
  "a Chinese sentence": (seed) => {
    const word = random(seed, HEX, 32);
    return [word, `密码是 ${word}`];
  },
  "PEM with the numbers of lines": (seed) => {
    const [first, line] = [random(seed, ALNUM, 64), random(seed, ALNUM, 64)];
    const begin = "-----BEGIN RSA PRIVATE KEY-----";
    return seed() < 0.5
      ? [line, `00001| ${begin}\n00002| ${first}\n00003| ${line}\n`]
      : [line, `     1\t${begin}\n     2\t${first}\n     3\t${line}\n`];
  },
  "a URL": (seed) => {
    const word = random(seed, ALNUM, 12);
    const scheme = ["https", "postgres", "redis", "mongodb+srv", "git+ssh"][Math.floor(seed() * 5)];
    return [word, `${scheme}://user:${word}@host/path`];
  },
  "a parameter": (seed) => {
    const word = random(seed, ALNUM, 24);
    return [word, `https://x.io/?a=1&access_token=${word}&b=2`];
  },
};

Deno.test("keys and tokens are hidden, wherever they stand", () => {
  const around = [["", ""], ["“", "”"], ["见", "。"], ["`", "`"], ["(", ")"], ["\n", "\n"], [
    "> ",
    "",
  ]];
  for (const [name, make] of Object.entries(FORMATS)) {
    for (let i = 0; i < 60; i++) {
      const [secret, text] = make(seeded(i));
      const [before, after] = around[i % around.length] as [string, string];
      const shown = redact(`${before}${text}${after}`);
      assert(!shown.includes(secret), `${name}: ${text} → ${shown}`);
      assertEquals(redact(shown), shown, "what is hidden stays as it is");
      assert(shown.startsWith(before) && shown.endsWith(after), shown);
    }
  }
});

/** What people, manuals and programs write. */
const ORDINARY = [
  "Basic authentication",
  "a basic implementation",
  "Visual Basic programming",
  "## Basic\n\nConfiguration",
  "Bearer authentication, and the bearer of news",
  "Authorization: Basic authentication is required",
  "Authorization: Bearer $TOKEN, or Authorization: Bearer <your-token>",
  "rm -rf a-production-backup-2024",
  "feature/a-new-login-page-v2",
  "t-worker-5f7d9c8b6-abcde",
  "u-boot-2024.01-rc3.patch",
  "a-Utf8StringDecoder-v2 t-SNE2_plots.ipynb",
  "sk-learn-pipeline-example and sk-learn-2024-Pipeline-V2",
  "npm_config_registry npm_package_version hf_hub_download github_pat_list",
  "ls ?key=;touch${IFS}pwned",
  "https://x.io/how-to-build-a-chat-bot-with-deno?key=name&token=refresh&sort=asc",
  "password: string;",
  "const password = getPassword();",
  "secret = process.env.SECRET",
  "const token = refreshAccessTokenV2(session);",
  "let secretKey = await loadSecretKeyFromFile2(path)",
  "API_KEY=your-api-key-here",
  "max_tokens=4096, tokens: 12345678",
  "cacheKey = `user:${id}`; PRIMARY_KEY=5f7d9c8b6a12",
  "the password is wrong; secret: no",
  "-----BEGIN PRIVATE KEY----- is the first line of a key",
  "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBa\n-----END CERTIFICATE-----",
  "commit 0123456789abcdef0123456789abcdef01234567",
  "sha256-AbCdEf0123456789AbCdEf0123456789AbCdEf01234=",
  "http://localhost:8080/@scope/name and jsr:@std/path@1.0.0",
  "git@github.com:owner/name.git",
  "https://user:${PASSWORD}@host",
  "eyJ is how the Base64 of a JSON object begins",
  "修改了密码：password 字段，密钥：见附件，令牌：已过期",
  "基本认证（Basic authentication）的实现在 a-new-login-page-v2 分支",
  "パスワード：確認してください。トークンの有効期限は 2024-01-15 です。",
  "トークン: refreshTokenV2 を使う",
  "비밀번호: 확인 필요, token: 만료됨",
  "打开http://localhost:3000，用admin@example.com登录",
  "打开http://localhost:3000用admin@example.com登录（http://[::1]:8080、a@b.io）",
  "http://localhost:3000,admin@example.com;http://h:80)b@c",
  "服务在 http://127.0.0.1:8080/，帐号：admin@example.com",
  "sk-learn2024-pipeline-ExampleOfALongName2024, sk-learn2024PipelineExampleLong",
  "t-distributed-Stochastic-2008-neighbor-Embedding-V2, t-distributed_Stochastic_Neighbor2008Embedding",
  "u-net.Segmentation2015ForBiomedicalImages, sk-proj-MyGreatProject2024Backend",
  "| key | value |\n|---|---|\n| token | string |\n| password | required, at least 8 characters |",
  "const token: string | undefined = getAccessToken(); let apiKey: ApiKeyProviderV2 = makeProvider()",
  '**Token**: see the settings, **API key:** in `.env`, os.environ["API_KEY"] = getApiKeyFromVaultV2()',
  "密码是你自己设置的，密钥为空，令牌是 refreshTokenV2 的返回值，口令是：hello",
  "- name: API_TOKEN\n  value: $API_TOKEN",
  "hf_model_id hf_hub_download, npm_execpath, sk_test_helper, dapi_client, glpat-your-token-here",
  "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx sk_live_XXXXXXXXXXXXXXXXXXXXXXXX",
  "https://open.feishu.cn/open-apis/bot/v2/hook/your-hook-id https://hooks.slack.com/services/T00/B00/XXX",
  "12:30:45 2024-01-15 1234567890:ABC at 192.168.1.1:8080",
  "https://x.io/auth?access_token=response_type&client_secret=CLIENT_SECRET&id_token=id-token-hint",
];

Deno.test("no ordinary word is hidden, in any language", () => {
  for (const text of ORDINARY) {
    for (const shown of [text, text.toUpperCase(), `（${text}）`, text.replaceAll(" ", "\n")]) {
      assertEquals(redact(shown), shown);
    }
  }
});

Deno.test("nothing in the program's own sources and manuals is hidden", async () => {
  const root = new URL("../../../", import.meta.url);
  const files = async function* (dir: URL): AsyncGenerator<URL> {
    for await (const { name, isDirectory } of Deno.readDir(dir)) {
      if (isDirectory) yield* files(new URL(`${name}/`, dir));
      else if (/\.(?:ts|md|js|css|html)$/.test(name)) yield new URL(name, dir);
    }
  };
  let count = 0;
  for await (const file of files(new URL("lib/", root))) {
    const text = await Deno.readTextFile(file);
    // An address that the twin's page shows, and this table's own rules, may look like anything.
    assertEquals(redact(text), text, file.pathname);
    count++;
  }
  assert(count > 100);
  for (const name of ["README.md", "README.zh-CN.md", "CHANGELOG.md"]) {
    const text = await Deno.readTextFile(new URL(name, root)).catch(() => "");
    assertEquals(redact(text), text, name);
  }
});

Deno.test("hostile text takes time in proportion to its length", () => {
  const hostile = [
    ".t-",
    "t-a.",
    "sk-",
    "sk-ant-",
    "ghp_",
    "xoxb-1",
    "xoxb-123456789-",
    "AKIA",
    "ya29.",
    "glpat-",
    "eyJ",
    "eyJaaaaaaaaaa.",
    "a://",
    "a://b:",
    "a://b:c",
    "secret=",
    "secret=a",
    "token='",
    "A_KEY=A1b",
    "密码：",
    "密码是",
    "| key | ",
    "token: a = ",
    "token: a",
    "token ",
    "key\n",
    "**key**: ",
    "12345678:AA",
    "M.",
    `M${"a".repeat(22)}.`,
    "hooks.slack.com/services/",
    `-----BEGIN PRIVATE KEY-----\n1 | `,
    "1 | ",
    "?key=",
    "?access_token=a",
    "Bearer ",
    "authorization: Bearer ",
    "authorization:",
    "-----BEGIN PRIVATE KEY-----",
    `-----BEGIN PRIVATE KEY-----\n${"A".repeat(40)}`,
    "-----BEGIN ",
    "a",
    "A1",
    "=",
    " ",
    "a-",
    "\\n",
    "\\u001b[31m",
    "%22",
    "%e4%bd%a0",
    "%2525",
    "&amp;",
    "\u200b",
    "\u001b]",
    "\u001b[3",
    "a://b:c@",
    `-----BEGIN PRIVATE KEY-----\n${"A".repeat(40)}\nA`,
  ];
  for (const one of hostile) {
    assertGrowsLinearly((length) => {
      redact(one.repeat(length / one.length));
    }, JSON.stringify(one));
  }
});

Deno.test("our own secrets are hidden exactly, in texts and in bytes", () => {
  const secrets = new KnownSecrets();
  secrets.add("password", "s3cr3t.+$&value");
  secrets.add("longer", "s3cr3t.+$&value-and-more");
  assertEquals(
    secrets.hide("s3cr3t.+$&value, xs3cr3t.+$&valuex, s3cr3t.+$&value-and-more."),
    "***, x***x, ***.",
  );
  const bytes = new TextEncoder().encode("\x00字s3cr3t.+$&value\xff");
  const clean = secrets.hideBytes(bytes);
  assertEquals(new TextDecoder().decode(clean), `\x00字${"*".repeat(15)}\xff`);
  assertEquals(bytes.length, clean.length);
  const other = new TextEncoder().encode("nothing here");
  assert(secrets.hideBytes(other) === other);
});

/** A name is used up by a few values, so each test has its own. */
const addSecret = (value: string) => knownSecrets.add("redact_test", value);

Deno.test("a password that might be a word is hidden where a secret stands, and nowhere else", () => {
  const words = [
    "hello",
    "changeme",
    "hello-world",
    "production",
    "20240115",
    "2024-01-15",
    "v1.2.3",
  ];
  for (const word of words) {
    const secrets = new KnownSecrets();
    secrets.add("password", word);
    const text = `${word}, say ${word}; "${word}" or x${word}x.`;
    assertEquals([secrets.hide(text), secrets.hideInFile(text)], [text, text]);
    const bytes = new TextEncoder().encode(text);
    assert(secrets.hideBytes(bytes) === bytes);
    addSecret(word);
    assertEquals([redact(text), redactGrowing(`${text} ${word}`)], [text, `${text} ${word}`]);
    for (
      const stated of [
        `OPENCODE_SERVER_PASSWORD=${word}`,
        `password: "${word}"`,
        `密码：${word}`,
        `http://opencode:${word}@127.0.0.1:4096`,
        `http://h/?password=${word}&a=b`,
        `Authorization: Bearer ${word}`,
        `Authorization: Basic ${btoa(`opencode:${word}`)}`,
      ]
    ) {
      const shown = redact(stated);
      assert(!shown.includes(word) && !shown.includes(btoa(`opencode:${word}`)), shown);
    }
  }
});

Deno.test("what might be a version or a date is not touched in files, but other secrets are", () => {
  const secrets = new KnownSecrets();
  secrets.add("chosen", "hunter-22");
  secrets.add("made", "b7c1a5de-4ac7-4f25-8d92-6bd3d1a0e2f4");
  const text = "a hunter-22 and b7c1a5de-4ac7-4f25-8d92-6bd3d1a0e2f4";
  assertEquals(secrets.hide(text), "a *** and ***");
  assertEquals(secrets.hideInFile(text), "a hunter-22 and ***");
});

/** How a secret may be written inside other texts. */
const ENCODINGS: Readonly<Record<string, (secret: string, random: () => number) => string>> = {
  "JSON": (secret) => JSON.stringify(secret).slice(1, -1),
  "JSON in JSON": (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  "JSON of Go": (secret) =>
    JSON.stringify(secret).slice(1, -1).replaceAll("&", "\\u0026").replaceAll("<", "\\u003C")
      .replaceAll("/", "\\/"),
  "escapes of Unicode": (secret) =>
    secret.replace(/./g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`),
  "some per cent": (secret) => encodeURIComponent(secret),
  "all per cent": (secret) =>
    [...new TextEncoder().encode(secret)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`)
      .join(""),
  "per cent twice": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  "HTML": (secret) =>
    secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;"),
  "Markdown": (secret) => secret.replace(/[!-/:-@[-`{-~]/g, "\\$&"),
  "two lines": (secret) => `${secret.slice(0, 7)}\n  ${secret.slice(7)}`,
  "a line that is continued": (secret) => `${secret.slice(0, 7)}\\\n${secret.slice(7)}`,
  "a quoted line": (secret) => `${secret.slice(0, 7)}\n> ${secret.slice(7)}`,
  "joined strings": (secret) => `${secret.slice(0, 7)}" + "${secret.slice(7)}`,
  "hexadecimal": (secret) => bytes(secret, 16, 2).join(""),
  "capital hexadecimal": (secret) => bytes(secret, 16, 2).join("").toUpperCase(),
  "hexadecimal with spaces": (secret) => bytes(secret, 16, 2).join(" "),
  "hexadecimal with commas": (secret) => bytes(secret, 16, 2).join(", 0x"),
  "octal": (secret) => bytes(secret, 8, 3).map((one) => `\\${one}`).join(""),
  "Base64 of a pair": (secret, random) => base64(`${"u".repeat(random() * 9)}:${secret}`),
  "Base64 of a line": (secret, random) => base64(`${"x".repeat(random() * 9)}${secret}\nmore`),
  "Base64 in lines": (secret, random) =>
    base64(`${"x".repeat(random() * 99)}${secret}\nmore`).replaceAll(/.{16}/g, "$&\n"),
  "Base64 for URLs": (secret, random) =>
    base64(`${"u".repeat(random() * 9)}:${secret}`).replaceAll("+", "-").replaceAll("/", "_")
      .replace(/=+$/, ""),
};

function bytes(text: string, radix: number, length: number): string[] {
  return [...new TextEncoder().encode(text)]
    .map((byte) => byte.toString(radix).padStart(length, "0"));
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

Deno.test("property: our own secrets are hidden in every encoding", () => {
  const alphabet = `${ALNUM}+/&<>"'!$#*_-=:;é漢`;
  for (let seed = 0; seed < 150; seed++) {
    const rolls = seeded(seed);
    const secret = `a1${random(rolls, alphabet, 12 + Math.floor(rolls() * 30))}`;
    const secrets = new KnownSecrets();
    secrets.add("password", secret);
    for (const [name, encode] of Object.entries(ENCODINGS)) {
      const encoded = encode(secret, rolls);
      const shown = secrets.hide(`见 "${encoded}", and more`);
      assert(shown.includes("***") && shown.endsWith('", and more'), `${name}: ${shown}`);
      if (!name.startsWith("Base64")) assertEquals(shown, '见 "***", and more', name);
      else assert(shown.length < encoded.length, shown);
      if (/^(?:JSON|some per cent|Base64 (?:of|for).*)$/.test(name)) {
        const bytes = new TextEncoder().encode(`见 "${encoded}", and more`);
        assert(new TextDecoder().decode(secrets.hideBytes(bytes)).includes("*".repeat(8)), name);
      }
    }
  }
});

const ESC = String.fromCharCode(0x1b);
/** What drawing strips, or nobody sees. */
const INVISIBLE = [
  "\u200b",
  "\u202c",
  "\u2066",
  "\u200d",
  "\u2060",
  "\ufeff",
  "\u00ad",
  "\ufe0f",
  "\0",
  "\u0007",
  "\u0085",
  `${ESC}[31m`,
  `${ESC}[0m`,
  `${ESC}]0;title\u0007`,
  `${ESC}]8;;https://x.io${ESC}\\`,
  "\u{e0041}",
];

Deno.test("property: what does not show inside a secret does not make it show", () => {
  const own = "b7c1a5de-4ac7-4f25-8d92-6bd3d1a0e2f4";
  addSecret(own);
  for (const [name, make] of Object.entries(FORMATS)) {
    for (let seed = 0; seed < 20; seed++) {
      const rolls = seeded(seed);
      const [secret, text] = seed % 4 === 0 ? [own, own] : make(rolls);
      const at = text.indexOf(secret);
      const torn = [...text].map((character, i) => {
        const isInside = i > at && i < at + secret.length && rolls() < 0.2;
        return (isInside ? INVISIBLE[Math.floor(rolls() * INVISIBLE.length)] : "") + character;
      }).join("");
      const shown = redact(`👨‍👩‍👧 ${torn} ‮x`);
      assert(!plainText(shown).replace(/[^\n -~]/g, "").includes(secret), `${name}: ${shown}`);
      assert(shown.startsWith("👨‍👩‍👧 ") && shown.endsWith(" ‮x"), "the rest stays as written");
    }
  }
});

Deno.test("property: a secret right behind an escape is hidden", () => {
  const escapes = [
    "\\n",
    "\\\\n",
    "\\t",
    "\\r\\n",
    "%22",
    "%3D",
    "%2522",
    "\\u000a",
    "\\u003d",
    "\\x20",
    `${ESC}[31m`,
    `${ESC}[1;31m`,
    "[31m",
    "\\u001b[31m",
    "\\x1b[0m",
    "\\033[31m",
    "\\e[31m",
    "&nbsp;",
    "&#10;",
    "\u200b",
  ];
  for (const [name, make] of Object.entries(FORMATS)) {
    for (let seed = 0; seed < 20; seed++) {
      const [secret, text] = make(seeded(seed));
      for (const escape of escapes) {
        const shown = redact(`abc${escape}${text}`);
        assert(!shown.includes(secret), `${name}: ${JSON.stringify([escape, text, shown])}`);
      }
    }
  }
});

Deno.test("the first text after a token is renewed takes no longer than others", () => {
  const seed = seeded(5);
  const secrets = new KnownSecrets();
  const line = "The quick brown fox jumps over the lazy dog.\n".repeat(20);
  const times = Array.from({ length: 10 }, () => {
    secrets.add("token", random(seed, ALNUM, 40));
    secrets.add("password", random(seed, URL_SAFE, 43));
    const first = cpuTime(() => secrets.hide(line));
    return { first, later: cpuTime(() => Array.from({ length: 100 }, () => secrets.hide(line))) };
  });
  const sum = (which: "first" | "later") => times.reduce((all, one) => all + one[which], 0);
  assert(sum("first") < sum("later"), JSON.stringify(times));
});

Deno.test("of tokens that are renewed, the newest are remembered", () => {
  const secrets = new KnownSecrets();
  for (let i = 0; i < 20; i++) secrets.add("token", `token-number-${i}.`);
  secrets.add("secret", "the-other-secret");
  assertEquals(secrets.hide("token-number-19."), "***");
  assertEquals(secrets.hide("token-number-1."), "token-number-1.");
  assertEquals(secrets.hide("the-other-secret"), "***");
});

Deno.test("while a text grows, the beginning of a token does not show", () => {
  const secrets = new KnownSecrets();
  secrets.add("password", "correct-horse-battery");
  for (let length = 4; length < 21; length++) {
    assertEquals(secrets.findBeginning(`is correct-horse-battery`.slice(0, 3 + length)), [[
      3,
      3 + length,
    ]]);
  }
  for (const [name, make] of Object.entries(FORMATS)) {
    for (let seed = 0; seed < 20; seed++) {
      const [secret, text] = make(seeded(seed));
      // How much of it is needed to tell it from a word.
      const tell = name === "a URL"
        ? 6
        : /^(?:a token|AWS|a variable|a parameter|JSON|YAML|PEM|be|basic)/.test(name)
        ? 1
        : 16;
      for (let end = text.indexOf(secret) + tell; end < text.length; end++) {
        const shown = redactGrowing(`key ${text.slice(0, end)}`);
        const typed = text.slice(text.indexOf(secret), end).trimEnd();
        assert(!shown.endsWith(typed), `${name}: ${shown}`);
      }
    }
  }
  assertEquals(redactGrowing("see sk-learn-pipe"), "see sk-learn-pipe");
});
