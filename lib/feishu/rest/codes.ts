/** What the refusals of Feishu mean. The codes themselves are in `code_table.ts`. */
import { ApiError } from "../../base/errors.ts";
import type { CodeMeaning, Reaction } from "./code_meaning.ts";
import { CODES, CODES_AT, type Endpoint, ENDPOINTS, INNER_CODES } from "./code_table.ts";

export type { CodeMeaning, Reaction } from "./code_meaning.ts";

/** The reactions after which the same call may succeed later. */
const PASSING: ReadonlySet<Reaction> = new Set(["wait", "renew", "used-up"]);

/**
 * What a code means for a call.
 *
 * Codes of the card renderer (200xxx, 300xxx) refuse the content. An unknown code counts as a refusal of
 * the content too: a simpler message is the best that can be tried. Those of the platform (9999xxxx) do not: they
 * are about the app, its token or the receiver (Feishu's page of common errors).
 *
 * @param method The call as an `ApiError` names it, for example `PATCH im/v1/messages/:id`.
 * @param said What Feishu said. The code 230099 is an envelope, and only its words tell what is wrong.
 */
export function codeMeaning(code: number, method = "", said = ""): CodeMeaning {
  if (code === CARD_REFUSED) {
    const inner = innerMeaning(said);
    if (inner !== undefined) return inner;
  }
  for (const [endpoint, pattern] of Object.entries(ENDPOINTS) as [Endpoint, RegExp][]) {
    const special = pattern.test(method) ? CODES_AT[endpoint][code] : undefined;
    if (special !== undefined) return special;
  }
  const isCard = /^[23]00\d{3}$/.test(String(code));
  const meaning = isCard ? "card content refused" : "not accepted";
  const isPlatform = /^9999\d{4}$/.test(String(code));
  return CODES[code] ?? { meaning, reaction: isPlatform ? "stop" : "degrade" };
}

/** The code that wraps what is wrong with a card. */
const CARD_REFUSED = 230099;

/**
 * The meaning of what 230099 wraps: `… ext=ErrCode: 11310; ErrPath: …; ErrMsg: card action is lock; …`. Its
 * code may be an envelope too.
 */
function innerMeaning(said: string): CodeMeaning | undefined {
  const code = Number(/\bErrCode:\s*(\d+)/.exec(said)?.[1]);
  const words = /\bErrMsg:\s*([^;]*)/.exec(said)?.[1] ?? "";
  return INNER_CODES.find((one) =>
    (one.code === undefined || one.code === code) && (one.words?.test(words) ?? true)
  )?.means;
}

/** What an error of a call means; `undefined` when Feishu did not answer with a code or an HTTP status. */
export function meaningOf(error: unknown): CodeMeaning | undefined {
  if (!(error instanceof ApiError) || typeof error.code !== "number") return undefined;
  return codeMeaning(error.code, error.method, error.message);
}

/** Whether an error says that there is no such call, which no wait changes. */
export function isUnavailable(error: unknown): boolean {
  return meaningOf(error)?.reaction === "unavailable";
}

/** Whether the same call may succeed later. */
export function mayPass({ reaction }: CodeMeaning): boolean {
  return PASSING.has(reaction);
}
