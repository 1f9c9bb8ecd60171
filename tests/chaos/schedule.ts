import { seeded } from "../helpers.ts";

/** What can go wrong. Those with an end have a second action that ends them. */
export const FAULTS = [
  "bridge killed",
  "bridge away for days",
  "opencode killed",
  "opencode hangs",
  "opencode refuses",
  "store reads fail",
  "connection dropped",
  "connection reset",
  "connection half-open",
  "Feishu answers 5xx",
  "Feishu answers 429",
  "answers lost",
  "answers late",
  "acknowledgements lost",
  "delivered again",
  "token revoked",
] as const;
export type Fault = (typeof FAULTS)[number];

/** What somebody sends: a prompt for the agent, or a command. */
export const PROMPTS = [
  ...["say", "slow", "tool", "todo", "late"] as const,
  // One of opencode's own commands, whose shell line acts before its message is stored.
  "mark",
  // Runs by itself some seconds later.
  "scheduled",
  // Asks before it runs, and waits for an answer.
  ...["question", "permission"] as const,
  // Is cancelled a moment after.
  "cancelled",
  // A command, which is answered at once.
  "command",
] as const;
export type PromptKind = (typeof PROMPTS)[number];

/** Something that happens `at` milliseconds after the start; `size`, from 0 to 1, says how much of it. */
export type Action =
  & { readonly at: number; readonly size: number }
  & (
    | { readonly kind: "say"; readonly chat: number; readonly prompt: PromptKind }
    | { readonly kind: "cancel"; readonly chat: number }
    | { readonly kind: "fault" | "end"; readonly fault: Fault }
  );

/** How much happens. */
export interface ScheduleOptions {
  /** Milliseconds in which things happen. */
  readonly ms: number;
  readonly chats: number;
  readonly prompts: number;
  readonly faults: number;
}

/** Milliseconds that a fault with an end lasts at the most. */
const LONGEST: Partial<Record<Fault, number>> = {
  "bridge killed": 3_000,
  "bridge away for days": 3_000,
  "opencode hangs": 3_000,
  "opencode refuses": 4_000,
  "store reads fail": 2_000,
  "connection half-open": 4_000,
  "answers late": 3_000,
};

/** The most milliseconds after which a prompt is cancelled. */
const MAX_CANCEL_MS = 4_000;

/** What happens, in the order of time; the same seed and options give the same. */
export function schedule(seed: number, options: ScheduleOptions): Action[] {
  const random = seeded(seed);
  const pick = <T>(all: readonly [T, ...T[]]): T =>
    all[Math.floor(random() * all.length)] ?? all[0];
  const actions: Action[] = [];
  for (let i = 0; i < options.prompts; i++) {
    const at = random() * options.ms;
    const size = random();
    const chat = Math.floor(random() * options.chats);
    const prompt = pick(PROMPTS);
    actions.push({ kind: "say", at, size, chat, prompt });
    if (prompt === "cancelled") {
      actions.push({ kind: "cancel", at: at + random() * MAX_CANCEL_MS, size, chat });
    }
  }
  for (let i = 0; i < options.faults; i++) {
    const at = random() * options.ms;
    const size = random();
    const fault = pick(FAULTS);
    actions.push({ kind: "fault", fault, at, size });
    const longest = LONGEST[fault];
    if (longest !== undefined) actions.push({ kind: "end", fault, at: at + size * longest, size });
  }
  return actions.sort((a, b) => a.at - b.at);
}
