import { createParser } from "eventsource-parser";
import { until } from "../../until.ts";
import { parseJson } from "../../../lib/base/json.ts";
import { type Json, record } from "./json.ts";

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** A plain client for the tests of the stand-in, which knows nothing of the bridge. It works on the real server, too. */
export interface Client extends AsyncDisposable {
  /** The events so far, as they came. */
  readonly events: Json[];
  /** The comments of the stream. */
  readonly comments: string[];
  call(name: string, body?: unknown): Promise<Answer>;
  /** Waits for an event of a type, the `nth` of its kind. */
  event(type: string, nth?: number): Promise<Json>;
}

/** Connects to a server, and to its events. */
export async function connect(url: string, password: string): Promise<Client> {
  const authorization = `Basic ${btoa(`opencode:${password}`)}`;
  const events: Json[] = [];
  const comments: string[] = [];
  const closing = new AbortController();
  const accept = { authorization, accept: "text/event-stream" };
  const stream = await fetch(`${url}/api/event`, { headers: accept, signal: closing.signal });
  const parser = createParser({
    onEvent: ({ data }) => void events.push(record(parseJson(data))),
    onComment: (comment) => void comments.push(comment),
  });
  const reading = (async () => {
    const text = stream.body?.pipeThrough(new TextDecoderStream()) ?? [];
    for await (const chunk of text) parser.feed(chunk);
  })().catch(() => {});
  const ofType = (type: string) => events.filter((event) => event.type === type);
  await until("the stream is open", () => ofType("server.connected").length > 0);
  return {
    events,
    comments,
    async call(name, body) {
      const [method = "", path = ""] = name.split(" ");
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization, accept: "application/json", "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: record(parseJson(await response.text())) };
    },
    async event(type, nth = 1) {
      await until(`${type} came`, () => ofType(type).length >= nth);
      return record(ofType(type)[nth - 1]);
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await reading;
    },
  };
}
