import { delay } from "@std/async";
import { array, object, string } from "../../../lib/base/json.ts";
import { AGENTS, MODELS } from "./catalogue.ts";
import { Failed, Interrupted, Rejected } from "./endings.ts";
import { newId } from "./ids.ts";
import { defined, type Json } from "./json.ts";
import { chosen, ModelStep, type StepContext } from "./model_step.ts";
import type { Replay } from "./replay.ts";
import { script, type Step } from "./script.ts";
import type { InboxItem, Session } from "./session.ts";
import type { Place } from "./tools.ts";
import type { World } from "./world.ts";

/** Runs what is in the inboxes: one execution a session, each with exactly one terminal event. */
export class Executions {
  readonly #world: World;
  readonly #retryMs: number;
  readonly #again = new Set<Session>();
  readonly #running = new Map<Session, Promise<void>>();
  /** The recordings that the next prompts play. */
  readonly replays: Replay[] = [];

  constructor(world: World, retryMs: number) {
    this.#world = world;
    this.#retryMs = retryMs;
  }

  /** Begins an execution, or another one after the one that is being interrupted. */
  wake(session: Session): void {
    const active = this.#world.active.get(session.id);
    if (active) {
      if (active.signal.aborted) this.#again.add(session);
      return;
    }
    const controller = new AbortController();
    this.#world.active.set(session.id, controller);
    this.#running.set(session, this.#run(session, controller.signal));
  }

  /** Asks an execution to end; says whether there was one. */
  interrupt(session: Session): boolean {
    const active = this.#world.active.get(session.id);
    active?.abort(new Interrupted());
    return active !== undefined;
  }

  /** Resolves when nothing runs in a session. */
  async settled(session: Session): Promise<void> {
    await this.#running.get(session);
  }

  /** Ends everything, as a server does at SIGTERM. */
  async stop(): Promise<void> {
    for (const active of this.#world.active.values()) active.abort(new Rejected());
    await Promise.all(this.#running.values());
  }

  async #run(session: Session, signal: AbortSignal): Promise<void> {
    const world = this.#world;
    // What was posted together is delivered together.
    await delay(5);
    const replay = this.replays.shift();
    try {
      if (replay) await replay.play(world, session, signal);
      else await this.#script(session, signal);
    } catch (error) {
      if (error instanceof Failed) this.#end(session, "failed", { error: error.error });
      else {this.#end(session, "interrupted", {
          reason: error instanceof Interrupted ? "user" : "shutdown",
        });}
    }
    world.active.delete(session.id);
    this.#running.delete(session);
    if (this.#again.delete(session)) this.wake(session);
  }

