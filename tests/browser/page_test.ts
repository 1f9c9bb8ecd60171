import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { TwinPage } from "../../lib/demo/page/twin_page.ts";
import { tempDir } from "../helpers.ts";
import { card, connect, restApi, send } from "../demo/feishu_twin/client.ts";
import { noBrowser, openWindow } from "./browser.ts";

const HTML = '<img src=x onerror="document.title=1"><b>bold</b>';

/** A test with a browser, left out where there is none. */
function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: noBrowser, fn });
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.keyboard.press("Enter");
}

browserTest("what people and models write is text on the page, never markup", async () => {
  await using twin = await startTwin({ userName: HTML, app: { name: HTML } });
  using twinPage = new TwinPage(twin);
  twin.addGroup({ name: HTML });
  const api = await restApi(twin);
  await using chatWindow = await openWindow(twinPage.link);
  const { page, errors } = chatWindow;
  await say(page, HTML);
  await page.locator("article.mine .plain").getByText(HTML).waitFor();
  const panel = {
    tag: "collapsible_panel",
    header: { title: { tag: "plain_text", content: HTML } },
    elements: [{ tag: "markdown", content: `${HTML}\n\n[x](javascript:alert(1))` }],
  };
  const button = { tag: "button", text: { tag: "plain_text", content: HTML }, behaviors: [] };
  await send(api, twin, "interactive", {
    ...card([panel, button, { tag: "markdown", content: `\`\`\`\n${HTML}\n\`\`\`` }]),
    header: { title: { tag: "plain_text", content: HTML }, template: "red" },
  });
  await send(api, twin, "post", {
    zh_cn: { title: HTML, content: [[{ tag: "text", text: HTML }]] },
  });
  await page.locator("button[data-button]").getByText(HTML).waitFor();
  await page.locator(".post-title").getByText(HTML).waitFor();
  assertEquals(await page.locator("#messages :is(img, b, script, a)").count(), 0);
  assertEquals(await page.title(), "feishu-opencode-bridge");
  assertEquals(errors, []);
});

browserTest(
  "the link lets its reader in, and nobody else; its token does not stay in sight",
  async () => {
    await using twin = await startTwin();
    using twinPage = new TwinPage(twin);
    await using chatWindow = await openWindow(twinPage.link);
    const { page, errors } = chatWindow;
    assertEquals(page.url(), `${twin.url}/_twin/`);
    assertEquals(
      await page.evaluate("document.cookie + location.href + document.referrer"),
      page.url(),
    );
    await page.goto("about:blank");
    await page.goto(twin.url);
    await page.locator("#chats button").first().waitFor();
    await page.context().clearCookies();
    await page.reload();
    await page.getByText("Open the link that the terminal shows").waitFor();
    assertEquals(await page.locator("#chats").count(), 0);
    assertEquals(errors, []);
  },
);

browserTest("a card is drawn as Feishu shows it, and changes in place", async () => {
  await using twin = await startTwin();
  using twinPage = new TwinPage(twin);
  const api = await restApi(twin);
  await using chatWindow = await openWindow(twinPage.link);
  const { page } = chatWindow;
  const elements = (text: string) => [
    {
      tag: "collapsible_panel",
      expanded: false,
      header: { title: { tag: "markdown", content: "💭 Thinking" } },
      elements: [{ tag: "markdown", content: "deep thought" }],
    },
    { tag: "markdown", content: `| a | b |\n| --- | --- |\n| 1 | 2 |\n\n${text} &#60;T&#62;` },
    { tag: "markdown", content: "```ts\nconst x = 1;\n```" },
  ];
  const sent = await send(api, twin, "interactive", card(elements("first")));
  const log = page.locator("#messages");
  await log.getByText("Thinking").click();
  await log.getByText("deep thought").waitFor();
  const content = JSON.stringify(card(elements("second")));
  await api("PATCH", `im/v1/messages/${sent.data.message_id}`, { content });
  await log.getByText("second <T>").waitFor();
  assert(await log.getByText("deep thought").isVisible(), "what was opened stays open");
  assertEquals(await page.locator("article").count(), 1);
  assertEquals(await page.locator("td").allTextContents(), ["1", "2"]);
  assertEquals(await page.locator("pre code").textContent(), "const x = 1;");
});

browserTest("a card that Feishu refuses leaves a mark that says why", async () => {
  await using twin = await startTwin();
  using twinPage = new TwinPage(twin);
  const api = await restApi(twin);
  await using chatWindow = await openWindow(twinPage.link);
  const { page } = chatWindow;
  await send(api, twin, "interactive", card([{ tag: "markdown", content: "x".repeat(100_000) }]));
  await page.locator(".refusal").getByText("230025").waitFor();
  await page.getByRole("tab", { name: "Break it" }).click();
  await page.getByRole("switch", { name: "Refuse cards" }).click();
  await page.getByRole("switch", { name: "Refuse cards", checked: true }).waitFor();
  await send(api, twin, "interactive", card([{ tag: "markdown", content: "hello" }]));
  await page.locator(".refusal").getByText("11310").waitFor();
  await page.reload();
  await page.locator(".refusal").getByText("11310").waitFor();
});

