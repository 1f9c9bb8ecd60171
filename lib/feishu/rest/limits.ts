import { apiName } from "./api_name.ts";
import type { Limit, Window } from "./lanes.ts";

/** What Feishu takes of one API (its page of frequency control). */
const API: readonly Window[] = [{ count: 50, ms: 1_000 }, { count: 1_000, ms: 60_000 }];
/** Sends to one chat, or edits of one message (the pages of message create and patch). */
const TARGET: readonly Window[] = [{ count: 5, ms: 1_000 }];
/** Changes of one card entity, over all of CardKit (its page of streaming updates). */
const CARD: readonly Window[] = [{ count: 10, ms: 1_000 }];

/**
 * The limits of a call: first that of what it changes, if anything, then that of its API. Pure.
 *
 * @param machines How many share what the app may do. What is changed is changed by one of them.
 */
export function limitsOf(method: string, path: string, target?: string, machines = 1): Limit[] {
  const windows = path.startsWith("cardkit/") ? CARD : TARGET;
  const part = API.map(({ count, ms }) => ({
    count: Math.max(Math.floor(count / machines), 1),
    ms,
  }));
  return [
    ...(target === undefined ? [] : [{ key: target, windows }]),
    { key: apiName(method, path), windows: part },
  ];
}
