import { assert, assertEquals } from "@std/assert";
import {
  hideCredentials,
  hidePasswords,
  urlPassword,
} from "../../../lib/base/secrets/url_credentials.ts";
import { cpuTime } from "../../cpu_time.ts";
import { seeded } from "../../helpers.ts";

Deno.test("a password in a URL is hidden wherever the URL stands", () => {
  const cases: [string, string][] = [
    ["at http://u:hunter2@h:1/x, why", "at http://***@h:1/x, why"],
    ["(http://:hunter2@h)", "(http://***@h)"],
    ["http://u:hun@ter2@h", "http://***@h"],
    ["见 http://用户:密码1ü@h，a@b.c", "见 http://***@h，a@b.c"],
    ["two http://a:b@c and ws://d:e@f", "two http://***@c and ws://***@f"],
  ];
  for (const [text, shown] of cases) assertEquals(hidePasswords(text), shown);
});

Deno.test("other texts with @ and : stay as they are", () => {
  const cases = [
    "ssh://git@example.com/x.git",
    "git@example.com:x.git",
    "http://h:80/@scope/name",
    '{"url":"http://h:1","mail":"a@b"}',
    "mail a@b: yes",
    "打开http://localhost:3000，用admin@example.com",
    "打开http://localhost:3000用admin@example.com",
    "http://localhost:3000,admin@example.com",
    "http://[::1]:3000,admin@example.com",
  ];
  for (const text of cases) assertEquals(hidePasswords(text), text);
});

Deno.test("of a text that is no URL, whatever may be a password is hidden", () => {
  const cases: [string, string][] = [
    ["ftp://u:hunter2@h/x", "ftp://***@h/x"],
    ["http:u:hunter2@h", "http:***@h"],
    ["u:hunter2@h", "u:***@h"],
    ["http://u:hun/ter2@h", "http://***@h"],
    ["http://u:hun?ter2@h?token=hunter2", "http://***@h?***"],
    ["http://h#hunter2", "http://h?***"],
    ["not a url", "not a url"],
  ];
  for (const [text, shown] of cases) assertEquals(hideCredentials(text), shown);
});

Deno.test("property: no password of any characters is shown", () => {
  const random = seeded(14);
  const alphabet = "aZ9@:/\\?#%'\" .,;<>[]\u007f\u202eé漢";
  for (let n = 0; n < 3_000; n++) {
    const length = 1 + Math.floor(random() * 12);
    const part = Array.from(
      { length },
      () => alphabet.charAt(Math.floor(random() * alphabet.length)),
    ).join("");
    const password = `sec${part}ret`;
    const raw = hideCredentials(`http://user:${password}@host:1/x`);
    assert(!raw.includes("sec") && !raw.includes("ret"), JSON.stringify([password, raw]));
    const url = `http://user:${encodeURIComponent(password)}@host:1/x`;
    assertEquals(urlPassword(url), password);
    assert(!hidePasswords(`cannot reach ${url}`).includes("sec"));
    // As `fetch` writes it into its errors.
    const parsed = URL.parse(`http://user:${password}@host:1/x`);
    if (parsed?.password) assert(!hidePasswords(parsed.href).includes("sec"), parsed.href);
  }
});

Deno.test("a password with a lone % is taken as it is", () => {
  assertEquals(urlPassword("http://u:50%@h"), "50%");
  assertEquals(urlPassword("http://h"), "");
});

Deno.test("hiding takes linear time", () => {
  const took = cpuTime(() => {
    hidePasswords("://" + ":a".repeat(500_000));
    hidePasswords("://a:".repeat(200_000));
  });
  assert(took < 2_000);
});
