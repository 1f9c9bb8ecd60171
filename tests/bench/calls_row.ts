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
/** How many calls a card may cost. A post and a text have 20 edits, however they are spread. */
const MODES = ["auto", "thrifty", "lively"] as const;
/**
 * Milliseconds between two tokens. A long turn has no more than so many, so that it can be played: its edits are far
 * apart. Those of a lively turn are not, and its tokens must be closer than they are, or each is seen at once.
 */
const TOKEN_MS = 130;
const MAX_TOKENS = 500;
/** A lively turn of an hour goes on as it does after ten minutes: its calls grow with its time. */
const LIVELY_S = 600;
const MAX_TOOLS = 100;

/** What turns cost: of text alone, and with a tool call every three seconds, at most 100, beside it. */
export const callsRow: Row = {
  name: "calls",
  seconds: 45,
  measure: async ({ say }) => {
    const figures: Figure[] = [];
    for (const [form, drawn] of Object.entries(FORMS)) {
      for (const mode of drawn.mode === "card" ? MODES : MODES.slice(0, 1)) {
        say(`${form}, ${mode}`);
        const isLively = mode === "lively";
        for (const [seconds, most] of BUDGETS) {
          if (isLively && seconds > LIVELY_S) continue;
          const ms = seconds * 1000;
          const calm = thrift({ mode, hasQuickThrottle: false, isLimited: false, usedShare: 0 });
          const tokenMs = isLively ? TOKEN_MS : Math.max(TOKEN_MS, ms / MAX_TOKENS);
          const turn = { ...drawn, thrift: calm, ms, tokenMs };
          // Without thrift, the number of calls has no budget.
          const budget = isLively ? undefined : most;
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
