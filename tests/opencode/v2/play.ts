import { load, setRequests, setStatus } from "../../../lib/opencode/transcript/fold.ts";
import { fold } from "../../../lib/opencode/transcript/fold.ts";
import { isOfTurn, Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { parseForm, parsePermission } from "../../../lib/opencode/v2/agent_request.ts";
import { EventReader } from "../../../lib/opencode/v2/event_reader.ts";
import { ServerModel } from "./server_model.ts";

/** A turn that is followed as the bridge does: events, and the session is read again after a gap. */
export class Play {
  readonly t: Transcript;
  readonly #reader = new EventReader();
  /** Whether the session has to be read, because of an event that says nothing by itself. */
  isUnsure = false;

  constructor(sessionId: string, promptId: string) {
    this.t = new Transcript(sessionId, promptId);
  }

  take(frames: readonly unknown[]): void {
    for (const frame of frames) {
      for (const event of this.#reader.read(frame)) {
        if (event.type === "unknown" && isOfTurn(this.t, event.sessionId)) this.isUnsure = true;
        fold(this.t, event);
      }
    }
  }

  /** Reads the session from the server that has sent these frames. */
  resync(frames: readonly unknown[]): void {
    const server = new ServerModel(frames);
    this.isUnsure = false;
    this.#load(server, this.t.sessionId);
    for (const child of this.t.children.keys()) this.#load(server, child);
    const isBusy = server.active.has(this.t.sessionId);
    setStatus(this.t, isBusy ? { type: "busy" } : undefined);
    const forms = [...server.forms.values()].map(parseForm);
    const known = forms.filter((form) => form !== undefined);
    this.#reader.learnForms(known);
    const permissions = [...server.permissions.values()].map(parsePermission);
    setRequests(this.t, [
      ...permissions.filter((one) => one !== undefined),
      ...known.map(({ pending }) => pending),
    ]);
  }

  /** Takes all frames, and reads the session again where the stream begins anew or says too little. */
  run(frames: readonly unknown[], from = 0): this {
    frames.forEach((frame, i) => {
      if (i < from) return;
      this.take([frame]);
      if (this.isUnsure || (i > 0 && isStart(frame))) this.resync(frames.slice(0, i + 1));
    });
    return this;
  }

  #load(server: ServerModel, id: string): void {
    load(this.t, this.#reader.readMessages(server.of(id), { id, directory: "/home/dev/proj" }));
  }
}

/** The frame with which each stream begins. */
export const CONNECTED = { id: "evt_0", type: "server.connected", data: {} };

function isStart(frame: unknown): boolean {
  return JSON.stringify(frame).includes(`"type":"${CONNECTED.type}"`);
}
