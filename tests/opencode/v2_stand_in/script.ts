/** What the scripted model does, told by the prompt: `[[say hi]] [[bash date]]`, as in the demo's model. */
import { number, object, parseJson } from "../../../lib/base/json.ts";
import type { Json } from "./json.ts";

/** A call of a tool. */
export interface Call {
  readonly name: string;
  readonly input: Json;
  /** Whether a person is asked first. */
  readonly asks?: boolean;
}

/** One step of the model: a thought, a text, calls, or a failure. */
export interface Step {
  readonly reasoning?: string;
  readonly words?: readonly string[];
  /** Milliseconds between two words. */
  readonly delayMs?: number;
  /** Milliseconds until the first word. */
  readonly firstMs?: number;
  readonly calls?: readonly Call[];
  /** An HTTP status of the provider; it comes `times` times. */
  readonly fails?: { readonly status: number; readonly times: number };
  /** How the stream breaks off: never, or in the middle. */
  readonly breaks?: "hang" | "cut";
  /** The context is full: it is compacted first. */
  readonly overflows?: boolean;
}

const COLOUR = {
  question: "Which colour?",
  header: "Colour",
  options: [{ label: "Red", description: "warm" }, { label: "Blue", description: "cold" }],
};
const SIZES = {
  question: "Which sizes?",
  header: "Sizes",
  options: [{ label: "S", description: "small" }, { label: "L", description: "large" }],
  multiple: true,
};

/**
 * The steps that a prompt asks for, by directives: `[[say TEXT]]`, `[[slow WORDS [MS [FIRST]]]]`, `[[reason [TEXT]]]`,
 * `[[bash CMD]]`, `[[ask CMD]]` (needs a permission), `[[background CMD]]`, `[[both CMD|CMD]]` (side by side),
 * `[[read PATH]]`, `[[write PATH TEXT]]`, `[[call TOOL JSON]]`, `[[question]]` (one field), `[[questions]]` (two), `[[form]]` (no question of the agent),
 * `[[task ((say hi))]]` (a subagent), `[[error STATUS [TIMES]]]`, `[[cut]]`, `[[hang]]`, `[[overflow]]`. What follows calls of tools is a step of its own, as with every model. */
export function script(text: string): Step[] {
  const steps: Step[] = [];
  for (const [, name = "", rest = ""] of text.matchAll(/\[\[([a-z]+)(?:\s+([\s\S]*?))?\]\]/g)) {
    const step = directive(name, rest);
    if (step === undefined) continue;
    const last = steps.at(-1);
    // A step without calls would end the turn, so what follows belongs to it.
    if (last && !last.calls && !last.breaks) steps[steps.length - 1] = joined(last, step);
    else steps.push(step);
  }
  if (steps.length === 0) return [{ words: ["Hello", ", ", "world."] }];
  return steps.at(-1)?.calls ? [...steps, { words: ["Done."] }] : steps;
}

/** The directives of a subagent stand in round brackets: `[[task ((say hi))]]`. */
function inner(text: string): string {
  return text.replaceAll("((", "[[").replaceAll("))", "]]");
}

function joined(one: Step, other: Step): Step {
  return { ...one, ...other, words: [...one.words ?? [], ...other.words ?? []] };
}

function directive(name: string, rest: string): Step | undefined {
  const [first = "", second = "", third = ""] = rest.split(/\s+/);
  const behind = rest.slice(first.length).trimStart();
  const shell = (asks: boolean, more: Json = {}): Step => ({
    calls: [{ name: "shell", input: { command: rest, ...more }, asks }],
  });
  switch (name) {
    case "say":
      return { words: rest.match(/\s*\S+/g) ?? [""] };
    case "slow":
      return {
        words: Array.from({ length: Number(first) || 10 }, (_, index) => `w${index} `),
        delayMs: Number(second) || 50,
        firstMs: Number(third),
      };
    case "reason":
      return { reasoning: rest || "I think therefore.", words: ["I am."] };
    case "bash":
    case "shell":
      return shell(false);
    case "ask":
      return shell(true);
    case "background":
      return shell(false, { background: true });
    case "read":
      return { calls: [{ name: "read", input: { path: rest } }] };
    case "write":
      return { calls: [{ name: "write", input: { path: first, content: behind } }] };
    case "call":
      return { calls: [{ name: first, input: { ...object(parseJson(behind)) } }] };
    case "both":
      return {
        calls: rest.split("|").map((command) => ({
          name: "shell",
          input: { command: command.trim() },
        })),
      };
    case "question":
      return { calls: [{ name: "question", input: { questions: [COLOUR] } }] };
    case "questions":
      return { calls: [{ name: "question", input: { questions: [COLOUR, SIZES] } }] };
    case "form":
      return { calls: [{ name: "elicit", input: {} }] };
    case "task":
    case "subagent":
      return {
        calls: [{
          name: "subagent",
          input: { description: "Sub job", prompt: inner(rest), agent: "general" },
        }],
      };
    case "error":
      return {
        fails: { status: number(Number(first)) ?? 500, times: Number(second) || Infinity },
        words: ["At last."],
      };
    case "cut":
      return { words: ["Half a "], breaks: "cut" };
    case "hang":
      return { breaks: "hang" };
    case "overflow":
      return { overflows: true, words: ["It fits now."] };
    default:
      return undefined;
  }
}
