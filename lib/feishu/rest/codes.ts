/** All error codes of Feishu that this program reacts to. A new one needs a line here and nothing else. */
import { ApiError } from "../../base/errors.ts";

/**
 * What to do about a refusal:
 * - `wait`: make the same call later, after the delay that the server names;
 * - `renew`: make it once more with a fresh token;
 * - `resend`: the message can no longer be edited or replied to; send a fresh one;
 * - `degrade`: this content is not accepted; a simpler form may be;
 * - `stop`: the chat or the app takes it in no form until somebody changes a setting;
 * - `credentials`: the app's id or secret is wrong; only the user can correct that;
 * - `reopen`: the card is not streaming; switch streaming on and make the same change again;
 * - `renumber`: the card has seen a higher sequence; make the same change again with one far above;
 * - `unavailable`: the endpoint does not exist for this app; do without it.
 */
export type Reaction =
  | "wait"
  | "renew"
  | "resend"
  | "degrade"
  | "stop"
  | "credentials"
  | "reopen"
  | "renumber"
  | "unavailable";

/** What a code of Feishu means. */
export interface CodeMeaning {
  readonly meaning: string;
  readonly reaction: Reaction;
  /** The scope that the app lacks, if the code tells. */
  readonly scope?: string;
  /** Set when a rate limit belongs to one chat, message or card; the others belong to the whole app. */
  readonly limits?: "target";
}

/** Endpoints at which some codes have a meaning of their own. */
type Endpoint = "token" | "cardkit" | "history" | "message";

/** How an endpoint is recognised in an `ApiError`'s method. */
const ENDPOINTS: Readonly<Record<Endpoint, RegExp>> = {
  token: /^POST auth\//,
  cardkit: /^[A-Z]+ cardkit\//,
  history: /^GET im\/v1\/messages$/,
  message: /^GET im\/v1\/messages\/[^/]+$/,
};

const to = (reaction: Reaction) => (meaning: string): CodeMeaning => ({ meaning, reaction });
const wait = to("wait");
const renew = to("renew");
const resend = to("resend");
const degrade = to("degrade");
const stop = to("stop");
const credentials = to("credentials");
const reopen = to("reopen");
const renumber = to("renumber");
const unavailable = to("unavailable");

/** Reading messages of groups, quotes and topics too, needs a scope of its own (the pages of message get, list). */
const NO_GROUP_MESSAGES: CodeMeaning = {
  ...stop("the app may not read messages of groups"),
  scope: "im:message.group_msg",
};

type Codes = Readonly<Record<number, CodeMeaning>>;

/** Codes of every endpoint (Feishu's pages of im/v1 message create, patch and update, and of cardkit/v1). */
const CODES: Codes = {
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
  230020: { ...wait("rate limit of this chat or message"), limits: "target" },
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

/** Codes whose meaning depends on the endpoint. A 404 is the HTTP status of an answer without a code. */
const CODES_AT: Readonly<Record<Endpoint, Codes>> = {
  token: {
    10003: credentials("invalid app id or secret"),
    10012: credentials("invalid app id or secret"),
    10013: credentials("invalid app id or secret"),
    10014: credentials("app secret invalid"),
    10015: credentials("invalid app id or secret"),
  },
  cardkit: {
    404: unavailable("no such endpoint"),
    99991672: unavailable("the app lacks a scope"),
    99991679: unavailable("the user has not granted a scope"),
    200850: reopen("streaming was switched off"),
    300309: reopen("streaming is off"),
    300317: renumber("the sequence is not higher than the last one"),
  },
  history: {
    404: unavailable("no such endpoint"),
    230027: NO_GROUP_MESSAGES,
  },
  message: {
    230027: NO_GROUP_MESSAGES,
  },
};

/**
 * What a code means for a call.
 *
 * Codes of the card renderer (200xxx, 300xxx) refuse the content. An unknown code counts as a refusal of
 * the content too: a simpler message is the best that can be tried.
 *
 * @param method The call as an `ApiError` names it, for example `PATCH im/v1/messages/:id`.
 */
export function codeMeaning(code: number, method = ""): CodeMeaning {
  for (const [endpoint, pattern] of Object.entries(ENDPOINTS) as [Endpoint, RegExp][]) {
    const special = pattern.test(method) ? CODES_AT[endpoint][code] : undefined;
    if (special !== undefined) return special;
  }
  const isCard = code >= 200000 && code < 400000;
  return CODES[code] ?? degrade(isCard ? "card content refused" : "not accepted");
}

/** What an error of a call means; `undefined` when Feishu did not answer with a code or an HTTP status. */
export function meaningOf(error: unknown): CodeMeaning | undefined {
  if (!(error instanceof ApiError) || typeof error.code !== "number") return undefined;
  return codeMeaning(error.code, error.method);
}
