import { delay } from "@std/async";
import { object, parseJson, string } from "../../../lib/base/json.ts";
import { modernEvent } from "./dialect.ts";
import { Interrupted } from "./endings.ts";
import { type Json, record } from "./json.ts";
import type { Session } from "./session.ts";
import type { World } from "./world.ts";

const DIR = new URL("../../fixtures/opencode2-events/", import.meta.url);
/** Events that a client's request causes; the stand-in sends its own when that request comes. */
const CAUSED = /^session\.inbox\.enqueued$|^(permission|form)\.replied$|^session\.revert\./;
/** Events of the whole server, which say nothing about a session. */
const NOISE =
  /^(plugin|catalog|agent|command|skill|integration|reference|server|filesystem|vcs)\.|^session\.instructions/;

/** The lines of a recording: events in the names of 2.0, and `{_note}` of the recorder. */
export function recorded(name: string): Json[] {
  const lines = Deno.readTextFileSync(new URL(`${name}.jsonl`, DIR)).trimEnd().split("\n");
  return lines.map((line) => record(parseJson(line)))
    .filter((line) => line.type !== undefined || line._note !== undefined)
    .map((line) => line.type === undefined ? line : modernEvent(line))
    .filter((line) => !NOISE.test(String(line.type)));
}

/**
 * Plays a recording on the session in which the next prompt is posted. It waits where the recorder did
 * something: for the next prompt, an answer, an interrupt.
 */
export class Replay {
  readonly #lines: Json[];
  readonly #speed: number;

  /** @param speed How much faster than recorded; without end unless given. */
  constructor(name: string, speed = Infinity) {
    this.#lines = recorded(name);
    this.#speed = speed;
  }

  /** Sends the events with the ids of this session. */
  async play(world: World, session: Session, signal: AbortSignal): Promise<void> {
    const main = string(object(this.#lines.find(({ type }) => type !== undefined)?.data).sessionID);
    const ids = new Map<string, string>([[main ?? "", session.id]]);
    const waiting = session.inbox.map(({ id }) => id);
    let lastMs: number | undefined;
    for (const line of this.#lines) {
      const { _note: note, _ms: ms, type, data, created: _created } = line;
      if (typeof note === "string") {
        if (/^interrupt /.test(note)) await interrupted(signal);
        continue;
      }
      const pauseMs = (Number(ms) - (lastMs ?? Number(ms))) / this.#speed;
      lastMs = Number(ms);
      await delay(Math.max(pauseMs, 0));
      const fields = translated(record(data), ids);
      const owner = this.#owner(world, session, String(type), fields);
      if (owner === undefined) continue;
      if (
        type === "session.inbox.enqueued" && object(fields.item).type === "user" &&
        owner === session
      ) {
        const recordedId = string(object(data).inboxID) ?? "";
        const id = waiting.shift() ??
          await world.until(
            () => session.inbox.find((one) => ![...ids.values()].includes(one.id))?.id,
            signal,
          );
        ids.set(recordedId, id);
        continue;
      }
      if (await this.#isCaused(world, owner, String(type), fields, signal)) continue;
      const { sessionID: _sessionId, ...rest } = fields;
      world.publish(owner, String(type), rest);
    }
  }

  /** The session of an event; the recorded children are made here. */
  #owner(world: World, session: Session, type: string, fields: Json): Session | undefined {
    if (type.startsWith("shell.")) return session;
    const id = string(fields.sessionID) ?? string(object(fields.form).sessionID);
    if (id === undefined) return undefined;
    if (type === "session.created") {
      if (id === session.id || fields.parentID === undefined) return undefined;
      const { title, agent, model, parentID } = fields;
      world.create(id, session.directory, { parentID, title, agent, model });
      return undefined;
    }
    return world.sessions.get(id);
  }

  /** Waits for the request that caused an event; says whether there is one, which has sent the event itself. */
  async #isCaused(
    world: World,
    owner: Session,
    type: string,
    fields: Json,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (!CAUSED.test(type)) return false;
    if (type === "session.inbox.enqueued") return owner.accepted.has(String(fields.inboxID));
    if (type.startsWith("session.revert.")) return true;
    const id = String(fields.requestID ?? fields.id);
    const isDone = () =>
      (type === "permission.replied"
        ? world.decisions.has(id)
        : owner.forms.get(id)?.state !== undefined) ||
      undefined;
    await world.until(isDone, signal);
    return true;
  }
}

/** Waits for an interrupt, which the recorded events answer. Another end ends the replay. */
async function interrupted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }
  if (!(signal.reason instanceof Interrupted)) throw signal.reason;
}

/** The same data with the ids of this time. */
function translated(data: Json, ids: ReadonlyMap<string, string>): Json {
  const text = JSON.stringify(data).replace(/"((?:ses|msg)_\w+)"/g, (whole, id) => {
    const other = ids.get(id);
    return other === undefined ? whole : JSON.stringify(other);
  });
  return record(parseJson(text));
}
