import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { SavedFile } from "../../model/message.ts";
import type { TurnRecord, TurnState, Work } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Effects } from "../effects.ts";
import { fileNames, isFileOf } from "../waiting_files.ts";

/** What is asked of the agent now: with the topic, unless the agent was told of it. */
export function workOf(
  { text, files = [], task, topic, said = "" }: Work,
  { knowsTopic }: Pick<ConversationRecord, "knowsTopic">,
): Work {
  const told = topic === undefined || knowsTopic ? { text: "" } : topic;
  const all = [...files, ...told.files ?? []];
  return {
    // The topic has all of it. An earlier prompt may have brought that meanwhile, but not what came after it.
    text: [told.text || said, text].filter((part) => part !== "").join("\n\n"),
    ...(all.length > 0 && { files: all }),
    ...(task && { task }),
  };
}

/** Notes which turn told the agent what was said before in the topic. */
export function noteTopic({ id, topic }: TurnRecord): ConversationUpdate {
  return (record) =>
    topic === undefined || record.knowsTopic ? record : { ...record, knowsTopic: id };
}

/** The files of other messages in a turn that the agent does not have: they wait for another text. */
function unusedFiles({ state, messageId, files = [] }: TurnRecord): readonly SavedFile[] {
  const isUnposted = state.kind === "queued" || state.kind === "begun";
  return isUnposted ? files.filter((file) => !isFileOf(file, messageId)) : [];
}

/** Gives back what a turn took of its conversation that the agent does not have: files, and the topic. */
export function giveBack(turn: TurnRecord): ConversationUpdate | undefined {
  const { kind } = turn.state;
  if (kind !== "queued" && kind !== "begun") return undefined;
  const unused = unusedFiles(turn).map((file) => ({ ...file, isBack: true as const }));
  return ({ knowsTopic, files: waiting = [], ...record }) => {
    // The commit may have failed before.
    const kept = waiting.filter(({ path }) => !unused.some((file) => file.path === path));
    const files = [...unused, ...kept];
    return {
      ...record,
      ...(knowsTopic && knowsTopic !== turn.id && { knowsTopic }),
      ...(files.length > 0 && { files }),
    };
  };
}

/**
 * A turn in its next state. One that begins takes the files that an earlier one gave back after it was queued. One
 * that is queued again goes into no other turn any more.
 */
export function enterState(
  turn: TurnRecord,
  state: TurnState,
  { files: waiting = [] }: Pick<ConversationRecord, "files">,
): { readonly turn: TurnRecord; readonly effects: Effects } {
  const begins = turn.state.kind === "queued" && state.kind === "begun";
  const takes = begins && turn.task?.kind !== "compact";
  const back = takes ? waiting.filter(({ isBack }) => isBack) : [];
  const { steers: _, ...alone } = turn;
  const isRefused = turn.state.kind !== "queued" && state.kind === "queued";
  if (back.length === 0) {
    const next = { ...isRefused ? alone : turn, state };
    return { turn: next, effects: { turns: [next] } };
  }
  const next = { ...turn, state, files: [...back, ...turn.files ?? []] };
  const update: ConversationUpdate = ({ files = [], ...record }) => ({
    ...record,
    files: files.filter(({ path }) => !back.some((file) => file.path === path)),
  });
  return { turn: next, effects: { turns: [next], update } };
}

/** Says which files wait again because the agent does not have a turn; empty if none do. */
export function waitAgain(turn: TurnRecord, texts: Pick<Texts, "filesWait">): string {
  const names = fileNames(unusedFiles(turn));
  return names === "" ? "" : texts.filesWait(names);
}
