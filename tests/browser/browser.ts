import { chromium, type Page } from "playwright-core";
import { findCommand } from "../../lib/opencode/server/process.ts";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

async function find(): Promise<string | undefined> {
  const given = Deno.env.get("CHROMIUM_BIN");
  for (const name of given === undefined ? names : [given]) {
    const path = await findCommand(name);
    if (path !== undefined) return path;
  }
  return undefined;
}

const path = await find();
/** Whether there is no browser: the tests that need one are left out then. */
export const noBrowser = path === undefined;
if (noBrowser) {
  const line = "BROWSER TESTS ARE SKIPPED: install chromium, or set CHROMIUM_BIN to its path\n";
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

/** A page that a person looks at. */
export interface Window extends AsyncDisposable {
  readonly page: Page;
  /** A second tab of the same browser. */
  tab(): Promise<Page>;
  /** What went wrong inside the pages. */
  readonly errors: readonly string[];
}

/** Opens the page in a real browser and waits for the chats. */
export async function openWindow(
  url: string,
  options: { width?: number; height?: number } = {},
): Promise<Window> {
  const browser = await chromium.launch(path === undefined ? {} : { executablePath: path });
  const { width = 1280, height = 800 } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: "en-GB" });
  context.setDefaultTimeout(20_000);
  const errors: string[] = [];
  const tab = async () => {
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      // A browser complains of its own about a server that is away for a while.
      const away = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|Failed to load resource/;
      if (message.type() === "error" && !away.test(message.text())) errors.push(message.text());
    });
    await page.goto(url);
    await page.locator("#chats button").first().waitFor();
    return page;
  };
  return {
    page: await tab(),
    tab,
    errors,
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
