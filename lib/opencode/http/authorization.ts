import type { Endpoint } from "./endpoint.ts";

/** The name that opencode takes unless it is told another one; 2.x takes no other. */
export const DEFAULT_USER = "opencode";

/** The header with the user's name and the password, if the server has one. */
export function authorization({ user = DEFAULT_USER, password }: Endpoint): HeadersInit {
  if (password === undefined) return {};
  // RFC 7617 §2.1: UTF-8.
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { authorization: `Basic ${bytes.toBase64()}` };
}
