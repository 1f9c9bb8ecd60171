import { FILE_BYTES } from "../feishu/api.ts";
import type { Incoming } from "../feishu/inbound.ts";
import type { Conversation, Row } from "../records.ts";
import type { Texts } from "../texts.ts";
import type { CommandName } from "./commands.ts";
import { changeDirectory } from "./directory.ts";
import { findFile } from "./get_file.ts";
import { statusText } from "./status.ts";
import type { Turn } from "./turn.ts";

/** What the commands of the chat may do to their conversation. */
export interface ActionHost {
  readonly conversation: Conversation;
  /** The running turn first, then the queue. */
  readonly turns: readonly Turn[];
  /** Titles of the open questions. */
  readonly askTitles: readonly string[];
  /** Changes the conversation; stored with the next answer. */
  change(conversation: Conversation): void;
  /** Strikes the message off the inbox and answers it, with a text or with a file. */
  answer(incoming: Incoming, text: string, file?: string): Promise<void>;
  /** Takes a turn that has not begun out of the queue. */
  drop(turn: Turn): Promise<void>;
  /** The rows of the conversation's ledger. */
  rows(): Promise<Row[]>;
}

/** What {@linkcode act} needs to know. */
export interface ActionOptions {
  readonly texts: Texts;
  /** Lines for `/status` about what all conversations share. */
  readonly systemStatus: () => string[];
}

/** Carries out a command of the chat. */
export async function act(
  incoming: Incoming,
  name: CommandName,
  argument: string,
  host: ActionHost,
  options: ActionOptions,
): Promise<void> {
  const { texts } = options;
  switch (name) {
    case "help":
      return await host.answer(incoming, texts.help);
    case "status":
    case "why":
      return await host.answer(incoming, await status(host, options));
    case "new": {
      const { sessionId: _, ...fresh } = host.conversation;
      host.change(fresh);
      // First what can be done twice: until it is answered, the command is read again after a crash.
      await host.turns[0]?.cancel();
      return await host.answer(incoming, texts.newSession(fresh.directory));
    }
    case "cwd":
      return await host.answer(incoming, await moveTo(argument, host, texts));
    case "get": {
      const found = await findFile(argument, host.conversation.directory, FILE_BYTES, texts);
      if ("problem" in found) return await host.answer(incoming, found.problem);
      return await host.answer(incoming, "", found.path);
    }
    case "cancel":
    case "stop":
      return await host.answer(
        incoming,
        await cancel(argument.toLowerCase() === "all", host, texts),
      );
  }
}

async function moveTo(typed: string, host: ActionHost, texts: Texts): Promise<string> {
  const { sessionId: _, ...fresh } = host.conversation;
  if (typed === "") return texts.cwdIs(fresh.directory);
  const changed = await changeDirectory(typed, fresh.directory);
  if (changed === undefined) return texts.cwdMissing(typed);
  host.change({ ...fresh, directory: changed.directory });
  const said = texts.cwdChanged(changed.directory);
  return changed.wide ? `${said}\n\n${texts.cwdWide(changed.directory)}` : said;
}

async function cancel(all: boolean, host: ActionHost, texts: Texts): Promise<string> {
  const [running, ...queued] = host.turns;
  const lines = running === undefined ? [] : [texts.cancelling];
  await running?.cancel();
  if (all && queued.length > 0) {
    for (const turn of queued) await host.drop(turn);
    lines.push(texts.cancelledAll(queued.length));
  }
  return lines.join("\n") || texts.nothingRuns;
}

async function status(host: ActionHost, { texts, systemStatus }: ActionOptions): Promise<string> {
  return statusText({
    conversation: host.conversation,
    turns: host.turns,
    asks: host.askTitles,
    rows: await host.rows(),
    system: systemStatus(),
    texts,
  });
}
