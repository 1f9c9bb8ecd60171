import { defined, need, number, parser, string } from "../../base/json.ts";
import { providerMessage } from "../model_words.ts";
import type { SessionError } from "../transcript/message.ts";

/** Errors that have a name in this program. */
const NAMES: Readonly<Record<string, string>> = { "provider.auth": "ProviderAuthError" };

/** Parses `{type, message, status?}`. */
export const parseError = parser((error): SessionError => {
  const type = need(string(error.type));
  const said = string(error.message) || type;
  // What the provider said stands behind opencode's own words (observed).
  const [, status, body = ""] = /HTTP (\d{3}): ([^]*)$/.exec(said) ?? [];
  return defined({
    name: NAMES[type] ?? type,
    message: providerMessage(body) ?? said,
    statusCode: number(error.status) ?? (status === undefined ? undefined : Number(status)),
    isAbort: type === "aborted" ? true : undefined,
  });
});
