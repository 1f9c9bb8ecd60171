/**
 * The requests and replies of scripts as JSON. A connection carries one request: a line, and behind it the bytes of
 * its file. The bridge replies with one or more lines.
 */
import { list, need, number, object, parser, string } from "../base/json.ts";
import { parseScriptAnswer } from "../model/parse_script_answer.ts";
import type {
  ListedChat,
  ScriptRefusal,
  ScriptReply,
  ScriptRequest,
  SendMessage,
} from "../model/script.ts";

/** The largest text of a request in bytes, as JSON. */
export const MAX_REQUEST_BYTES = 16 * 1024 ** 2;
/** The largest reply in bytes: an answer may be long. */
export const MAX_REPLY_BYTES = 256 * 1024 ** 2;

/** A request without the bytes of its file. */
type Head = Exclude<ScriptRequest, SendMessage> | Omit<SendMessage, "file">;

/** What stands in the first line of a request. */
export interface RequestHead {
  readonly request: Head;
  /** The file whose bytes follow. */
  readonly file?: { readonly name: string; readonly size: number };
}

/** The head of a request as it is written. */
export function requestHead(request: ScriptRequest): unknown {
  if (request.kind !== "send" || request.file === undefined) return { request };
  const { file: { name, bytes }, ...head } = request;
  return { request: head, file: { name, size: bytes.length } };
}

/** Reads the head of a request; `undefined` if it is not one. */
export const parseHead = parser((head): RequestHead => {
  const request = need(parseRequest(head.request));
  const { name, size } = object(head.file);
  const file = head.file === undefined ? undefined : {
    name: need(string(name)),
    size: need(wholeNumber(size)),
  };
  return { request, ...(file && { file }) };
});

const parseRequest = parser((request): Head => {
  const chat = string(request.chat);
  if (request.kind === "chats") return { kind: "chats", ...(chat !== undefined && { chat }) };
  const [id, text] = [need(string(request.id)), need(string(request.text))];
  const kind = need(oneOf(request.kind, ["send", "ask"]));
  return kind === "send"
    ? { kind, chat: need(chat), id, text }
    : { kind, chat: need(chat), id, text };
});

const parseChat = parser((chat): ListedChat => {
  const [person, directory, session] = [chat.person, chat.directory, chat.session].map(string);
  return {
    id: need(string(chat.id)),
    kind: need(oneOf(chat.kind, ["direct", "group", "topic"])),
    name: string(chat.name) ?? "",
    chat: need(string(chat.chat)),
    ...(person !== undefined && { person }),
    ...(directory !== undefined && { directory }),
    ...(session !== undefined && { session }),
  };
});

const REFUSALS: readonly ScriptRefusal[] = [
  "other id",
  "nobody",
  "no topic",
  "no room",
  "no answer",
  "failed",
];

/** Reads a line of a reply; `undefined` if it is not one. */
export const parseReply = parser((reply): ScriptReply => {
  switch (reply.kind) {
    case "chats":
      return {
        kind: "chats",
        chats: list(reply.chats, parseChat),
        missing: list(reply.missing, string),
      };
    case "accepted":
      return {
        kind: "accepted",
        chat: need(parseChat(reply.chat)),
        isRepeated: reply.isRepeated === true,
      };
    case "asked":
      return { kind: "asked", title: string(reply.title) ?? "" };
    case "answer":
      return { kind: "answer", ...need(parseScriptAnswer(reply)) };
    case "unclear": {
      const nearest = string(reply.nearest);
      const matches = list(reply.matches, parseChat);
      const missing = list(reply.missing, string);
      return {
        kind: "unclear",
        matches,
        ...(nearest !== undefined && { nearest }),
        ...(missing.length > 0 && { missing }),
      };
    }
    default: {
      const detail = string(reply.detail);
      need(reply.kind === "refused" ? reply : undefined);
      const why = oneOf(reply.why, REFUSALS) ?? "failed";
      return { kind: "refused", why, ...(detail !== undefined && { detail }) };
    }
  }
});

function oneOf<const T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((one) => one === value);
}

function wholeNumber(value: unknown): number | undefined {
  const size = number(value);
  return size !== undefined && Number.isInteger(size) && size >= 0 ? size : undefined;
}
