import { array, object, string } from "../../../lib/base/json.ts";
import { type Dialect, julyEvent } from "./dialect.ts";
import { newId } from "./ids.ts";
import { defined, type Json, record } from "./json.ts";
import { project } from "./project.ts";
import { newSession, type Session } from "./session.ts";

/** Events that are not stored, and have no number. */
const EPHEMERAL =
  /\.delta$|^session\.(usage\.updated|tool\.progress|step\.streamed)$|^(permission|form|shell)\./;
/** Events that do not say where their session lives. */
const HOMELESS = /^session\.(execution\.|usage\.)/;

/** The sessions of a stand-in, and who listens to their events. */
export class World {
  readonly dialect: Dialect;
  readonly sessions = new Map<string, Session>();
  /** What runs now, by session. */
  readonly active = new Map<string, AbortController>();
  readonly #settled = new Map<string, boolean>();
  /** What a permission was always given for, by project. */
  readonly saved: Json[] = [];
  /** How permission requests were answered, by their ids. */
  readonly decisions = new Map<string, { readonly decision: string; readonly message?: string }>();
  readonly #listeners = new Set<(event: Json) => void>();
  readonly #changes = new Set<() => void>();
  readonly #file: string | undefined;

  /** @param file Where the sessions are kept for a later process. */
  constructor(dialect: Dialect, file?: string) {
    this.dialect = dialect;
    this.#file = file;
    if (file !== undefined) this.#read(file);
  }

  /** Makes a session and says so. */
  create(id: string, directory: string, given: Json): Session {
    const now = Date.now();
    const info = defined({
      projectID: "global",
      ...given,
      cost: 0,
      tokens: noTokens(),
      time: { created: now, updated: now },
    });
    const session = newSession(id, directory, info);
    this.sessions.set(id, session);
    const { cost: _cost, tokens: _tokens, time: _time, fork: _fork, ...created } = info;
    const more = { location: { directory }, slug: "slug", version: "stand-in" };
    this.publish(session, "session.created", { ...created, ...more });
    return session;
  }

  /** Stores what an event changes, then sends it. All names are those of 2.0. */
  publish(session: Session, type: string, fields: Json = {}): void {
    const created = Date.now();
    const { id: sessionID, directory } = session;
    const data = /^(form\.created$|shell\.)/.test(type) ? fields : { sessionID, ...fields };
    const isJuly = this.dialect === "july";
    // July stores the progress of tools, too; 2.0 has new forms of their results.
    const isStored = !EPHEMERAL.test(type) || (isJuly && type === "session.tool.progress");
    const version = !isJuly && /^session\.tool\.(success|failed)$/.test(type) ? 2 : 1;
    const durable = isStored ? { aggregateID: sessionID, seq: session.seq++, version } : undefined;
    if (type !== "session.created") project(session, type, data, created);
    const location = HOMELESS.test(type) ? undefined : { directory };
    const event = defined({ id: newId("evt"), created, type, durable, location, data });
    if (durable) session.log.push(event);
    const ended = /^session\.execution\.(succeeded|failed|interrupted)$/.exec(type);
    if (ended && this.dialect === "2.0") {
      session.messages.push({
        id: newId("msg"),
        time: { created },
        type: "idle",
        outcome: ended[1],
      });
    }
    if (durable) this.#write();
    this.send(event);
  }

  /** Sends an event that belongs to no session, or that is stored already. */
  send(event: Json): void {
    const spoken = this.spoken(event);
    if (spoken) { for (const listener of this.#listeners) listener(spoken); }
    for (const changed of this.#changes) changed();
  }

  /** An event in the words of the dialect. */
  spoken(event: Json): Json | undefined {
    return this.dialect === "july" ? julyEvent(event) : event;
  }

  /** Calls a function with every event from now on; returns how to end that. */
  listen(listener: (event: Json) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits until something is so; asks again after every event. Rejects when the signal aborts. */
  until<T>(find: () => T | undefined, signal: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      const found = find();
      if (found !== undefined) resolve(found);
    };
    const stop = () => reject(signal.reason);
    this.#changes.add(look);
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    look();
    return promise.finally(() => {
      this.#changes.delete(look);
      signal.removeEventListener("abort", stop);
    });
  }

  /** Whether the plugins of a directory are there; the first question loads them, and an event follows. */
  isSettled(directory: string): boolean {
    const known = this.#settled.get(directory);
    if (known !== undefined) return known;
    this.#settled.set(directory, false);
    queueMicrotask(() => {
      this.#settled.set(directory, true);
      const type = this.dialect === "july" ? "catalog.updated" : "model.updated";
      this.send({ id: newId("evt"), created: Date.now(), type, location: { directory }, data: {} });
    });
    return false;
  }

  /** A session as `GET` shows it. */
  shown({ id, directory, info }: Session): Json {
    const { outcome, time, permissions, metadata, ...rest } = info;
    const { idle, ...times } = record(time);
    const modern = this.dialect === "2.0" ? { outcome, permissions, metadata } : {};
    return defined({
      id,
      ...rest,
      ...modern,
      time: this.dialect === "2.0" ? defined({ ...times, idle }) : times,
      location: { directory },
    });
  }

  #write(): void {
    if (this.#file === undefined) return;
    const all = [...this.sessions.values()].map((session) => ({
      ...session,
      accepted: [...session.accepted.values()],
    }));
    Deno.writeTextFileSync(`${this.#file}.new`, JSON.stringify(all));
    Deno.renameSync(`${this.#file}.new`, this.#file);
  }

  /** Reads what an earlier process has left. What was asked, and what ran, went with it. */
  #read(file: string): void {
    let text = "[]";
    try {
      text = Deno.readTextFileSync(file);
    } catch {
      // The first start.
    }
    for (const stored of array(JSON.parse(text))) {
      const { id, directory, info, messages, inbox, accepted, seq, log } = object(stored);
      const session = newSession(string(id) ?? "", string(directory) ?? "", record(info));
      session.messages = array(messages).map(record);
      for (const one of array(accepted)) {
        const { id, created, seq, type, payload, delivery } = record(one);
        const item = {
          id: String(id),
          created: Number(created),
          seq: Number(seq),
          type: String(type),
          payload: record(payload),
          delivery: String(delivery),
        };
        session.accepted.set(item.id, item);
        if (array(inbox).some((waiting) => object(waiting).id === id)) session.inbox.push(item);
      }
      session.seq = Number(seq);
      session.log.push(...array(log).map(record));
      this.sessions.set(session.id, session);
    }
  }
}

/** The counters of a session that has used nothing. */
export function noTokens(): Json {
  return { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };
}
