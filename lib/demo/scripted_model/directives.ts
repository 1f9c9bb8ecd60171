import { object, parseJson } from "../../base/json.ts";
import { callTool, type ModelAction, type Pace, say, sayWords } from "./model_action.ts";

const OUTPUT: ModelAction = { kind: "output" };

/** The actions of all `[[name rest]]` in a text, in order. Unknown directives do nothing. */
export function directives(text: string, pace: Pace): ModelAction[] {
  return [...text.matchAll(/\[\[([a-z]+)(?:\s+([\s\S]*?))?\]\]/g)]
    .flatMap((match) => directive(match[1] ?? "", match[2] ?? "", pace) ?? []);
}

function directive(name: string, rest: string, pace: Pace): readonly ModelAction[] | undefined {
  const [first = "", second = "", third] = rest.split(/\s+/);
  const count = Number(first) || 0;
  const times = Number(second) || Infinity;
  switch (name) {
    case "say":
      return [say(rest)];
    case "slow": {
      const tokens = Array.from({ length: count || 10 }, (_, index) => `${index + 1} `);
      return [{ kind: "text", tokens, delayMs: Number(second) || pace.slowMs }];
    }
    case "long": {
      const tokens = Array.from({ length: count || 200 }, (_, index) => longLine(index + 1));
      return [{ kind: "text", tokens, delayMs: 0 }];
    }
    case "reason": {
      const thought = rest === "" ? "The user wants to see a thought. Here it is." : rest;
      const tokens = thought.match(/\s*\S+/g) ?? [thought];
      return [{ kind: "reasoning", tokens, delayMs: pace.wordMs }, say("I have thought about it.")];
    }
    case "bash":
      return [callTool("bash", { command: rest, description: "Runs a command" }), OUTPUT];
    case "write":
      return [
        callTool("write", { filePath: first, content: rest.slice(first.length).trimStart() }),
        say(`I wrote ${first}.`),
      ];
    case "read":
      return [callTool("read", { filePath: rest }), OUTPUT];
    case "call":
      return [callTool(first, object(parseJson(rest.slice(first.length)))), OUTPUT];
    case "send":
      return [callTool(sendTool(rest), { path: rest }), OUTPUT];
    case "question":
      return [callTool("question", { questions: [COLOUR_QUESTION] }), OUTPUT];
    case "todo":
      return [...todoCalls(), say("Both things are done.")];
    case "task": {
      const prompt = rest === "" ? "Say that the sub job is done." : rest;
      const input = { description: "Sub job", prompt, subagent_type: "general" };
      return [callTool("task", input), OUTPUT];
    }
    case "error":
      return [failure(count || 500, times, third)];
    case "cut":
      return [
        sayWords("This answer ends in the middle of a", pace.wordMs),
        { kind: "cut", times: count || Infinity },
      ];
    case "hang":
      return [{ kind: "hang" }];
    case "empty":
      return [say("")];
    default:
      return undefined;
  }
}

/** An answer with an HTTP status that means an error, so many times. */
function failure(status: number, times: number, retryAfter: string | undefined): ModelAction {
  const retry = retryAfter === undefined ? {} : { retryAfterS: Number(retryAfter) };
  return { kind: "error", status, times, ...retry };
}

const COLOUR_QUESTION = {
  question: "Which colour?",
  header: "Colour",
  options: [{ label: "Red", description: "warm" }, { label: "Blue", description: "cool" }],
};

/** opencode's name for the bridge's tool that sends a file or picture. */
function sendTool(path: string): string {
  const isPicture = /\.(png|jpe?g|gif|webp)$/i.test(path);
  return `feishu_bridge_${isPicture ? "send_image" : "send_file"}`;
}

function todoCalls(): ModelAction[] {
  return [
    callTool("todowrite", { todos: todos("in_progress", "pending") }),
    callTool("todowrite", { todos: todos("completed", "in_progress") }),
    callTool("todowrite", { todos: todos("completed", "completed") }),
  ];
}

function todos(first: string, second: string) {
  return [
    { content: "Look around", status: first, priority: "high" },
    { content: "Report", status: second, priority: "medium" },
  ];
}

function longLine(index: number): string {
  if (index % 40 === 1) return `\n## Part ${Math.ceil(index / 40)}\n\n`;
  return `${index}. Line **${index}** of a long answer, with \`code\` in it.\n`;
}
