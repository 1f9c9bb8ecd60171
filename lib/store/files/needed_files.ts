import type { ConversationRecord } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { TurnRecord } from "../../model/turn.ts";

/** The stored state that refers to files. */
export interface FileUsers {
  /** Messages that are not handled yet. */
  inbox(): Promise<Pick<IncomingMessage, "messageId">[]>;
  /** Conversations, with the files that wait for a text. */
  conversations(): Promise<Pick<ConversationRecord, "files">[]>;
  /** The turns that have not ended. */
  turns(): Promise<Pick<TurnRecord, "files" | "topic">[]>;
  /** The rows of the ledger. */
  rows(): Promise<LedgerRow[]>;
}

/** What somebody still needs. */
export interface NeededFiles {
  /** The paths of single files. */
  readonly paths: ReadonlySet<string>;
  /** The ids of messages whose files may be on their way into a turn, a conversation or a row. */
  readonly messageIds: readonly string[];
  readonly rows: readonly LedgerRow[];
}

/** Reads which files are needed: by a message, a waiting text, a turn or a row of the ledger. */
export async function neededFiles(users: FileUsers): Promise<NeededFiles> {
  // Files move from a message to a conversation and to a turn, from there to a row, and back from both: in this
  // order, none is missed on its way.
  const inbox = await users.inbox();
  const conversations = await users.conversations();
  const turns = await users.turns();
  const rows = await users.rows();
  const waiting = [...conversations, ...await users.conversations()];
  const again = rows.flatMap(({ again }) => again?.work ?? []);
  const work = [...turns, ...again, ...await users.turns()];
  return {
    paths: new Set([
      ...[...waiting, ...work, ...work.flatMap(({ topic = [] }) => topic)]
        .flatMap(({ files = [] }) => files.map(({ path }) => path)),
      ...rows.flatMap(({ view }) => view.file ?? []),
    ]),
    messageIds: inbox.map(({ messageId }) => messageId),
    rows,
  };
}
