import type { OfferedCommand } from "../../model/offers.ts";
import { texts } from "../../texts/texts.ts";
import { COMMANDS } from "../commands/table.ts";

/** The chat commands for the chat platform's own list of commands. */
export function offeredCommands(): OfferedCommand[] {
  const [en, zh] = [texts("en").commands, texts("zh").commands];
  return Object.keys(COMMANDS).map((name) => ({
    name,
    // The list shows plain text.
    descriptions: { en: plain(en[name]), zh: plain(zh[name]) },
  }));
}

function plain(text = ""): string {
  return text.replaceAll("`", "");
}
