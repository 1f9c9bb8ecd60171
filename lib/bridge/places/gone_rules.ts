import type { AgentRules } from "../../model/agent_rules.ts";
import type { AlwaysRule } from "../../model/always_rule.ts";
import type { Services } from "../services.ts";

/**
 * Whether what *always* has allowed ended with an earlier server of an agent service that keeps it in memory.
 *
 * @param serverSince What `rulesSince` says; if that is not known, no rule is called gone.
 */
export function isRuleGone(
  { server, since }: AlwaysRule,
  serverSince: number | undefined,
): boolean {
  if (!serverSince) return false;
  // Notes of an older version of the program have no mark.
  return server === undefined ? since < serverSince : server !== serverSince;
}

/** What {@linkcode forgetGoneRules} needs. */
export interface GoneRulesOptions extends Pick<Services, "store" | "signal"> {
  readonly agent: Pick<AgentRules, "savedRules" | "rulesSince">;
}

/** Forgets the notes of rules that are gone. What the agent service lists itself is left to it. */
export async function forgetGoneRules(
  { store, agent, signal }: GoneRulesOptions,
): Promise<void> {
  // Read first: what is allowed meanwhile stays.
  const noted = await store.alwaysRules();
  const [first] = noted;
  if (first === undefined) return;
  if (await agent.savedRules(first.directory, signal) !== undefined) return;
  const serverSince = await agent.rulesSince(signal);
  const forgotten = noted.filter((rule) => isRuleGone(rule, serverSince));
  if (forgotten.length > 0) await store.commit({ forgotten });
}
