import { asArray, asObject, asString, type JsonObject } from "../feishu_twin/json.ts";
import { findStory } from "./model_stories.ts";

/** Something the scripted model does within one step. */
export type Piece =
  /** Streams text: in words `delayMs` apart, or the given `tokens`. */
  | { readonly kind: "text" | "reasoning"; readonly tokens: readonly string[]; delayMs: number }
  /** Streams what the last tool gave, in a code block. */
  | { readonly kind: "output" }
  /** Calls a tool, which ends the step. */
  | { readonly kind: "tool"; readonly tool: string; readonly input: JsonObject }
  /** Answers with an HTTP error, `times` times for the same prompt. */
  | { readonly kind: "error"; readonly status: number; readonly times: number }
  /** Dies in the middle of the stream, `times` times for the same prompt. */
  | { readonly kind: "cut"; readonly times: number }
  | { readonly kind: "hang" };

/** Milliseconds between tokens. */
export interface Pace {
  /** For `[[slow N]]`. */
  readonly slowMs: number;
  /** For the words of answers to plain text. */
  readonly wordMs: number;
}

/** A chat request as far as the script needs it. */
export interface ModelRequest {
  /** The last user's text without the reminders that opencode adds. */
  readonly user: string;
  /** How many parts of the last user message are images or files. */
  readonly attachments: number;
  readonly system: string;
  /** Names of the tools on offer. */
  readonly tools: readonly string[];
  /** How many steps of this turn were answered before. */
  readonly step: number;
  /** What the last tool of this turn gave. */
  readonly toolOutput: string;
}

/** Reads the body of `POST /v1/chat/completions`. */
export function readModelRequest(body: unknown): ModelRequest {
  const request = asObject(body);
  const messages = asArray(request.messages).map(asObject);
  const texts = messages.map(textOf);
  const last = messages.findLastIndex((message, index) =>
    message.role === "user" && (texts[index] !== "" || attachmentsOf(message) > 0)
  );
  const after = messages.slice(last + 1);
  const tool = after.findLast((message) => message.role === "tool");
  return {
    user: texts[last] ?? "",
    attachments: attachmentsOf(messages[last] ?? {}),
    system: texts.filter((_, index) => messages[index]?.role === "system").join("\n"),
    tools: asArray(request.tools).map((tool) =>
      asString(asObject(asObject(tool).function).name) ?? ""
    ),
    step: after.filter((message) => message.role === "assistant").length,
    toolOutput: tool === undefined ? "" : textOf(tool),
  };
}

function textOf(message: JsonObject): string {
  const text = typeof message.content === "string"
    ? message.content
    : asArray(message.content).map((part) => asString(asObject(part).text) ?? "").join("\n");
  return text.replaceAll(/<system-reminder>[\s\S]*?<\/system-reminder>/g, "").trim();
}

function attachmentsOf(message: JsonObject): number {
  return asArray(message.content).filter((part) => {
    const { type } = asObject(part);
    return type === "image_url" || type === "file";
  }).length;
}

/**
 * What the model does in this step. Requests without tools are opencode's own: titles and
 * summaries; they get a short text and no directives.
 */
export function scriptStep(request: ModelRequest, pace: Pace): readonly Piece[] {
  if (request.tools.length === 0) {
    const isTitle = /title/i.test(request.system);
    return [say(isTitle ? titleOf(request.user) : "Summary: the conversation so far was short.")];
  }
  const directives = [...request.user.matchAll(/\[\[([a-z]+)(?:\s+([\s\S]*?))?\]\]/g)]
    .flatMap((match) => directive(match[1] ?? "", match[2] ?? "", pace) ?? []);
  const pieces = storyPieces(request.user, pace) ??
    (directives.length > 0 ? directives : smallTalk(request, pace));
  return stepsOf(pieces)[request.step] ?? [say("That is all.")];
}

/** Cuts pieces into steps, each ending with a tool call but the last. */
function stepsOf(pieces: readonly Piece[]): Piece[][] {
  const steps: Piece[][] = [[]];
  for (const piece of pieces) {
    steps.at(-1)?.push(piece);
    if (piece.kind === "tool") steps.push([]);
  }
  return steps;
}

function say(text: string): Piece {
  return { kind: "text", tokens: [text], delayMs: 0 };
}

