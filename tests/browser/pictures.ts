/**
 * Makes the pictures of the READMEs, in both languages. It needs Chromium, a Chinese font, and the right to make
 * the directory that the pictures show.
 */
import type { Page } from "playwright-core";
import { scenes } from "../../lib/demo/page/scenes.ts";
import { PAGE_TEXTS } from "../../lib/demo/page/page_texts.ts";
import { type Language, LANGUAGES } from "../../lib/model/settings.ts";
import { texts } from "../../lib/texts/texts.ts";
import { openWindow } from "./browser.ts";
import { startDemo } from "./start_demo.ts";

/** Where the demo runs: its paths are in the pictures. */
const HOME = "/home/you";
const WIDE = { width: 1200, height: 760 };
const PHONE = { width: 390, height: 760 };

/** Saves what the page shows now as a picture of a README. */
async function take(page: Page, name: string, language: Language): Promise<void> {
  const path = new URL(
    `../../.github/demo-${name}${language === "en" ? "" : `.${language}`}.png`,
    import.meta.url,
  );
  await Deno.writeFile(path, await page.screenshot());
}

async function picturesIn(language: Language): Promise<void> {
  await Deno.mkdir(HOME);
  await using _home = { [Symbol.asyncDispose]: () => Deno.remove(HOME, { recursive: true }) };
  const [labels, chat] = [PAGE_TEXTS[language], texts(language)];
  await using demo = await startDemo(HOME, { language, state: ".feishu-opencode-bridge" });
  await using window = await openWindow(demo.url, WIDE);
  const { page } = window;
  const play = (scene: string) =>
    page.getByRole("button", { name: scenes[scene]?.title[language] ?? "" }).click();
  const told = page.locator("#story");

  await play("bug");
  await page.getByRole("button", { name: chat.once, exact: true }).waitFor();
  await told.getByText(language === "en" ? "It asks before it edits" : "修改之前先询问").waitFor();
  await take(page, "permission", language);
  await page.locator("#story.over").waitFor();

  await play("network");
  await page.getByRole("tab", { name: labels.wire }).click();
  await page.locator("#link.down").waitFor();
  await page.getByText(labels.waiting.replace("{}", "1")).waitFor();
  await take(page, "network", language);
  await page.locator("#story.over").waitFor();

  for (const scene of ["files", "phone"] as const) {
    await page.getByRole("tab", { name: labels.scenes }).click();
    await play(scene);
    await page.locator("#story:not(.over)").waitFor();
    await page.locator("#story.over").waitFor();
    await take(page, scene === "phone" ? "ping" : scene, language);
  }

  await page.locator("#chats button").first().click();
  await page.setViewportSize(PHONE);
  await page.emulateMedia({ colorScheme: "dark" });
  await told.waitFor({ state: "hidden" });
  await page.locator("article").filter({ hasText: chat.status.done }).first()
    .evaluate((article) => article.scrollIntoView({ block: "start" }));
  await take(page, "phone", language);
}

for (const language of LANGUAGES) await picturesIn(language);
