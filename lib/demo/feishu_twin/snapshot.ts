import type { CardEntities, CardEntity } from "./card_entities.ts";
import type { Chats, TwinChat, TwinUser } from "./chats.ts";
import type { Files, TwinFile } from "./files.ts";
import type { Messages } from "./messages.ts";
import { array, object, parseJson, string } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";
import type { TwinApp } from "./twin_app.ts";

/** How many messages a snapshot keeps: the newest. */
const MAX_MESSAGES = 500;
/** The largest file that a snapshot keeps, in bytes. */
const MAX_FILE_BYTES = 1024 * 1024;
/** The version of the format. Snapshots of other versions are not read. */
const VERSION = 1;

/** The contents of a twin, for a later twin to start with. */
export interface Snapshot {
  readonly version: typeof VERSION;
  readonly port: number;
  readonly app: TwinApp;
  readonly users: readonly TwinUser[];
  readonly chats: readonly TwinChat[];
  readonly messages: readonly TwinMessage[];
  /** The entities of CardKit that messages show; older snapshots have none. */
  readonly cards?: readonly (Pick<CardEntity, "id" | "createdAt" | "sequence"> & {
    readonly messageId: string;
  })[];
  /** The bytes are in base64. */
  readonly files: readonly (Omit<TwinFile, "bytes"> & { readonly bytes: string })[];
}

/** The state of a twin that a snapshot holds. */
export interface SnapshotState {
  readonly app: TwinApp;
  readonly chats: Chats;
  readonly messages: Messages;
  readonly cards: CardEntities;
  readonly files: Files;
  /** Sent messages by `uuid`, with the twin time of sending. */
  readonly uuids: Map<string, { readonly message: TwinMessage; readonly at: number }>;
}

/** Writes the contents of a twin as JSON, without the earlier contents of edited messages. */
export function writeSnapshot(state: SnapshotState, port: number): string {
  const snapshot: Snapshot = {
    version: VERSION,
    port,
    app: state.app,
    users: state.chats.users(),
    chats: state.chats.chats(),
    messages: state.messages.all().slice(-MAX_MESSAGES).map((message) => ({
      ...message,
      original: message.content,
      edits: message.edits.map(({ at }) => ({ at, content: undefined })),
    })),
    cards: state.cards.shown().map(({ id, createdAt, sequence, message }) => ({
      id,
      createdAt,
      sequence,
      messageId: message.id,
    })),
    files: state.files.all().filter(({ bytes }) => bytes.length <= MAX_FILE_BYTES).map((file) => ({
      ...file,
      bytes: file.bytes.toBase64(),
    })),
  };
  return JSON.stringify(snapshot);
}

/** Reads the text of {@linkcode writeSnapshot}; `undefined` for any other text. */
export function readSnapshot(text: string): Snapshot | undefined {
  const given = object(parseJson(text));
  const lists = [given.users, given.chats, given.messages, given.files];
  const fits = given.version === VERSION && typeof given.port === "number" &&
    string(object(given.app).id) !== undefined && array(given.users).length > 0 &&
    lists.every(Array.isArray);
  // The file is the program's own, so the rest is not checked.
  return fits ? given as unknown as Snapshot : undefined;
}

/** Puts the contents of an earlier twin into a new one. */
export function restore(
  state: SnapshotState,
  { users, chats, messages, cards = [], files }: Snapshot,
): void {
  state.chats.restore(users, chats);
  state.messages.restore(messages);
  for (const message of messages) {
    if (message.uuid !== undefined) {
      state.uuids.set(message.uuid, { message, at: message.createdAt });
    }
  }
  for (const { messageId, ...card } of cards) {
    const message = state.messages.get(messageId);
    if (message !== undefined) state.cards.restore(card, message);
  }
  for (const file of files) {
    state.files.restore({ ...file, bytes: Uint8Array.fromBase64(file.bytes) });
  }
}
