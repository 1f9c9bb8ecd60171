import type { ConversationRecord, ConversationUpdate, SaidBack } from "../../model/conversation.ts";
import type { SavedFile } from "../../model/message.ts";
import { runOf, type TurnRecord, type TurnState, type Work } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Effects } from "../effects.ts";
import { fileNames, isFileOf } from "../inbox/waiting_files.ts";

/** For how many of the newest prompts it is kept what was said before them, a few thousand characters each. */
const MAX_SAID_BACK = 5;

/** What is asked of the agent now: with the topic, unless the agent was told of it. */
export function workOf(
  { text, files = [], task, topic, said = "" }: Work,
  { knowsTopic }: Pick<ConversationRecord, "knowsTopic">,
): Work {
  const told = topic === undefined || knowsTopic ? { text: "" } : topic;
  const all = [...files, ...told.files ?? []];
  return {
    // The topic includes what was said. If an earlier prompt brought the topic, what was said since is missing.
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

/**
 * Gives back what a turn took of its conversation that the agent does not have: files, the topic, and what was
 * said before in the group.
 */
export function giveBack(turn: TurnRecord): ConversationUpdate | undefined {
  const { kind } = turn.state;
  // An earlier run had all of it.
  if ((kind !== "queued" && kind !== "begun") || runOf(turn)?.goesOn) return undefined;
  const unused = unusedFiles(turn).map((file) => ({ ...file, isBack: true as const }));
  return ({ knowsTopic, files: waiting = [], saidBack: before = [], ...record }) => {
    // The commit may have failed before.
    const saidBack = withSaid(before.filter((one) => one.turn !== turn.id), turn);
    const kept = waiting.filter(({ path }) => !unused.some((file) => file.path === path));
    const files = [...unused, ...kept];
    return {
      ...record,
      ...(knowsTopic && knowsTopic !== turn.id && { knowsTopic }),
      ...(saidBack.length > 0 && { saidBack }),
      ...(files.length > 0 && { files }),
    };
  };
}

/** What was said before prompts, in their order, with what was said before one more. */
function withSaid(saidBack: readonly SaidBack[], { id, said }: TurnRecord): readonly SaidBack[] {
  if (said === undefined) return saidBack;
  // Ids sort by their time.
  return [...saidBack, { turn: id, text: said }]
    .toSorted((a, b) => a.turn < b.turn ? -1 : 1)
    .slice(-MAX_SAID_BACK);
}

/**
 * A turn in its next state. One that begins takes what an earlier one gave back after it was queued: files, and
 * what was said before. One that is queued again goes into no other turn any more.
 */
export function enterState(
  turn: TurnRecord,
  state: TurnState,
  { files: waiting = [], saidBack = [] }: Pick<ConversationRecord, "files" | "saidBack">,
): { readonly turn: TurnRecord; readonly effects: Effects } {
  // What people said and sent is not meant for the run of a schedule.
  const begins = turn.state.kind === "queued" && state.kind === "begun" && !turn.scheduled;
  const takes = begins && turn.task?.kind !== "compact";
  const back = takes ? waiting.filter(({ isBack }) => isBack) : [];
  const said = begins && turn.task === undefined ? saidBack : [];
  const { steers: _, ...alone } = turn;
  const isRefused = turn.state.kind !== "queued" && state.kind === "queued";
  if (back.length === 0 && said.length === 0) {
    const next = { ...isRefused ? alone : turn, state };
    return { turn: next, effects: { turns: [next] } };
  }
  const next = {
    ...turn,
    state,
    ...(back.length > 0 && { files: [...back, ...turn.files ?? []] }),
    ...(said.length > 0 && { said: withoutRepeats([...said.map(({ text }) => text), turn.said]) }),
  };
  const update: ConversationUpdate = ({ files = [], saidBack = [], ...record }) => ({
    ...record,
    files: files.filter(({ path }) => !back.some((file) => file.path === path)),
    saidBack: saidBack.filter((one) => !said.some(({ turn }) => turn === one.turn)),
  });
  return { turn: next, effects: { turns: [next], update } };
}

/** What was said before, once: a turn that is tried again brings what it gave back. */
function withoutRepeats(said: readonly (string | undefined)[]): string {
  return [...new Set(said)].filter((text) => text !== undefined).join("\n\n");
}

/** Says which files wait again because the agent does not have a turn; empty if none do. */
export function waitAgain(turn: TurnRecord, texts: Pick<Texts, "filesWait">): string {
  const names = fileNames(unusedFiles(turn));
  return names === "" ? "" : texts.filesWait(names);
}
