import type { Ownership } from "../../model/machine.ts";
import type { Place } from "../../model/place.ts";
import { conversationKey } from "../../model/place.ts";
import { runOf, type TurnRecord } from "../../model/turn.ts";
import type { OwnerEntry } from "../../store/owners.ts";
import type { Services } from "../services.ts";
import { firstRecord } from "../places/first_record.ts";
import { type Move, movedRecord, movedTurn } from "./moved_record.ts";

/** A {@linkcode Move} of a conversation, and what its record says besides. */
export interface HandOver extends Move {
  readonly entry: OwnerEntry;
  /** The machine that it goes on to from there. */
  readonly moving?: string;
}

/** How long what is written in one step is at most, as JSON: Deno KV takes 800 KB. */
const MAX_STEP_LENGTH = 200_000;

/**
 * Gives a conversation with all that is open in it to another machine. What was queued goes along; what the machine
 * that had it was doing begins there from the start, and that machine is told to stop it.
 *
 * @returns Whether nobody else had changed its owner meanwhile.
 */
export async function handOver(
  move: HandOver,
  { store, settings }: Pick<Services, "store" | "settings">,
): Promise<boolean> {
  const { from, to, moving, entry: { key, ownership } } = move;
  const { shared } = store;
  // From the first step on, the machine that had it changes nothing without changing this entry too.
  const held: Ownership = from === shared?.machine
    ? ownership
    : { ...ownership, sender: shared?.machine ?? to };
  let { entry } = move;
  const step = async (changes: { turns?: TurnRecord[]; received?: typeof inbox }) => {
    const isHeld = await store.replaceOwner(entry, held, changes);
    entry = shared?.owners.entry(key) ?? entry;
    return isHeld;
  };
  if (!await step({})) return false;
  const stored = await store.turns(key);
  const inbox = (await store.inbox()).filter((message) => conversationKey(message) === key);
  const place: Place | undefined = inbox[0];
  const record = await store.conversation(key) ??
    (place && firstRecord(place, await store.conversation(place.chatId), settings.cwd));
  // Somebody wants them to run there: nobody asks again because they have waited. All of them may be more than
  // one step takes, and this changes nothing if the others never come.
  for (const received of inSteps(inbox.filter(({ isConfirmed }) => !isConfirmed))) {
    if (!await step({ received: received.map(confirmed) })) return false;
  }
  const isOpen = ({ state, isConfirmed }: TurnRecord) => state.kind === "queued" && !isConfirmed;
  for (const turns of inSteps(stored.filter(isOpen))) {
    if (!await step({ turns: turns.map(confirmed) })) return false;
  }
  const there = stored.map((turn) => isOpen(turn) ? confirmed(turn) : turn)
    .map((before) => ({ before, after: movedTurn(before) }));
  const runs = stored.flatMap((turn) => runOf(turn) ?? []);
  return await store.replaceOwner(entry, { machine: to }, {
    ...(record && {
      conversation: { ...movedRecord(record, move), ...(moving !== undefined && { moving }) },
    }),
    turns: there.flatMap(({ before, after }) =>
      after === undefined || JSON.stringify(after) === JSON.stringify(before) ? [] : after
    ),
    closed: there.flatMap(({ before, after }) => after === undefined ? before : []),
  }, (atomic) => {
    if (runs.length > 0) shared?.addRelay(atomic, from, { kind: "stop", runs });
  });
}

function confirmed<T>(one: T): T & { isConfirmed: true } {
  return { ...one, isConfirmed: true };
}

/** What is written, in parts that each fit into one step. */
function inSteps<T>(all: readonly T[]): T[][] {
  const steps: T[][] = [];
  let length = Infinity;
  for (const one of all) {
    const more = JSON.stringify(one).length;
    if (length + more > MAX_STEP_LENGTH) {
      steps.push([]);
      length = 0;
    }
    steps.at(-1)?.push(one);
    length += more;
  }
  return steps;
}
