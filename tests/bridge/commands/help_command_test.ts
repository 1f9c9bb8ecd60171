/** `/help` with a word tells of one command. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandRequest } from "../../../lib/bridge/commands/command.ts";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import type { Language } from "../../../lib/model/settings.ts";
import { texts } from "../../../lib/texts/texts.ts";

/** What is answered, and what the buttons send. */
async function help(
  word: string,
  language: Language = "en",
): Promise<readonly [text: string, ...buttons: string[]]> {
  const parsed = parseText(`/help ${word}`);
  assert(parsed.kind === "command" && parsed.name === "help", word);
  const request = {
    ...{ argument: parsed.argument, commands: COMMANDS, texts: texts(language) },
    conversation: { record: { key: "oc_1", directory: "/" } },
    message: { chatId: "oc_1", sender: "ou_1" },
    agent: { commands: () => Promise.resolve([{ name: "re-view", description: "reviews" }]) },
    signal: new AbortController().signal,
  } as unknown as CommandRequest;
  const { answer = "" } = await parsed.command.run(request);
  const [view] = typeof answer === "string" ? [{ text: answer, buttons: [] }] : answer;
  return [view?.text ?? "", ...view?.buttons?.map(({ label }) => label) ?? []];
}

Deno.test("a command is found by any of its names, one of opencode's too", async () => {
  const status = ["- `/status`, `/why` shows what is going on", "/status"];
  for (const word of ["status", "/STATUS", "why", "状态"]) {
    assertEquals<readonly string[]>(await help(word), status, word);
  }
  assertEquals(await help("re-view"), ["- `/re-view` reviews"]);
});

Deno.test("in a Chinese chat, the help also says how a command is written in Chinese", async () => {
  const [line] = await help("cancel", "zh");
  assertMatch(line, /^- `\/cancel`, `\/stop`, `\/取消` 停止/);
  const [all] = await help("", "zh");
  assertMatch(all, /^- `\/new`, `\/新建` 新建会话$/m);
});

Deno.test("a word that is no command is said to be none, with the nearest one", async () => {
  const none = (word: string) => `There is no command /${word}. /help lists all.`;
  const status = "- `/status`, `/why` shows what is going on";
  assertEquals(await help("stauts"), [`${none("stauts")}\n\n${status}`, "/status"]);
  assertEquals(await help("re-veiw"), [`${none("re-veiw")}\n\n- \`/re-view\` reviews`]);
  assertEquals(await help("nosuch"), [none("nosuch")]);
});
