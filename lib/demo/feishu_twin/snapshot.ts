import type { Chats, TwinChat, TwinUser } from "./chats.ts";
import type { Files, TwinFile } from "./files.ts";
import type { Messages } from "./messages.ts";
import { array, object, parseJson, string } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";
import type { TwinApp } from "./twin_app.ts";

/** The oldest messages beyond these are left out. */
const mostMessages = 500;
/** Larger files are left out; bytes. */
const mostFileBytes = 1024 * 1024;
/** Grows when the form changes; another one is not read. */
const version = 1;

/** What a twin knows, to be known again by a later one. */
export interface Snapshot {
  readonly version: typeof version;
  readonly port: number;
  readonly app: TwinApp;
  readonly users: readonly TwinUser[];
  readonly chats: readonly TwinChat[];
  readonly messages: readonly TwinMessage[];
  /** The bytes are in base64. */
  readonly files: readonly (Omit<TwinFile, "bytes"> & { readonly bytes: string })[];
}

/** The state of a twin that a snapshot holds. */
export interface SnapshotState {
  readonly app: TwinApp;
  readonly chats: Chats;
  readonly messages: Messages;
  readonly files: Files;
  /** Sent messages by `uuid`, with the twin time of sending. */
  readonly uuids: Map<string, { readonly message: TwinMessage; readonly at: number }>;
}

/** What a twin knows now, as JSON text. Earlier contents of edited messages are left out. */
export function writeSnapshot(state: SnapshotState, port: number): string {
  const snapshot: Snapshot = {
    version,
    port,
    app: state.app,
    users: state.chats.users(),
    chats: state.chats.chats(),
    messages: state.messages.all().slice(-mostMessages).map((message) => ({
      ...message,
      original: message.content,
      edits: message.edits.map(({ at }) => ({ at, content: undefined })),
    })),
    files: state.files.all().filter(({ bytes }) => bytes.length <= mostFileBytes).map((file) => ({
      ...file,
      bytes: btoa(Array.from(file.bytes, (byte) => String.fromCharCode(byte)).join("")),
    })),
  };
  return JSON.stringify(snapshot);
}

/** Reads what {@linkcode writeSnapshot} wrote; anything else gives `undefined`. */
export function readSnapshot(text: string): Snapshot | undefined {
  const given = object(parseJson(text));
  const lists = [given.users, given.chats, given.messages, given.files];
  const fits = given.version === version && typeof given.port === "number" &&
    string(object(given.app).id) !== undefined && array(given.users).length > 0 &&
    lists.every(Array.isArray);
  // It is the program's own file, so the rest is as it was written.
  return fits ? given as unknown as Snapshot : undefined;
}

/** Puts what was known into the state of a new twin. */
export function restore(state: SnapshotState, { users, chats, messages, files }: Snapshot): void {
  state.chats.restore(users, chats);
  state.messages.restore(messages);
  for (const message of messages) {
    if (message.uuid !== undefined) {
      state.uuids.set(message.uuid, { message, at: message.createdAt });
    }
  }
  for (const file of files) {
    const bytes = Uint8Array.from(atob(file.bytes), (char) => char.charCodeAt(0));
    state.files.restore({ ...file, bytes });
  }
}
