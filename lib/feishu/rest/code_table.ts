/**
 * All error codes of Feishu that this program reacts to, by endpoint and by what they wrap. A new one needs a
 * line here and nothing else.
 */
import type { CodeMeaning, Reaction } from "./code_meaning.ts";

/** Endpoints at which some codes have a meaning of their own. */
export type Endpoint =
  | "token"
  | "connection"
  | "cardkit"
  | "send"
  | "reply"
  | "edit"
  | "recall"
  | "history"
  | "message"
  | "download";

/** How an endpoint is recognised in an `ApiError`'s method. */
export const ENDPOINTS: Readonly<Record<Endpoint, RegExp>> = {
  token: /^POST auth\//,
  connection: /^POST \/callback\/ws\/endpoint$/,
  cardkit: /^[A-Z]+ cardkit\//,
  send: /^POST im\/v1\/messages$/,
  reply: /^POST im\/v1\/messages\/[^/]+\/reply$/,
  edit: /^P(?:UT|ATCH) im\/v1\/messages\/[^/]+$/,
  recall: /^DELETE im\/v1\/messages\/[^/]+$/,
  history: /^GET im\/v1\/messages$/,
  message: /^GET im\/v1\/messages\/[^/]+$/,
  download: /^GET im\/v1\/messages\/[^/]+\/resources\//,
};

const to = (reaction: Reaction) => (meaning: string): CodeMeaning => ({ meaning, reaction });
const wait = to("wait");
const renew = to("renew");
const resend = to("resend");
const freshCard = to("fresh-card");
const degrade = to("degrade");
const gone = to("gone");
const stop = to("stop");
const credentials = to("credentials");
const reopen = to("reopen");
const renumber = to("renumber");
const rewrite = to("rewrite");
const unavailable = to("unavailable");

/** Reading messages of groups, quotes and topics too, needs a scope of its own (the pages of message get, list). */
const NO_GROUP_MESSAGES: CodeMeaning = {
  ...stop("the app may not read messages of groups"),
  scope: "im:message.group_msg",
};

/** How long a limit that names no time is left alone, in milliseconds. */
const LIMIT_MS = 1_000;
const limit = (meaning: string): CodeMeaning => ({ ...wait(meaning), afterMs: LIMIT_MS });

/** After how long a change that a lock refused is tried again, in milliseconds. */
const LOCK_RETRY_MS = 750;
/** A card cannot be changed from a click on it until that is answered (the page of delayed card updates). */
const LOCKED: CodeMeaning = {
  ...wait("somebody is clicking on the card"),
  limits: "target",
  afterMs: LOCK_RETRY_MS,
};

/** Meanings by code. */
export type Codes = Readonly<Record<number, CodeMeaning>>;

/**
 * Codes of every endpoint (Feishu's pages of im/v1 message create, patch and update, of im/v1 image and file
 * create, of cardkit/v1, and of common errors). 401, 413 and 429 are the HTTP statuses of answers without a code.
 */
export const CODES: Codes = {
  401: renew("the access token is not accepted"),
  413: degrade("too large"),
  429: limit("too many requests"),
  2200: wait("internal error"),
  10003: stop("invalid app id or secret"),
  10014: stop("app secret invalid, or the app is disabled"),
  11232: limit("system-wide sending limit"),
  11247: limit("system-wide sending limit"),
  99991400: limit("rate limit of this API"),
  99991401: stop("this machine's IP address is not on the app's list of allowed addresses"),
  99991403: to("used-up")("the calls of this month are used up"),
  99991661: renew("access token missing"),
  99991662: stop("the app is disabled"),
  99991663: renew("tenant access token invalid"),
  99991664: renew("app access token invalid"),
  99991665: renew("tenant access token invalid"),
  99991668: renew("access token invalid"),
  99991671: renew("access token invalid"),
  99991672: stop("the app lacks a scope"),
  99991673: stop("the app is disabled"),
  99991677: renew("access token expired"),
  99991679: stop("the user has not granted a scope"),
  99992402: degrade("a field is not accepted"),
  200810: LOCKED,
  230001: degrade("invalid parameter or content"),
  230002: stop("the bot is not in this chat"),
  230006: stop("the bot ability is off, or no version is published"),
  230011: resend("the message was withdrawn"),
  230012: stop("the bot is not the sender of the message"),
  230013: stop("the user is outside the app's availability"),
  230017: stop("the bot does not own this resource"),
  230018: stop("the group does not allow this"),
  230019: resend("the topic is gone"),
  // Five a second, shared by all bots of the chat (the page of message create).
  230020: { ...limit("rate limit of this chat or message"), limits: "target" },
  230022: degrade("sensitive content"),
  230025: degrade("the message is too long"),
  230027: stop("no permission in this chat"),
  230028: degrade("refused by data loss prevention"),
  230029: stop("the user has resigned"),
  230031: resend("the message is older than 14 days"),
  230034: stop("invalid receiver"),
  230035: stop("the bot is muted in this chat"),
  230036: stop("the tenant's encryption key was deleted"),
  230038: stop("the bot may not act in a direct chat across tenants"),
  230049: wait("the message is being sent"),
  230050: resend("the message is not visible to the bot"),
  230053: stop("the user blocked the bot"),
  230054: degrade("this message type cannot be edited"),
  230055: degrade("file type does not match"),
  230099: degrade("card content refused"),
  230110: resend("the message was deleted"),
  230111: resend("the message destroyed itself"),
  231003: resend("the message does not exist"),
  231015: wait("internal error"),
  232009: stop("the chat was dissolved"),
  232096: wait("internal error"),
  234006: degrade("the file is too large"),
  234010: degrade("the file is empty"),
  234011: degrade("the image has no known format"),
  234019: wait("the file service is busy"),
  234037: stop("the attachment has more than 100 MB"),
  234039: degrade("the image has too many pixels"),
  234043: stop("files of cards, and of messages inside of a forward, are not given away"),
  300120: wait("CardKit is busy"),
};

