import type { Ownership } from "../../model/machine.ts";
import type { Place } from "../../model/place.ts";
import { conversationKey } from "../../model/place.ts";
import { runOf } from "../../model/turn.ts";
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
  const { entry, from, to, moving } = move;
  const { key } = entry;
  const stored = await store.turns(key);
  const inbox = (await store.inbox()).filter((message) => conversationKey(message) === key);
  const place: Place | undefined = inbox[0];
  const record = await store.conversation(key) ??
    (place && firstRecord(place, await store.conversation(place.chatId), settings.cwd));
  const turns = stored.flatMap((turn) => movedTurn(turn) ?? []);
  const runs = stored.flatMap((turn) => runOf(turn) ?? []);
  const ownership: Ownership = { machine: to };
  return await store.replaceOwner(entry, ownership, {
    ...(record && {
      conversation: { ...movedRecord(record, move), ...(moving !== undefined && { moving }) },
    }),
    turns,
    closed: stored.filter(({ id }) => !turns.some((turn) => turn.id === id)),
    // Somebody wants them to run there: nobody asks again because they have waited.
    received: inbox.map((message) => ({ ...message, isConfirmed: true })),
  }, (atomic) => {
    if (runs.length > 0) store.shared?.addRelay(atomic, from, { kind: "stop", runs });
  });
}
