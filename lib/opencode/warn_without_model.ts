import { describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import type { Provider } from "./wire.ts";

/** The providers that the user has configured. The one named "opencode" serves free models without a key. */
export function ownProviders(providers: readonly Provider[]): readonly Provider[] {
  return providers.filter(({ id }) => id !== "opencode");
}

/** Warns when there is no model but opencode's free ones; a list that cannot be read is passed over. */
export async function warnWithoutModel(
  providers: Promise<readonly Provider[]>,
  log: Log,
): Promise<void> {
  const { freeModel, checks } = terminalTexts("en");
  try {
    if (ownProviders(await providers).length > 0) return;
    log.warn(`${freeModel}: ${checks.model.todo}`);
  } catch (error) {
    log.debug(`cannot list models: ${describe(error)}`);
  }
}
