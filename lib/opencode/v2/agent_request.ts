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
}

/**
 * Parses a form, from `form.created` or `GET /api/form`. opencode's tool `question` is one, and what MCP
 * servers ask for are others: what has no options is asked for as text.
 */
export const parseForm = parser((form): Form | undefined => {
  const shown = array(form.fields).map(object).filter(({ hidden }) => hidden !== true);
  const questions = list(shown, parseField);
  if (questions.length === 0) return undefined;
  return {
    pending: defined({
      request: { kind: "question", id: need(string(form.id)), questions },
      sessionId: need(string(form.sessionID)),
      origin: parseOrigin(object(form.metadata).tool),
      askedAt: timeOfId(need(string(form.id))),
    }),
    fields: list(shown, parseKey),
  };
});

const parseKey = parser((field): Field => ({
  key: need(string(field.key)),
  type: string(field.type) ?? "string",
  values: new Map(list(field.options, parseValue)),
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
  return {
    question,
    header: title,
    options: field.type === "boolean" ? YES_NO : options,
    multiple: field.type === "multiselect",
    custom: field.custom === true || (field.type !== "boolean" && options.length === 0),
  };
});

const YES_NO = ["true", "false"].map((label) => ({ label, description: "" }));

const parseOption = parser((option) => ({
  label: labelled(option).label,
  description: string(option.description) ?? "",
}));

function labelled(option: JsonObject): { label: string; value: string } {
  const value = string(option.value) ?? need(string(option.label));
  return { label: string(option.label) ?? value, value };
}

/** The answers to a form's questions as opencode takes them; what is not answered is left out. */
export function toFormAnswer(
  { fields }: Form,
  answers: readonly (readonly string[])[],
): JsonObject {
  return Object.fromEntries(fields.flatMap((field, n) => {
    const chosen = answers[n] ?? [];
    if (chosen.length === 0) return [];
    const values = chosen.map((label) => field.values.get(label) ?? label);
    return [[field.key, field.type === "multiselect" ? values : toValue(field, values.join(", "))]];
  }));
}

function toValue({ type }: Field, text: string): unknown {
  if (type === "boolean") return text === "true";
  if (type === "number" || type === "integer") return number(Number(text)) ?? text;
  return text;
}

/** The answers in what opencode says was answered: one list of labels or texts per question. */
export function fromFormAnswer({ fields }: Form, answer: unknown): RequestAnswer {
  const answers = fields.map(({ key, values }) => {
    const given = object(answer)[key];
    const labels = new Map([...values].map(([label, value]) => [value, label]));
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
