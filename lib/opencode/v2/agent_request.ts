import { defined, type JsonObject, list, need, number, object } from "../../base/json.ts";
import { array, parser, string } from "../../base/json.ts";
import type { QuestionRequest, RequestAnswer } from "../../model/agent_request.ts";
import { timeOfId } from "../ids.ts";
import type { PendingRequest } from "../transcript/event.ts";
import { commonName } from "./names.ts";
import { parseFilePatch } from "./tool.ts";

/** Parses a permission request, from `permission.asked` or `GET /api/permission/request`. */
export const parsePermission = parser((fields): PendingRequest => {
  const files = list(object(fields.metadata).files, parseFilePatch);
  const [first, ...rest] = files;
  return defined({
    request: defined({
      kind: "permission",
      id: need(string(fields.id)),
      permission: commonName(need(string(fields.action))),
      patterns: list(fields.resources, string),
      always: list(fields.save, string),
      file: rest.length > 0 ? undefined : first?.file,
      diff: files.map(({ patch }) => patch).join("\n") || undefined,
    }),
    sessionId: need(string(fields.sessionID)),
    origin: parseOrigin(fields.source),
    askedAt: timeOfId(need(string(fields.id))),
  });
});

/** A form that waits for somebody, with what its answer needs. */
export interface Form {
  readonly pending: PendingRequest & { readonly request: QuestionRequest };
  /** The field behind each question. */
  readonly fields: readonly Field[];
}

interface Field {
  readonly key: string;
  readonly type: string;
  /** The options' values by their labels. */
  readonly values: ReadonlyMap<string, string>;
  /** What earlier fields have to be so that this one may be answered at all. */
  readonly when: readonly Condition[];
}

interface Condition {
  readonly key: string;
  readonly isEqual: boolean;
  readonly value: unknown;
}

/** The kinds of fields that can be asked in a chat. */
const TYPES = ["string", "multiselect", "number", "integer", "boolean", "external"];

/**
 * Parses a form, from `form.created` or `GET /api/form`. opencode's tool `question` is one, and what MCP
 * servers ask for are others: what has no options is asked for as text, and a page that a person has to
 * visit is confirmed. A form with anything else has no questions, since half of it cannot be answered.
 */
export const parseForm = parser((form): Form => {
  const shown = array(form.fields).map(object).filter(({ hidden }) => hidden !== true);
  const fields = list(shown, parseKey);
  const questions = list(shown, parseField);
  const isWhole = fields.length === shown.length && questions.length === shown.length;
  return {
    pending: defined({
      request: {
        kind: "question",
        id: need(string(form.id)),
        questions: isWhole ? questions : [],
      },
      sessionId: need(string(form.sessionID)),
      origin: parseOrigin(object(form.metadata).tool),
      askedAt: timeOfId(need(string(form.id))),
    }),
    fields: isWhole ? fields : [],
  };
});

const parseKey = parser((field): Field | undefined => {
  const type = string(field.type) ?? "string";
  if (!TYPES.includes(type)) return undefined;
  return {
    key: need(string(field.key)),
    type,
    values: new Map(list(field.options, parseValue)),
    when: list(field.when, parseCondition),
  };
});

const parseCondition = parser(({ key, op, value }): Condition => ({
  key: need(string(key)),
  isEqual: op !== "neq",
  value,
}));

const parseValue = parser((option): [string, string] => {
  const { label, value } = labelled(option);
  return [label, value];
});

const parseField = parser((field): QuestionRequest["questions"][number] => {
  const title = string(field.title) ?? need(string(field.key));
  const options = list(field.options, parseOption);
  const url = string(field.url);
  const question = [string(field.description) || title, ...url === undefined ? [] : [url]].join(
    "\n",
  );
  const fixed = field.type === "boolean" ? YES_NO : field.type === "external" ? DONE : undefined;
  return {
    question,
    header: title,
    options: fixed ?? options,
    multiple: field.type === "multiselect",
    custom: field.custom === true || (fixed === undefined && options.length === 0),
  };
});

const DONE = [{ label: "OK", description: "" }];

const YES_NO = ["true", "false"].map((label) => ({ label, description: "" }));

const parseOption = parser((option) => ({
  label: labelled(option).label,
  description: string(option.description) ?? "",
}));

function labelled(option: JsonObject): { label: string; value: string } {
  const value = string(option.value) ?? need(string(option.label));
  return { label: string(option.label) ?? value, value };
}

/**
 * The answers to a form's questions as opencode takes them. What is not answered is left out, and what must
 * not be after the answers to earlier fields.
 */
export function toFormAnswer(
  { fields }: Form,
  answers: readonly (readonly string[])[],
): JsonObject {
  const answer = new Map<string, unknown>();
  fields.forEach((field, n) => {
    const chosen = answers[n] ?? [];
    if (chosen.length === 0 || !field.when.every((one) => isMet(one, answer.get(one.key)))) return;
    const values = chosen.map((label) => field.values.get(label) ?? label);
    answer.set(
      field.key,
      field.type === "multiselect" ? values : toValue(field, values.join(", ")),
    );
  });
  return Object.fromEntries(answer);
}

/** Whether the answer to an earlier field is as a condition has it; none never is. */
function isMet({ isEqual, value }: Condition, answer: unknown): boolean {
  if (answer === undefined) return false;
  return isEqual === (Array.isArray(answer) ? answer.includes(value) : answer === value);
}

function toValue({ type }: Field, text: string): unknown {
  if (type === "boolean") return text === "true";
  // It asks for nothing but that somebody was there.
  if (type === "external") return true;
  if (type === "number" || type === "integer") return number(Number(text)) ?? text;
  return text;
}

/** The answers in what opencode says was answered: one list of labels or texts per question. */
export function fromFormAnswer({ fields }: Form, answer: unknown): RequestAnswer {
  const answers = fields.map(({ key, type, values }) => {
    const given = object(answer)[key];
    const labels = new Map([...values].map(([label, value]) => [value, label]));
    if (type === "external" && given === true) return DONE.map(({ label }) => label);
    const texts = given === undefined
      ? []
      : Array.isArray(given)
      ? given.map(String)
      : [String(given)];
    return texts.map((text) => labels.get(text) ?? text);
  });
  return { kind: "question", answers };
}

/** How a permission was answered, from `permission.replied`. */
export function permissionAnswer(reply: unknown): RequestAnswer | undefined {
  if (reply !== "once" && reply !== "always" && reply !== "reject") return undefined;
  return { kind: "permission", reply };
}

/** The pre-release of 2.0 said `callID`. */
const parseOrigin = parser((source) => ({
  messageId: need(string(source.messageID)),
  callId: need(string(source.id) ?? string(source.callID)),
}));
