import { defined } from "../../base/json.ts";
import type { Again } from "../../model/ledger.ts";
import type { Reading } from "../../model/reading.ts";
import type { NotifyWhen } from "../../model/settings.ts";
import { type Outcome, runOf, type TurnRecord, type Work } from "../../model/turn.ts";
import type { ButtonView, View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { ownerOf } from "../people/owner_of.ts";

/** What the buttons of a running turn depend on. */
export interface RunningTurn {
  /** How many turns wait behind it. */
  readonly waiting: number;
  /** When its end is announced. */
  readonly notify: NotifyWhen;
}

/** The buttons of a running turn: they stop it, or have its end announced. */
export function runningButtons(
  turn: TurnRecord,
  { waiting, notify }: RunningTurn,
  texts: Pick<Texts, "stop" | "stopAll" | "tellWhenDone">,
): readonly ButtonView[] {
  if (turn.cancelled) return [];
  // Others may have pressed it, each for themselves.
  const isTold = notify === "always" || turn.awaitedBy?.includes(turn.sender);
  return [
    button(turn, "cancel", texts.stop, "danger"),
    ...(waiting === 0 ? [] : [button(turn, "cancel", texts.stopAll, undefined, "all")]),
    ...(isTold ? [] : [button(turn, "notify", texts.tellWhenDone, undefined, "once")]),
  ];
}

/** The buttons of a turn that waits: it goes into the running turn, or out of the queue. */
export function queueButtons(
  turn: TurnRecord,
  texts: Pick<Texts, "now" | "remove">,
): readonly ButtonView[] {
  if (turn.cancelled) return [];
  const isPlain = turn.task === undefined && turn.scheduled?.directory === undefined;
  return [
    ...(isPlain ? [button(turn, "queue", texts.now, "primary", "now")] : []),
    button(turn, "queue", texts.remove, undefined, "remove"),
  ];
}

/** What can be done again of a turn that has ended, if anything can. */
export function againOf(
  turn: TurnRecord,
  reading: Reading | undefined,
  outcome: Outcome,
): Again | undefined {
  const { id, sender, text, files, topic, said, task, scheduled, begunBy } = turn;
  const isCut = outcome === "done" && reading?.finish === "length";
  const mayContinue = isCut || (outcome === "interrupted" && reading?.accepted === true);
  // Nobody goes on in the session of a run that has its own.
  const isOwn = scheduled?.directory !== undefined;
  const session = mayContinue && !isOwn ? runOf(turn)?.sessionId : undefined;
  const mayRetry = begunBy === undefined && (outcome === "failed" || outcome === "interrupted");
  if (session === undefined && !mayRetry) return undefined;
  const work: Work = defined(
    { text, files, topic, said, task, scheduled } satisfies Record<keyof Work, unknown>,
  );
  return { turn: id, sender, ...(session && { session }), ...(mayRetry && { work }) };
}

/** The buttons that do a turn again. */
export function againButtons(
  turn: TurnRecord,
  { session, work }: Again,
  texts: Pick<Texts, "goOn" | "tryAgain">,
): readonly ButtonView[] {
  return [
    ...(session ? [button(turn, "continue", texts.goOn, "primary")] : []),
    ...(work === undefined ? [] : [button(turn, "retry", texts.tryAgain)]),
  ];
}

/** Who stopped a turn by a button, for its message. */
export function stoppedView(
  { stoppedBy }: Pick<TurnRecord, "stoppedBy">,
  texts: Pick<Texts, "stop" | "pressedBy">,
): Pick<View, "pressed"> {
  if (stoppedBy === undefined) return {};
  return { pressed: { line: texts.pressedBy(texts.stop), by: stoppedBy } };
}

/** A button for a command about a turn; see `Press`. */
function button(
  { id: turn, conversation, ...asker }: TurnRecord,
  command: string,
  label: string,
  style?: ButtonView["style"],
  argument = "",
): ButtonView {
  const offer = `${command} ${argument} ${turn}`;
  const value = { conversation, offer, command, argument, turn, owner: ownerOf(asker) };
  return { label, value, ...(style && { style }) };
}
