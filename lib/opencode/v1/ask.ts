import { list, need, object, type Parsed, parser, string } from "../../base/json.ts";

/** Something that the agent waits for until somebody answers. */
export type Ask = PermissionAsk | QuestionAsk;

/** The agent wants to do something that a rule `ask` guards. */
export type PermissionAsk = Parsed<typeof parsePermission>;
/** Parses a permission request, from `permission.asked` or `GET /permission`. */
export const parsePermission = parser((ask) => ({
  kind: "permission",
  id: need(string(ask.id)),
  /** A subagent's asks carry the child's session. */
  sessionID: need(string(ask.sessionID)),
  /** `bash`, `edit`, `external_directory`, … */
  permission: need(string(ask.permission)),
  patterns: list(ask.patterns, string),
  /** What "always" would allow. */
  always: list(ask.always, string),
  /** For example `command`; or `filepath` and `diff`. */
  metadata: object(ask.metadata),
  origin: parseOrigin(ask.tool),
}));

/** The agent's `question` tool waits for answers. */
export type QuestionAsk = Parsed<typeof parseQuestion>;
/** Parses a question request, from `question.asked` or `GET /question`. */
export const parseQuestion = parser((ask) => {
  const questions = list(ask.questions, parseQuestionItem);
  if (questions.length === 0) return undefined;
  return {
    kind: "question",
    id: need(string(ask.id)),
    sessionID: need(string(ask.sessionID)),
    questions,
    origin: parseOrigin(ask.tool),
  };
});

const parseQuestionItem = parser((item) => ({
  question: need(string(item.question)),
  header: string(item.header) ?? "",
  options: list(item.options, parseOption),
  multiple: item.multiple === true,
  /** Whether free text is welcome: true unless the tool says no. */
  custom: item.custom !== false,
}));

const parseOption = parser((option) => ({
  label: need(string(option.label)),
  description: string(option.description) ?? "",
}));

/** The tool call that waits for the answer. */
const parseOrigin = parser((tool) => ({
  messageID: need(string(tool.messageID)),
  callID: need(string(tool.callID)),
}));
