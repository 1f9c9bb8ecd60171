import { list, object, string } from "./json.ts";
import type { AskOrigin, PermissionAsk, Question, QuestionAsk } from "./types.ts";

/** Parses a permission request, from `permission.asked` or `GET /permission`. */
export function parsePermission(json: unknown): PermissionAsk | undefined {
  const ask = object(json);
  const id = string(ask?.id);
  const sessionID = string(ask?.sessionID);
  const permission = string(ask?.permission);
  if (id === undefined || sessionID === undefined || permission === undefined) return undefined;
  return {
    kind: "permission",
    id,
    sessionID,
    permission,
    patterns: list(ask?.patterns, string),
    always: list(ask?.always, string),
    metadata: object(ask?.metadata) ?? {},
    origin: parseOrigin(ask?.tool),
  };
}

/** Parses a question request, from `question.asked` or `GET /question`. */
export function parseQuestion(json: unknown): QuestionAsk | undefined {
  const ask = object(json);
  const id = string(ask?.id);
  const sessionID = string(ask?.sessionID);
  if (id === undefined || sessionID === undefined) return undefined;
  const questions = list(ask?.questions, parseQuestionItem);
  if (questions.length === 0) return undefined;
  return { kind: "question", id, sessionID, questions, origin: parseOrigin(ask?.tool) };
}

function parseQuestionItem(json: unknown): Question | undefined {
  const item = object(json);
  const question = string(item?.question);
  if (question === undefined) return undefined;
  return {
    question,
    header: string(item?.header) ?? "",
    options: list(item?.options, (option) => {
      const label = string(object(option)?.label);
      return label === undefined
        ? undefined
        : { label, description: string(object(option)?.description) ?? "" };
    }),
    multiple: item?.multiple === true,
    custom: item?.custom !== false,
  };
}

function parseOrigin(json: unknown): AskOrigin | undefined {
  const tool = object(json);
  const messageID = string(tool?.messageID);
  const callID = string(tool?.callID);
  return messageID === undefined || callID === undefined ? undefined : { messageID, callID };
}