  #end(session: Session, outcome: string, data: Json = {}): void {
    this.#world.publish(session, `session.execution.${outcome}`, data);
  }

  async #script(session: Session, signal: AbortSignal): Promise<void> {
    const world = this.#world;
    world.publish(session, "session.execution.started");
    this.#bury(session);
    let steps: Step[] = [];
    let isNamed = session.info.parentID !== undefined ||
      session.messages.some(({ type }) => type === "user");
    for (;;) {
      signal.throwIfAborted();
      const { agent } = chosen(session);
      if (!AGENTS.some(({ id }) => id === agent)) {
        throw new Failed({ type: "unknown", message: `Agent not found: "${agent}"` });
      }
      const text = this.#deliver(session, steps.length === 0);
      if (text !== undefined) steps = script(text);
      const step = steps.shift();
      if (step === undefined) {
        if (await this.#compact(session)) continue;
        break;
      }
      await this.#play(session, step, signal);
      if (!isNamed && step.calls) {
        isNamed = true;
        this.#name(session);
      }
    }
    this.#end(session, "succeeded");
    if (!isNamed && session.messages.some(({ type }) => type === "user")) this.#name(session);
  }

  /** Closes the calls that a server which died has left open. */
  #bury(session: Session): void {
    for (const message of session.messages) {
      for (const part of array(message.content).map(object)) {
        if (part.type !== "tool" || object(part.state).status !== "running") continue;
        const error = { type: "aborted", message: `Tool execution interrupted: ${part.name}` };
        const fields = { assistantMessageID: message.id, id: part.id, error, executed: false };
        this.#world.publish(session, "session.tool.failed", fields);
      }
    }
  }

  /** The title is a request of its own, which may come after the end. */
  #name(session: Session): void {
    new ModelStep(this.#context(session, new AbortController().signal)).use();
    // Some numbers belong to events that are not sent.
    session.seq++;
    this.#world.publish(session, "session.renamed", { title: "Fake title" });
  }

  async #play(session: Session, step: Step, signal: AbortSignal): Promise<void> {
    const { model } = chosen(session);
    if (!MODELS.some(({ id, providerID }) => id === model.id && providerID === model.providerID)) {
      const message = `Model unavailable: ${model.providerID}/${model.id}`;
      throw new Failed({ type: "provider.no-route", message });
    }
    try {
      await new ModelStep(this.#context(session, signal)).play(step);
    } catch (error) {
      // 2.0.26 goes on in a new message after a stream that broke off (its source).
      if (step.breaks !== "cut" || this.#world.dialect === "july" || !(error instanceof Failed)) {
        throw error;
      }
      await new ModelStep(this.#context(session, signal)).play({ words: ["Half a sentence."] });
    }
  }

  /** Turns what waits into messages: all that steers, or else the first in the queue of an idle session. */
  #deliver(session: Session, isIdle: boolean): string | undefined {
    const prompts = session.inbox.filter(({ type }) => type !== "compaction");
    const steers = prompts.filter(({ delivery }) => delivery === "steer");
    const due: InboxItem[] = steers.length > 0 || !isIdle ? steers : prompts.slice(0, 1);
    for (const { id } of due) {
      this.#world.publish(session, "session.inbox.delivered", { inboxID: id });
    }
    const texts = due.map(({ payload }) => String(payload.text));
    return texts.findLast((text) => text.includes("[[")) ?? texts.at(-1);
  }

  /** Compacts if somebody wants it; says whether. */
  async #compact(session: Session): Promise<boolean> {
    const wanted = session.inbox.find(({ type }) => type === "compaction");
    if (wanted === undefined) return false;
    const publish = (what: string, data: Json) =>
      this.#world.publish(session, `session.compaction.${what}`, data);
    const manual = { reason: "manual", recent: "", inputID: wanted.id };
    if (!session.messages.some(({ type }) => type === "assistant")) {
      session.inbox = session.inbox.filter((one) => one !== wanted);
      const error = { type: "compaction.unavailable", message: "Nothing to compact yet" };
      publish("failed", { ...manual, error });
      return true;
    }
    publish("started", manual);
    publish("delta", { text: "SUMMARY of what " });
    await delay(0);
    publish("delta", { text: "happened so far." });
    new ModelStep(this.#context(session, new AbortController().signal)).use();
    publish("ended", { reason: "manual", text: "SUMMARY of what happened so far.", recent: "" });
    return true;
  }

  #context(session: Session, signal: AbortSignal): StepContext {
    return {
      world: this.#world,
      session,
      signal,
      retryMs: this.#retryMs,
      child: (call, progress) => this.#child(session, call.input, progress, signal),
      wake: (text, description) => {
        const payload = { text, description, metadata: { source: "shell", state: "completed" } };
        this.accept(session, { id: newId("msg"), type: "synthetic", payload, delivery: "steer" });
        this.wake(session);
      },
    };
  }

  /** Puts something into an inbox. */
  accept(
    session: Session,
    item: { id: string; type: string; payload: Json; delivery: string },
  ): void {
    const { id: inboxID, ...rest } = item;
    this.#world.publish(session, "session.inbox.enqueued", { inboxID, item: rest });
  }

  async #child(
    parent: Session,
    input: Json,
    progress: Parameters<Place["child"]>[1],
    signal: AbortSignal,
  ): Promise<string> {
    const { permissions, metadata } = parent.info;
    const given = defined({ parentID: parent.id, agent: input.agent, permissions, metadata });
    const child = this.#world.create(newId("ses"), parent.directory, {
      ...given,
      title: input.description,
    });
    progress(child.id);
    const payload = { text: String(input.prompt ?? "") };
    this.accept(child, { id: newId("msg"), type: "user", payload, delivery: "steer" });
    this.wake(child);
    const stop = () => this.interrupt(child);
    signal.addEventListener("abort", stop);
    await this.#running.get(child);
    signal.removeEventListener("abort", stop);
    signal.throwIfAborted();
    const last = child.messages.findLast(({ type }) => type === "assistant");
    const parts = array(last?.content).map(object);
    return string(parts.findLast(({ type }) => type === "text")?.text) ?? "";
  }
}
