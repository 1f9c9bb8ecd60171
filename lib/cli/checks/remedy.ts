import { isProxyTrouble, isUnknownIssuer } from "../../base/network/network_reason.ts";
import type { TerminalTexts } from "../../texts/terminal_texts.ts";
import type { CheckName } from "./check.ts";
import type { CheckContext } from "./context.ts";

/** A kind of trouble that has the same remedy wherever it shows. */
interface Trouble {
  /** The only check in which it can show. */
  readonly only?: CheckName;
  /** Whether the reason of a failure, as it is shown, is this trouble. */
  readonly is: (text: string) => boolean;
  readonly todo: (texts: TerminalTexts) => string;
}

/** The first that fits counts. */
const TROUBLES: readonly Trouble[] = [
  { is: isUnknownIssuer, todo: ({ remedies }) => remedies.certificate },
  { is: isProxyTrouble, todo: ({ remedies }) => remedies.proxy },
  { is: (text) => /BRIDGE_KV/.test(text), todo: ({ remedies }) => remedies.kv },
  {
    // What opencode answers, or prints when it ends.
    is: (text) => /^opencode's configuration .+ is broken|--- Errors ---/.test(text),
    todo: ({ remedies }) => remedies.configuration,
  },
  {
    only: "opencode",
    is: (text) => /Read-only file system|No space left|Permission denied|EROFS|ENOSPC/.test(text),
    todo: ({ remedies }) => remedies.writable,
  },
  {
    is: (text) => /^opencode (?:ended at start|did not come up)/.test(text),
    todo: ({ remedies }) => remedies.startByHand,
  },
  // What Feishu answers to who asks for a long connection (`code_table.ts`).
  {
    only: "connection",
    is: (text) => /(?:id|secret) is wrong/.test(text),
    todo: ({ checks }) => checks.credentials.todo,
  },
  {
    only: "connection",
    is: (text) => /other programs hold all connections/.test(text),
    todo: ({ checks }) => checks.instances.todo,
  },
  {
    only: "connection",
    is: (text) => /may not hold a long connection/.test(text),
    todo: ({ checks }) => checks.events.todo,
  },
  {
    is: (text) => /Cannot assign requested address|Can't assign requested address/.test(text),
    todo: ({ remedies }) => remedies.loopback,
  },
];

/** What to do about a check that failed for this reason. */
export function remedyOf(
  name: CheckName,
  text: string,
  { texts, opencode }: Pick<CheckContext, "texts" | "opencode">,
): string {
  const trouble = TROUBLES.find(({ only = name, is }) => only === name && is(text));
  if (trouble !== undefined) return trouble.todo(texts);
  // Whether opencode is installed matters only to who starts it.
  const isOthers = name === "opencode" && opencode.server === undefined;
  if (!isOthers) return texts.checks[name].todo;
  return opencode.attached?.isService ? texts.startService : texts.startServer;
}
