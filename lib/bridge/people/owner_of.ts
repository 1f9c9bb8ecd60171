import type { Asker } from "../../model/script.ts";

/** In place of a person: everyone who may use the bot. */
export const ANYONE = "anyone";

/** Who may answer what is asked in a turn, by `open_id`. A script cannot, so everyone in the chat may. */
export function ownerOf({ sender, script }: Asker): string {
  return script === undefined ? sender : ANYONE;
}