/**
 * Statuses of answers without a code, which are not Feishu's: what stands in its place, or on the way to it, does not
 * know the call or lets nothing of its method through. Firewalls often know GET and POST alone.
 */
const NO_SUCH_CALL: Codes = Object.fromEntries(
  [403, 404, 405, 501].map((status) => [status, unavailable("no such endpoint")]),
);

/** A card entity that cannot be changed any more; only a fresh message can show what is new. */
const CARD_GONE = resend("the card does not exist any more");

/** Codes whose meaning depends on the endpoint. Those below 600 are HTTP statuses of answers without a code. */
export const CODES_AT: Readonly<Record<Endpoint, Codes>> = {
  token: {
    10003: credentials("invalid app id or secret"),
    10012: credentials("invalid app id or secret"),
    10013: credentials("invalid app id or secret"),
    10014: credentials("app secret invalid, or the app is disabled"),
    10015: credentials("invalid app id or secret"),
    99991543: credentials("invalid app id or secret"),
  },
  connection: {
    1: wait("the system is busy"),
    403: stop(
      "the app may not hold a long connection: it must be a custom app, set to it in the console",
    ),
    514: stop("the app's id or secret is wrong"),
    1000040343: wait("internal error"),
    1000040345: wait("busy, or the app's secret is wrong"),
    1000040346: stop("the app's id is wrong"),
    1000040350: wait(
      "other programs hold all connections of this app: end those that use the same FEISHU_APP_ID",
    ),
    1000040351: credentials("the app belongs to the other platform, Feishu or Lark"),
  },
  cardkit: {
    ...NO_SUCH_CALL,
    99991672: unavailable("the app lacks a scope"),
    99991679: unavailable("the user has not granted a scope"),
    200740: CARD_GONE,
    200750: CARD_GONE,
    200850: reopen("streaming was switched off"),
    300308: CARD_GONE,
    300309: reopen("streaming is off"),
    300310: rewrite("only text can be written into this element"),
    300311: CARD_GONE,
    300313: rewrite("the card has no such element yet"),
    300317: renumber("the sequence is not higher than the last one"),
  },
  send: {
    230075: stop("the chat is a secret chat"),
  },
  reply: {
    230071: resend("the chat does not support replies in topics"),
    230072: resend("the message is one of several shown as one, which takes no reply"),
    230075: stop("the chat is a secret chat"),
  },
  edit: {
    ...NO_SUCH_CALL,
    230071: resend("the bot is not the sender of the message"),
    230072: resend("the message was edited 20 times"),
    230073: stop("the chat is a secret chat"),
    230075: resend("the message can no longer be edited"),
  },
  recall: NO_SUCH_CALL,
  history: {
    404: unavailable("no such endpoint"),
    230027: NO_GROUP_MESSAGES,
    230073: stop("the topic is not visible to the bot"),
  },
  message: {
    230011: gone("the message was withdrawn"),
    230027: NO_GROUP_MESSAGES,
    230110: gone("the message was deleted"),
    231003: gone("the message does not exist"),
  },
  download: {
    230027: NO_GROUP_MESSAGES,
  },
};

/** One of the reasons that the code 230099 wraps. */
interface InnerCode {
  /** The `ErrCode`; any if left out. */
  readonly code?: number;
  /** What is in the `ErrMsg`; anything if left out. */
  readonly words?: RegExp;
  readonly means: CodeMeaning;
}

/** The reasons that 230099 wraps. The first that fits counts; any other refuses the content. */
export const INNER_CODES: readonly InnerCode[] = [
  { words: /card action is lock/i, means: LOCKED },
  { words: /card ?id is invalid/i, means: freshCard("the card cannot be sent") },
  ...[200740, 200750, 300308, 300311].map((code) => ({
    code,
    means: freshCard("the card was sent already, or does not exist any more"),
  })),
  { code: 11310, words: /limit/i, means: degrade("the card has too many elements or tables") },
];
