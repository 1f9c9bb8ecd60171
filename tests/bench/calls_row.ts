import { thrift } from "../../lib/feishu/thrift.ts";
import { atMost, type Figure, round, type Row } from "./figure.ts";
import { quantiles } from "./quantiles.ts";
import { type SimulatedTurn, simulateTurn } from "./simulated_turn.ts";

/** The most calls of a turn of so many seconds. */
const BUDGETS = [[6, 10], [60, 24], [600, 40], [3_600, 60]] as const;
const FORMS = {
  patch: { mode: "card", stream: "patch" },
  cardkit: { mode: "card", stream: "cardkit" },
  post: { mode: "post", stream: "patch" },
  text: { mode: "text", stream: "patch" },
} as const;
const MODES = ["auto", "thrifty", "lively"] as const;
/** Milliseconds between two tokens. A long turn has no more than so many, so that it can be played. */
const TOKEN_MS = 130;
const MAX_TOKENS = 500;
const MAX_TOOLS = 100;

/** What turns cost: of text alone, and with a tool call every three seconds, at most 100, beside it. */
export const callsRow: Row = {
  name: "calls",
  seconds: 180,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    for (const [form, drawn] of Object.entries(FORMS)) {
      for (const mode of MODES) {
        say(`${form}, ${mode}`);
        for (const [seconds, most] of BUDGETS) {
          const ms = seconds * 1000;
          const calm = thrift({ mode, hasQuickThrottle: false, isLimited: false, usedShare: 0 });
          const tokenMs = Math.max(TOKEN_MS, ms / MAX_TOKENS);
          const turn = { ...drawn, thrift: calm, ms, tokenMs };
          // Without thrift, the number of calls has no budget.
          const budget = mode === "lively" ? undefined : most;
          figures.push(await figure(`${form}, ${mode}, ${seconds} s`, turn, budget));
        }
      }
    }
    return figures;
  },
};

async function figure(
  what: string,
  turn: SimulatedTurn,
  budget: number | undefined,
): Promise<Figure> {
  const text = await simulateTurn(turn);
  const tools = await simulateTurn({ ...turn, tools: Math.min(turn.ms / 3_000, MAX_TOOLS) });
  const most = Math.max(text.calls, tools.calls);
  const numbers = {
    text: text.calls,
    tools: tools.calls,
    visibleMs: quantiles(text.visible.map(({ ms }) => ms)).p50,
    stepMs: quantiles(tools.steps).p50,
  };
  const { visibleMs, stepMs } = numbers;
  return {
    ...atMost(`calls: ${what}`, "", most, "", budget),
    measured: `${text.calls} of text, ${tools.calls} with tools`,
    how: `a token is visible after p50 ${round(visibleMs)} ms, a tool's change after ` +
      `${round(stepMs)} ms; in virtual time`,
    numbers,
  };
}
