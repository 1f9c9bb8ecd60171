import { object, string } from "../../base/json.ts";
import type { TwinMessage } from "../feishu_twin/twin_message.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import { drawMessage, messagePreview } from "./draw_message.ts";
import type { PageNode } from "./page_node.ts";

/** Emoji for the reactions that the bot uses, by Feishu's name. Others are shown by their name. */
// deno-fmt-ignore
const GLYPHS: Readonly<Record<string, string>> = {
  OnIt: "👀", OneSecond: "⏳", Get: "👌", DONE: "✅", CheckMark: "✅", OK: "👌", Yes: "✅",
  ERROR: "❌", CrossMark: "❌", No: "🚫", MinusOne: "🚫", THUMBSUP: "👍", ThumbsDown: "👎",
  HEART: "❤️", THINKING: "🤔", Typing: "⌨️", PARTY: "🎉", LOVE: "😍", SMILE: "🙂", Alarm: "⏰",
};

/** A message as it is sent to the page, or a mark in place of one that Feishu refused. */
export interface MessageView {
  readonly id: string;
  readonly chat: string;
  /** Twin time, milliseconds since the epoch. */
  readonly at: number;
  readonly from: string;
  /** `open_id` of the person; empty for the bot. */
  readonly user: string;
  readonly kind: "message" | "refusal";
  readonly type: string;
  readonly edits: number;
  readonly recalled: boolean;
  readonly thread: string;
  /** What is offered below it as long as it is the newest. */
  readonly followUps: readonly string[];
  readonly reactions: readonly { readonly glyph: string; readonly name: string }[];
  /** The message that this one replies to. */
  readonly quote?: { readonly from: string; readonly preview: string };
  readonly nodes: readonly PageNode[];
  readonly preview: string;
}

/** Draws a message for the page. */
export function messageView(twin: Twin, sent: TwinMessage): MessageView {
  const message = withFileName(twin, sent);
  const nameOf = (id: string) => twin.users().find(({ openId }) => openId === id)?.name ?? id;
  const answered = message.replyTo === undefined ? undefined : twin.find(message.replyTo);
  return {
    id: message.id,
    chat: message.chatId,
    at: message.createdAt,
    from: message.sender.name,
    user: message.sender.type === "user" ? message.sender.id : "",
    kind: "message",
    type: message.type,
    edits: message.edits.length,
    recalled: message.recalled,
    thread: message.threadId ?? "",
    followUps: message.followUps ?? [],
    reactions: message.reactions.map(({ emoji }) => ({
      glyph: GLYPHS[emoji] ?? emoji,
      name: emoji,
    })),
    ...(answered === undefined ? {} : {
      quote: {
        from: answered.sender.name,
        preview: answered.recalled ? "" : messagePreview(answered, nameOf),
      },
    }),
    nodes: message.recalled ? [] : drawMessage(message, nameOf),
    preview: message.recalled ? "" : messagePreview(message, nameOf),
  };
}

/** A message whose file has its name: the bot sends only its key. */
function withFileName(twin: Twin, message: TwinMessage): TwinMessage {
  const content = object(message.content);
  const key = message.type === "file" ? string(content.file_key) : undefined;
  const file = key === undefined ? undefined : twin.file(key);
  return file === undefined
    ? message
    : { ...message, content: { file_name: file.name, ...content } };
}
