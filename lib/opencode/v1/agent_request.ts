import { defined, isObject, list, need, object, parser, string } from "../../base/json.ts";
import type { RequestAnswer } from "../../model/agent_request.ts";
import type { PendingRequest } from "../transcript/event.ts";
import { timeOfId } from "../ids.ts";

/** Parses a permission request, from `permission.asked` or `GET /permission`. */
export const parsePermission = parser((fields): PendingRequest => {
  const metadata = object(fields.metadata);
  const moves = list(metadata.files, parseMove);
  return defined({
    request: defined({
      kind: "permission",
      id: need(string(fields.id)),
      permission: need(string(fields.permission)),
      patterns: list(fields.patterns, string),
      always: list(fields.always, string),
      command: string(metadata.command) || undefined,
      file: string(metadata.filepath) || undefined,
      diff: string(metadata.diff) || undefined,
      moves: moves.length > 0 ? moves : undefined,
      // A doom loop names the call that it is about here, and no origin.
      input: isObject(metadata.input) ? metadata.input : undefined,
    }),
    sessionId: need(string(fields.sessionID)),
    origin: parseOrigin(fields.tool),
    askedAt: timeOfId(need(string(fields.id))),
  });
});

/** Parses a file of `apply_patch` that is moved; its diff does not say so (observed on 1.18.33). */
const parseMove = parser((file) => ({
  from: need(string(file.filePath) ?? string(file.relativePath)),
  to: need(string(file.movePath)),
}));

/** Parses a question request, from `question.asked` or `GET /question`. */
export const parseQuestion = parser((fields): PendingRequest | undefined => {
  const questions = list(fields.questions, parseQuestionItem);
  if (questions.length === 0) return undefined;
  return defined({
    request: { kind: "question", id: need(string(fields.id)), questions },
    sessionId: need(string(fields.sessionID)),
    origin: parseOrigin(fields.tool),
    askedAt: timeOfId(need(string(fields.id))),
  });
});

/** Parses how a request was answered, from `permission.replied`, `question.replied`, `question.rejected`. */
export const parseRequestAnswer = parser(({ reply, answers }): RequestAnswer => {
  if (reply === "once" || reply === "always" || reply === "reject") {
    return { kind: "permission", reply };
  }
  if (!Array.isArray(answers)) return { kind: "dismissed" };
  return { kind: "question", answers: answers.map((labels) => list(labels, string)) };
});

const parseQuestionItem = parser((item) => ({
  question: need(string(item.question)),
  header: string(item.header) ?? "",
  options: list(item.options, parseOption),
  multiple: item.multiple === true,
  custom: item.custom !== false,
}));

const parseOption = parser((option) => ({
  label: need(string(option.label)),
  description: string(option.description) ?? "",
}));

const parseOrigin = parser((tool) => ({
  messageId: need(string(tool.messageID)),
  callId: need(string(tool.callID)),
}));