browserTest("two tabs show the same: reply, react, recall, and a click's toast", async () => {
  await using twin = await startTwin();
  using twinPage = new TwinPage(twin);
  const api = await restApi(twin);
  using _link = await connect(twin, {
    "im.message.receive_v1": () => {},
    "im.message.reaction.created_v1": () => {},
    "im.message.recalled_v1": () => {},
    "card.action.trigger": () => ({ toast: { type: "success", content: "thank you" } }),
  });
  await using chatWindow = await openWindow(twinPage.link);
  // A browser draws hidden tabs slowly, so people act in the one in front.
  const { page: other } = chatWindow;
  const page = await chatWindow.tab();
  const text = { tag: "plain_text", content: "Yes" };
  const behaviors = [{ type: "callback", value: { yes: true } }];
  await send(api, twin, "interactive", card([{ tag: "button", text, behaviors }]));
  await page.getByRole("button", { name: "Yes", exact: true }).click();
  await page.getByRole("alert").getByText("thank you").waitFor();
  const fromBot = page.locator("article.from-bot");
  await fromBot.hover();
  await fromBot.getByRole("button", { name: "Reply" }).click();
  await say(page, "one\ntwo");
  const mine = other.locator("article.mine");
  await mine.getByText("one two").waitFor();
  assertEquals(await mine.locator(".plain").textContent(), "one\ntwo");
  await mine.locator(".quote").waitFor();
  await page.locator("article.mine").getByRole("button", { name: "React with 👍" }).click();
  await other.locator(".reaction").getByText("👍").waitFor();
  await page.locator("article.mine").getByRole("button", { name: "Recall" }).click();
  await mine.getByText("This message was recalled.").waitFor();
});

browserTest(
  "files are dropped and picked, also one of 50 MB; a picture with words is a post",
  async () => {
    await using twin = await startTwin();
    using twinPage = new TwinPage(twin);
    await using dir = await tempDir();
    await using chatWindow = await openWindow(twinPage.link, { width: 390 });
    const { page } = chatWindow;
    const large = `${dir.path}/large.bin`;
    await Deno.writeTextFile(large, "x");
    await Deno.truncate(large, 50 * 1024 * 1024);
    await page.locator("#picker").setInputFiles(large);
    await page.locator("#files").getByText("large.bin").waitFor();
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator("article.mine .file").getByText("large.bin").waitFor();
    const png =
      "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    // As text: these names are the browser's, not ours.
    const drop = await page.evaluateHandle(`(() => {
    const bytes = Uint8Array.from(atob("${png}"), (char) => char.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "dot.png", { type: "image/png" }));
    return transfer;
  })()`);
    await page.dispatchEvent("#messages", "drop", { dataTransfer: drop });
    await page.locator("#files").getByText("dot.png").waitFor();
    await say(page, "what is this?");
    await page.locator("article.mine .md img").waitFor();
    assertEquals(twin.messages().map(({ type }) => type), ["file", "post"]);
    assertEquals(await page.evaluate("document.querySelector('.md img').complete"), true);
    assertEquals(await page.locator(".md img").evaluate((image) => image.complete), true);
  },
);

browserTest(
  "people and chats can be switched, topics stay together, Chinese is one click",
  async () => {
    await using twin = await startTwin({ userName: "Ann" });
    using twinPage = new TwinPage(twin);
    const bob = twin.addUser("Bob");
    const members = [twin.user.openId, bob.openId];
    const topics = twin.addGroup({ name: "Topics", members, mode: "topic" });
    await using chatWindow = await openWindow(twinPage.link);
    const { page } = chatWindow;
    await page.getByRole("button", { name: "Topics" }).click();
    await say(page, "first topic");
    await say(page, "second topic");
    await page.locator("article").getByText("second topic").waitFor();
    await page.getByRole("button", { name: "Reply in this topic" }).first().click();
    await say(page, "more of the first");
    const topic = page.locator(".topic").first();
    await topic.getByText("more of the first").waitFor();
    await page.locator("#users").selectOption("Bob");
    await page.getByRole("button", { name: "Topics" }).click();
    await page.locator("article:not(.mine)").getByText("more of the first").waitFor();
    assertEquals(new Set(twin.messages(topics.id).map(({ threadId }) => threadId)).size, 2);
    assert(twin.messages(topics.id).every(({ mentions }) => mentions.length === 1));
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByRole("button", { name: "发送" }).waitFor();
  },
);
