import { Refusal } from "./refusal.ts";
import type { TwinState } from "./twin_state.ts";

/**
 * Lets a call pass if the app has any of these scopes.
 *
 * @throws {Refusal} 99991672 otherwise.
 */
export function requireScope({ scopes }: TwinState, ...anyOf: readonly string[]): void {
  if (anyOf.some((scope) => scopes.has(scope))) return;
  const needed = anyOf.join(", ");
  throw new Refusal(
    99991672,
    `Access denied. One of the following scopes is required: [${needed}].`,
  );
}
