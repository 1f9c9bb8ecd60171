import type { TwinMessage } from "../feishu_twin/messages.ts";
import type { Twin } from "../feishu_twin/twin.ts";
import { briefMessage, drawMessage } from "./draw_message.ts";
import type { PageNode } from "./node.ts";

/** What reactions look like; others show their name. */
export const glyphs: Readonly<Record<string, string>> = {
  ...{ OnIt: "👀", OneSecond: "⏳", Get: "👌", DONE: "✅", CheckMark: "✅", OK: "👌", Yes: "✅" },
  ...{ ERROR: "❌", CrossMark: "❌", No: "🚫", MinusOne: "🚫", THUMBSUP: "👍", ThumbsDown: "👎" },
  ...{
    HEART: "❤️",
    THINKING: "🤔",
    Typing: "⌨️",
    PARTY: "🎉",
    LOVE: "😍",
    SMILE: "🙂",
    Alarm: "⏰",
  },
};

/** A message, or a mark where there would have been one, as the page gets it. */
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
  readonly reactions: readonly { readonly glyph: string; readonly name: string }[];
  /** The message that this one answers. */
  readonly quote?: { readonly from: string; readonly brief: string };
  readonly nodes: readonly PageNode[];
  readonly brief: string;
}

/** Draws a message for the page. */
export function messageView(twin: Twin, message: TwinMessage): MessageView {
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
    reactions: message.reactions.map(({ emoji }) => ({
      glyph: glyphs[emoji] ?? emoji,
      name: emoji,
    })),
    ...(answered === undefined ? {} : {
      quote: {
        from: answered.sender.name,
        brief: answered.recalled ? "" : briefMessage(answered),
      },
    }),
    nodes: message.recalled ? [] : drawMessage(message),
    brief: message.recalled ? "" : briefMessage(message),
  };
}
