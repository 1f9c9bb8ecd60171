import { exactLine } from "../../base/exact_text.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import type { AlwaysRule } from "../../model/always_rule.ts";
import { isRuleGone } from "../places/gone_rules.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { fromList } from "./from_list.ts";
import { picker } from "./picker.ts";

/** The command that shows what *always* has allowed, and takes it back. */
export const rulesCommand: Commands = {
  rules: { usage: "/rules", argumentPattern: /^(remove(\s+\S+)?)?$/i, isOrdered: true, run: rules },
};

/** How many characters of a rule are shown in a list. */
const LABEL_CHARS = 120;

/** A rule as the chat shows it. */
interface Rule {
  readonly id: string;
  readonly permission: string;
  readonly patterns: readonly string[];
  /** In milliseconds since 1970; not known of one that was allowed elsewhere. */
  readonly since?: number | undefined;
  /** By `open_id`. */
  readonly by?: string | undefined;
}

/** What is allowed in the conversation's directory. */
interface Rules {
  readonly rules: readonly Rule[];
  /** Whether the agent service lists them, and takes back each by itself. */
  readonly isListed: boolean;
  /** Notes of ours for rules that are gone. */
  readonly gone: readonly AlwaysRule[];
  /** Whether the agent service may have forgotten them without a word. */
  readonly isUnsure: boolean;
}

async function rules(request: CommandRequest): Promise<CommandResult> {
  const { argument, message, texts } = request;
  const found = await readRules(request);
  const { rules, isListed, gone: forgotten } = found;
  const [verb, wanted] = argument.split(/\s+/);
  if (verb !== "" && wanted !== undefined) return await remove(wanted, found, request);
  const { directory } = request.conversation.record;
  if (rules.length === 0) return { answer: texts.noRules(directory), forgotten };
  const lines = rules.map((rule, i) => {
    const by = rule.by === undefined || rule.by === message.sender ? rule.by && "" : rule.by;
    const ms = rule.since === undefined ? undefined : Math.max(Date.now() - rule.since, 0);
    return `${i + 1}. ${texts.ruleLine(code(rule), ms, by)}`;
  });
  const options = rules.map((rule) => ({ label: label(rule), value: `remove ${rule.id}` }));
  const text = [
    texts.rulesIn(directory),
    "",
    ...lines,
    "",
    isListed ? texts.rulesListed : found.isUnsure ? texts.rulesUnsure : texts.rulesInMemory,
    texts.howToRemoveRule(isListed),
  ].join("\n");
  const pickers = picker(request, "rules", texts.pickRule(isListed), options);
  return {
    answer: [{ status: "plain", text, pickers }],
    forgotten,
    // A number means the rule listed here, even when the command runs again after a crash.
    update: (record) => ({ ...record, rules: rules.map(({ id }) => id) }),
  };
}

/** Takes a rule back, by its number or id; with it all of the directory where the agent service does not list them. */
async function remove(
  wanted: string,
  { rules, isListed, gone }: Rules,
  { agent, conversation, texts, signal }: CommandRequest,
): Promise<CommandResult> {
  const { rules: listed = [] } = conversation.record;
  const wantedId = fromList(wanted, listed);
  const rule = rules.find(({ id }) => id === wantedId);
  if (rule === undefined) return { answer: texts.noSuchRule(wanted), forgotten: gone };
  const { directory } = conversation.record;
  if (!isListed && conversation.turns.length > 0) return { answer: texts.rulesBusy };
  if (!await agent.forgetRules(directory, [rule.id], signal)) return { answer: texts.rulesBusy };
  if (!isListed) {
    return { answer: texts.rulesRemoved(rules.length), forgotten: [...gone, ...rules] };
  }
  const left = await agent.savedRules(directory, signal);
  if (left?.some(({ id }) => id === rule.id)) return { answer: texts.ruleStays(code(rule)) };
  return { answer: texts.ruleRemoved(code(rule)), forgotten: gone };
}

async function readRules(
  { agent, conversation, signal }: CommandRequest,
): Promise<Rules> {
  const { directory } = conversation.record;
  const noted = await conversation.allowed();
  const saved = await agent.savedRules(directory, signal);
  if (saved === undefined) {
    const since = await agent.rulesSince(signal);
    const here = noted.filter((rule) => rule.directory === directory);
    return {
      rules: here.filter((rule) => !isRuleGone(rule, since)),
      isListed: false,
      gone: noted.filter((rule) => isRuleGone(rule, since)),
      isUnsure: !since,
    };
  }
  const rules = saved.map(({ pattern, since, ...rule }) => {
    const note = noted.findLast(({ permission, patterns }) =>
      permission === rule.permission && patterns.includes(pattern)
    );
    return { ...rule, patterns: [pattern], since: since ?? note?.since, by: note?.by };
  });
  return { rules, isListed: true, gone: [], isUnsure: false };
}

function label({ permission, patterns }: Rule): string {
  const shown = patterns.map((pattern) => exactLine(knownSecrets.hide(pattern))).join(", ");
  const text = `${permission}: ${shown}`;
  return text.length > LABEL_CHARS ? `${text.slice(0, LABEL_CHARS - 1).toWellFormed()}…` : text;
}

/** A rule as code. Nothing in it ends the code. */
function code(rule: Rule): string {
  return `\`${label(rule).replaceAll("`", "ˋ")}\``;
}
