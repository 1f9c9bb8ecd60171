/**
 * What to do about a refusal of Feishu:
 * - `wait`: the same call later, after the delay that the server names;
 * - `renew`: once more with a fresh token;
 * - `resend`: the message cannot be edited or replied to any more, a fresh one takes its place;
 * - `degrade`: this content is not accepted, a simpler form may be;
 * - `stop`: this chat or app does not take it as things are, in no form; somebody may put that right.
 */
export type Reaction = "wait" | "renew" | "resend" | "degrade" | "stop";

interface CodeMeaning {
  readonly meaning: string;
  readonly reaction: Reaction;
}

const wait = (meaning: string): CodeMeaning => ({ meaning, reaction: "wait" });
const renew = (meaning: string): CodeMeaning => ({ meaning, reaction: "renew" });
const resend = (meaning: string): CodeMeaning => ({ meaning, reaction: "resend" });
const degrade = (meaning: string): CodeMeaning => ({ meaning, reaction: "degrade" });
const stop = (meaning: string): CodeMeaning => ({ meaning, reaction: "stop" });

/**
 * Feishu's codes for messages, cards, tokens and rates (its pages of im/v1 message create, patch and
 * update, and of cardkit/v1).
 */
const CODES: Readonly<Record<number, CodeMeaning>> = {
  10003: stop("invalid app id or secret"),
  10014: stop("app secret invalid"),
  11232: wait("system-wide sending limit"),
  11247: wait("system-wide sending limit"),
  99991400: wait("rate limit of the app"),
  99991661: renew("access token missing"),
  99991663: renew("tenant access token invalid"),
  99991664: renew("app access token invalid"),
  99991668: renew("access token invalid"),
  99991672: stop("the app lacks a scope"),
  99991679: stop("the user has not granted a scope"),
  200810: wait("the card is streaming"),
  230001: degrade("invalid parameter or content"),
  230002: stop("the bot is not in this chat"),
  230006: stop("the bot ability is off, or no version is published"),
  230011: resend("the message was withdrawn"),
  230013: stop("the user is outside the app's availability"),
  230017: stop("the bot does not own this resource"),
  230018: stop("the group does not allow this"),
  230019: resend("the topic is gone"),
  230020: wait("rate limit of this chat or message"),
  230022: degrade("sensitive content"),
  230025: degrade("the message is too long"),
  230027: stop("no permission in this chat"),
  230028: degrade("refused by data loss prevention"),
  230031: resend("the message is older than 14 days"),
  230034: stop("invalid receiver"),
  230035: stop("the bot is muted in this chat"),
  230049: wait("the message is being sent"),
  230050: resend("the message is not visible to the bot"),
  230053: stop("the user blocked the bot"),
  230054: degrade("this message type cannot be edited"),
  230055: degrade("file type does not match"),
  230071: resend("the chat does not support replies in topics"),
  230072: resend("the message was edited 20 times"),
  230075: resend("the message can no longer be edited"),
  230099: degrade("card content refused"),
  230110: resend("the message was deleted"),
  230111: resend("the message destroyed itself"),
  231003: resend("the message does not exist"),
  232009: stop("the chat was dissolved"),
};

/**
 * What a code means for a call.
 *
 * Codes of the card renderer (200xxx, 300xxx) refuse the content. An unknown one counts as a refusal
 * of the content too, because a simpler message is the best answer to a riddle.
 */
export function codeMeaning(code: number): CodeMeaning {
  const isCard = code >= 200000 && code < 400000;
  return CODES[code] ?? degrade(isCard ? "card content refused" : "not accepted");
}
