import type { Wakeup } from "../base/waiting/wakeup.ts";
import type { Target, Topic } from "../model/place.ts";
import type { CardKit } from "./card_stream.ts";
import type { Rendered } from "./draw/rendered.ts";
import type { OwnMessagesApi } from "./lost_message.ts";
import type { SentMessage } from "./rest/api.ts";

/** The calls that create and change messages; they fail like those of `FeishuApi`. */
export interface MessageApi extends CardKit, OwnMessagesApi {
  /** Notifies when what had no answer may have one now. */
  readonly back: Wakeup;
  /** Creates a message. Sends with the same `uuid` within an hour make one. */
  send(
    target: Target,
    message: Rendered,
    uuid: string,
    signal: AbortSignal,
  ): Promise<SentMessage>;
  /** Replaces the content of a message. */
  edit(messageId: string, content: Rendered, signal: AbortSignal): Promise<void>;
  /** Recalls a message of ours. */
  recall(messageId: string, signal: AbortSignal): Promise<void>;
  /** Uploads a file of this machine, and returns the message that shows it. */
  upload(path: string, signal: AbortSignal, name?: string): Promise<Rendered>;
  /** The ids of the last messages of a topic, newest first. */
  lastInTopic(
    topic: Pick<Topic, "chatId" | "threadId">,
    signal: AbortSignal,
  ): Promise<string[]>;
}
