import { assertEquals } from "@std/assert";
import { tempDir } from "../helpers.ts";
import { noBrowser, openWindow } from "./browser.ts";
import { startDemo } from "./start_demo.ts";

Deno.test({
  name: "the demo: a person types, presses, answers, loses the network, and comes back",
  ignore: noBrowser,
  async fn(t) {
    await using dir = await tempDir();
    let demo = await startDemo(dir.path);
    await using _end = { [Symbol.asyncDispose]: async () => await demo[Symbol.asyncDispose]() };
    await using chatWindow = await openWindow(demo.url);
    const { page, errors } = chatWindow;
    const last = page.locator("article.from-bot").last();
    const { url } = demo;
    const titles = page.locator(".card-title");
    const count = (text: string) => page.locator("article").filter({ hasText: text }).count();

    await t.step("an answer grows while they look", async () => {
      await page.getByLabel("Message", { exact: true }).fill("[[slow 12 150]]");
      await page.keyboard.press("Enter");
      await titles.getByText("Working…").waitFor();
      await last.getByText("1 2 3", { exact: false }).waitFor();
      await titles.getByText("Done").waitFor();
      await last.getByText("11 12").waitFor();
      assertEquals(await count("11 12"), 1);
    });
    await t.step("another account of this machine can neither read nor write", async () => {
      const { origin } = new URL(url);
      const events = await fetch(`${origin}/_twin/events`);
      const said = await fetch(`${origin}/_twin/say`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: "[[bash id]]" }),
      });
      assertEquals([events.status, said.status], [403, 403]);
      await Promise.all([events.body?.cancel(), said.body?.cancel()]);
    });
    await t.step("a prompt is recalled", async () => {
      await page.getByLabel("Message", { exact: true }).fill("[[slow 200 150]]");
      await page.keyboard.press("Enter");
      await titles.getByText("Working…").waitFor();
      await page.locator("article.mine").last().getByRole("button", { name: "Recall" }).click();
      await titles.getByText("Cancelled").waitFor();
    });
    await t.step("a scene: a bug is fixed, and they press the button themselves", async () => {
      await page.getByRole("button", { name: "A bug is fixed" }).click();
      await page.getByRole("button", { name: "Once", exact: true }).click();
      await page.locator("article").getByText("Allowed once.").waitFor();
      await page.locator("#story.over").waitFor();
      await page.locator("article").getByText("the check passes").waitFor();
    });
    await t.step("a scene: the agent asks, and they type the answer", async () => {
      await page.getByRole("button", { name: "The agent asks You" }).click();
      await page.getByRole("button", { name: "Postgres" }).waitFor();
      await page.getByLabel("Message", { exact: true }).fill("post");
      await page.keyboard.press("Enter");
      await page.locator("article").getByText("Answered: Postgres").waitFor();
      await page.locator("#story.over").waitFor();
    });
    await t.step(
      "a scene in a group: they ask to be told, and a new message mentions them",
      async () => {
        await page.getByRole("button", { name: "Done on the phone" }).click();
        await page.getByRole("button", { name: "Tell me when done" }).waitFor();
        const ping = page.locator("article").filter({ hasText: "✅ Done in" });
        await ping.locator(".mention").getByText("@You").waitFor();
        await ping.locator(".quote").waitFor();
        await page.locator("#story.over").waitFor();
        await page.locator("#chats button").first().click();
      },
    );
    await t.step("a scene: the agent sends a chart and a table", async () => {
      await page.getByRole("button", { name: "The agent sends a chart" }).click();
      // The scene before is over as well, so what this one brings is waited for first.
      await page.locator("article img").waitFor();
      await page.locator("article").getByText("📄 sales.csv").waitFor();
      await page.locator("article").filter({ hasText: "Both are in the chat." })
        .getByText("Done").waitFor();
      await page.locator("#story.over").waitFor();
    });
    await t.step("the network drops in the middle, and the answer arrives once", async () => {
      await page.getByLabel("Message", { exact: true }).fill("[[slow 30 100]] [[say over]]");
      await page.keyboard.press("Enter");
      await titles.last().getByText("Working…").waitFor();
      await page.getByRole("tab", { name: "Break it" }).click();
      const network = page.getByRole("switch", { name: "Network gone" });
      await network.click();
      await page.locator("#link.down").waitFor();
      await page.getByText("in the ledger: 1").waitFor();
      await network.click();
      await titles.last().getByText("Done").waitFor();
      assertEquals(await count("29 30"), 1);
    });
    await t.step("the demo is started again: the open page shows the same history", async () => {
      const before = await page.locator("article .bubble").allTextContents();
      await demo[Symbol.asyncDispose]();
      await page.locator("#lost").waitFor();
      demo = await startDemo(dir.path);
      assertEquals(demo.url, url);
      await page.locator("#lost").waitFor({ state: "hidden" });
      await page.locator("#link.up").waitFor();
      assertEquals(await page.locator("article .bubble").allTextContents(), before);
    });
    assertEquals(errors, []);
  },
});
