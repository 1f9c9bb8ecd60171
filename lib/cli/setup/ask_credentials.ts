import type { Config } from "../../config.ts";
import { SETTINGS } from "../../settings.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import type { AppVariables } from "./app_variables.ts";
import { print, printPart } from "../terminal.ts";
import { mistake } from "../mistake.ts";

/**
 * Asks on the terminal for the id and the secret of an app. The bot's first user is whoever sends the
 * pairing code.
 *
 * @throws {UsageError} When one of them is malformed.
 */
export async function askCredentials(config: Config, texts: TerminalTexts): Promise<AppVariables> {
  print(texts.createByHand(`${config.domain}/app`));
  const id = readLine(texts.askAppId);
  await stty("-echo");
  let secret = "";
  try {
    secret = readLine(texts.askAppSecret);
  } finally {
    await stty("echo");
  }
  const given = [[SETTINGS.appId, id], [SETTINGS.appSecret, secret]] as const;
  const mistakes = given.filter(([setting, text]) => setting.parse(text) === undefined)
    .map(([{ name, allowed }]) => `${name} must be ${allowed}`);
  if (mistakes.length > 0) throw mistake(mistakes.join("\n"));
  return {
    FEISHU_APP_ID: id,
    FEISHU_APP_SECRET: secret,
    FEISHU_DOMAIN: config.domain,
    FEISHU_ALLOWED_USERS: "pair",
  };
}

/** Reads one line, byte by byte, so that nothing of the next one is consumed. */
function readLine(question: string): string {
  printPart(question);
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (Deno.stdin.readSync(byte) === 1 && byte[0] !== 10) bytes.push(...byte);
  if (Deno.stdin.isTerminal()) print("");
  return new TextDecoder().decode(new Uint8Array(bytes)).trim();
}

/** Turns the echo of typed characters on or off. */
async function stty(mode: "echo" | "-echo"): Promise<void> {
  if (Deno.stdin.isTerminal()) await new Deno.Command("stty", { args: [mode] }).spawn().status;
}