function words(text: string, delayMs: number): Extract<Piece, { kind: "text" | "reasoning" }> {
  return { kind: "text", tokens: text.match(/\s*\S{1,12}/g) ?? [text], delayMs };
}

function call(tool: string, input: JsonObject): Piece[] {
  return [{ kind: "tool", tool, input }];
}

/** The pieces of one `[[name rest]]`; `undefined` when there is no such directive. */
function directive(name: string, rest: string, pace: Pace): readonly Piece[] | undefined {
  const [first = "", second = ""] = rest.split(/\s+/);
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
      return [...call("bash", { command: rest, description: "Runs a command" }), {
        kind: "output",
      }];
    case "write":
      return [
        ...call("write", { filePath: first, content: rest.slice(first.length).trimStart() }),
        say(`I wrote ${first}.`),
      ];
    case "read":
      return [...call("read", { filePath: rest }), { kind: "output" }];
    case "question":
      return [...call("question", { questions: [colourQuestion] }), { kind: "output" }];
    case "todo":
      return [
        ...call("todowrite", { todos: todos("in_progress", "pending") }),
        ...call("todowrite", { todos: todos("completed", "in_progress") }),
        ...call("todowrite", { todos: todos("completed", "completed") }),
        say("Both things are done."),
      ];
    case "task": {
      const prompt = rest === "" ? "Say that the sub job is done." : rest;
      const input = { description: "Sub job", prompt, subagent_type: "general" };
      return [...call("task", input), { kind: "output" }];
    }
    case "error":
      return [{ kind: "error", status: count || 500, times }];
    case "cut":
      return [words("This answer ends in the middle of a", pace.wordMs), {
        kind: "cut",
        times: count || Infinity,
      }];
    case "hang":
      return [{ kind: "hang" }];
    case "empty":
      return [say("")];
    default:
      return undefined;
  }
}

const colourQuestion = {
  question: "Which colour?",
  header: "Colour",
  options: [{ label: "Red", description: "warm" }, { label: "Blue", description: "cool" }],
};

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

function titleOf(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 40) || "A chat";
}

/** What is told of the story that the text begins, if it begins one. */
function storyPieces(text: string, pace: Pace): readonly Piece[] | undefined {
  const found = findStory(text);
  if (found === undefined) return undefined;
  const { story, zh } = found;
  return story.pieces.map((piece): Piece => {
    if ("tool" in piece) {
      const { tool, input } = piece;
      return { kind: "tool", tool, input: typeof input === "function" ? input(zh) : input };
    }
    const told = "say" in piece ? piece.say : piece.think;
    const kind = "say" in piece ? "text" : "reasoning";
    const { tokens } = words(zh ? told.zh : told.en, 0);
    return { kind, tokens, delayMs: ("ms" in piece ? piece.ms : undefined) ?? pace.wordMs };
  });
}

/** The answer to a text without directives: looks around first, so that a tool can be seen. */
function smallTalk({ user, tools, toolOutput }: ModelRequest, pace: Pace): readonly Piece[] {
  const chinese = /\p{Script=Han}/u.test(user);
  const heard = user.length > 80 ? `${user.slice(0, 80)}…` : user;
  const look: Piece[] = tools.includes("bash")
    ? [
      words(chinese ? "我先看看这个目录。" : "Let me look at this directory first.", pace.wordMs),
      ...call("bash", { command: "ls", description: chinese ? "列出文件" : "Lists the files" }),
    ]
    : [];
  const files = toolOutput.split("\n").filter((line) => /^\S+$/.test(line)).slice(0, 5);
  const seen = files.map((file) => `\`${file}\``).join(", ");
  const answer = chinese
    ? `你好！你说：“${heard}”。${
      seen === "" ? "" : `这里有 ${seen}。`
    }我是照剧本回答的演示模型，不会真的思考；` +
      "试试 `[[slow 20]]`、`[[bash date]]` 或 `[[question]]`。"
    : `Hello! You said: “${heard}”. ${seen === "" ? "" : `I can see ${seen} here. `}I am a ` +
      "scripted model for demonstrations and cannot really think. " +
      "Try `[[slow 20]]`, `[[bash date]]` or `[[question]]`.";
  return [...look, words(answer, pace.wordMs)];
}
