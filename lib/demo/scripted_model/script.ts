import { clip } from "../../base/text.ts";
import { directives } from "./directives.ts";
import { callTool, type ModelAction, type Pace, say, sayWords, words } from "./model_action.ts";
import type { ModelRequest } from "./model_request.ts";
import { findStory } from "./stories.ts";

/**
 * What the model does in this step. Requests without tools are opencode's own, for titles and summaries;
 * they get a short text, and their directives are ignored.
 */
export function scriptStep(request: ModelRequest, pace: Pace): readonly ModelAction[] {
  if (request.tools.length === 0) {
    const isTitle = /title/i.test(request.system);
    return [say(isTitle ? titleOf(request.user) : "Summary: the conversation so far was short.")];
  }
  const directed = directives(request.user, pace);
  const actions = storyActions(request.user, pace) ??
    (directed.length > 0 ? directed : smallTalk(request, pace));
  return stepsOf(actions)[request.step] ?? [say("That is all.")];
}

/** Splits actions into steps. Every step but the last ends with a tool call. */
function stepsOf(actions: readonly ModelAction[]): ModelAction[][] {
  const steps: ModelAction[][] = [[]];
  for (const action of actions) {
    steps.at(-1)?.push(action);
    if (action.kind === "tool") steps.push([]);
  }
  return steps;
}

function titleOf(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 40) || "A chat";
}

/** The actions of the story that a prompt starts; `undefined` for other prompts. */
function storyActions(text: string, pace: Pace): readonly ModelAction[] | undefined {
  const found = findStory(text);
  if (found === undefined) return undefined;
  const { story, zh } = found;
  return story.actions.map((action): ModelAction => {
    if ("tool" in action) {
      const { tool, input } = action;
      return callTool(tool, typeof input === "function" ? input(zh) : input);
    }
    const text = "say" in action ? action.say : action.think;
    const kind = "say" in action ? "text" : "reasoning";
    const delayMs = ("ms" in action ? action.ms : undefined) ?? pace.wordMs;
    return { kind, tokens: words(zh ? text.zh : text.en), delayMs };
  });
}

/** The answer to a text without directives. It lists the directory first, so that a tool call is shown. */
function smallTalk({ user, tools, toolOutput }: ModelRequest, pace: Pace): readonly ModelAction[] {
  const chinese = /\p{Script=Han}/u.test(user);
  const heard = clip(user, 80);
  const look: ModelAction[] = tools.includes("bash")
    ? [
      sayWords(
        chinese ? "我先看看这个目录。" : "Let me look at this directory first.",
        pace.wordMs,
      ),
      callTool("bash", { command: "ls", description: chinese ? "列出文件" : "Lists the files" }),
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
  return [...look, sayWords(answer, pace.wordMs)];
}
