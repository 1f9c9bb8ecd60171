/**
 * A stand-in for `opencode serve` under loads at which the real one would be what is measured. It answers
 * what the bridge asks, and streams what a prompt says in events of the shapes recorded from opencode
 * 1.18.33 (`tests/fixtures/opencode-events`), the `sync` copies of the durable ones included. Run as a
 * process of its own it prints its URL, and ends with its input.
 */
import { wallNow } from "../../lib/base/time/clock.ts";
import { array, type JsonObject, object, string } from "../../lib/base/json.ts";
import { type FakeTurn, fakeTurn } from "./fake_turn.ts";

interface Session {
  readonly info: JsonObject;
  turn?: FakeTurn;
}

const encoder = new TextEncoder();

/** The stand-in in this process. */
export function startFakeOpencode(): {
  readonly url: string;
  /** The texts of all prompts so far. */
  readonly prompts: readonly string[];
  close(): Promise<void>;
} {
  const prompts: string[] = [];
  /** When questions were answered, in milliseconds since 1970. */
  const repliedAt: number[] = [];
  const sessions = new Map<string, Session>();
  const listeners = new Set<ReadableStreamDefaultController<Uint8Array>>();
  const closing = new AbortController();
  let made = 0;
  let events = 0;

  const send = (payload: JsonObject) => {
    const frame = JSON.stringify({ directory: "/", project: "global", payload });
    const bytes = encoder.encode(`data: ${frame}\n\n`);
    for (const listener of listeners) listener.enqueue(bytes);
  };
  const emit = (type: string, properties: JsonObject) => {
    const id = `evt_${String(++events).padStart(12, "0")}`;
    send({ id, type, properties });
    // All but deltas and statuses come a second time, for whoever keeps a copy (observed).
    if (!type.startsWith("message.")) return;
    if (type === "message.part.delta") return;
    const data = { id, type: `${type}.1`, seq: events, data: properties };
    send({ type: "sync", syncEvent: data, id });
  };

  const prompt = async (session: Session, body: JsonObject): Promise<Response> => {
    const part = object(Array.isArray(body.parts) ? body.parts[0] : undefined);
    session.turn?.stop();
    prompts.push(string(part.text) ?? "");
    session.turn = fakeTurn({
      sessionId: string(session.info.id) ?? "",
      messageId: string(body.messageID) ?? "",
      partId: string(part.id) ?? "",
      text: string(part.text) ?? "",
      emit,
    });
    await Promise.resolve();
    return new Response(null, { status: 204 });
  };

  const ofSession = async (
    session: Session,
    [what = "", which]: string[],
    request: Request,
  ): Promise<Response> => {
    switch (what) {
      case "":
        return Response.json(session.info);
      case "message": {
        if (which === undefined) {
          const limit = Number(new URL(request.url).searchParams.get("limit") ?? Infinity);
          return Response.json(session.turn?.messages().slice(-limit) ?? []);
        }
        const found = session.turn?.messages().find(({ info }) => info.id === which);
        return found ? Response.json(found) : Response.json({ name: "NotFound" }, { status: 404 });
      }
      case "prompt_async":
        return await prompt(session, object(await request.json()));
      case "abort":
        session.turn?.stop();
        return Response.json(true);
      default:
        return Response.json([]);
    }
  };

  const create = (): Response => {
    const id = `ses_${String(++made).padStart(12, "0")}`;
    const time = { created: Date.now(), updated: Date.now() };
    const info = { id, directory: "/", title: "fake", version: "1.18.33", time };
    sessions.set(id, { info });
    return Response.json(info);
  };

  const question = async (request: Request, id?: string): Promise<Response> => {
    const open = [...sessions.values()].flatMap(({ turn }) =>
      turn?.question === undefined ? [] : [{ turn, question: turn.question }]
    );
    if (id === undefined) return Response.json(open.map(({ question }) => question));
    const asked = open.find(({ question }) => question.id === id);
    if (asked === undefined) return Response.json({ name: "NotFoundError" }, { status: 404 });
    repliedAt.push(wallNow());
    asked.turn.reply(array(object(await request.json()).answers));
    return Response.json(true);
  };

  const answer = async (request: Request): Promise<Response> => {
    const [first = "", second, ...rest] = new URL(request.url).pathname.slice(1).split("/");
    if (first === "global" && second === "event") return stream();
    if (first === "global") return Response.json({ healthy: true, version: "1.18.33" });
    if (first === "fake-events") return Response.json(events);
    if (first === "fake-prompts") return Response.json(prompts);
    if (first === "config") return Response.json({ providers: [], default: {} });
    if (first === "mcp") return Response.json({ feishu_bridge: { status: "connected" } });
    if (first === "fake-replies") return Response.json(repliedAt);
    if (first === "question") return await question(request, second);
    if (first !== "session") return Response.json([]);
    if (second === undefined) {
      return request.method === "POST"
        ? create()
        : Response.json([...sessions.values()].map(({ info }) => info));
    }
    if (second === "status") {
      const busy = [...sessions].filter(([, { turn }]) => turn?.busy);
      return Response.json(Object.fromEntries(busy.map(([id]) => [id, { type: "busy" }])));
    }
    const session = sessions.get(second);
    if (session === undefined) return Response.json({ name: "NotFoundError" }, { status: 404 });
    return await ofSession(session, rest, request);
  };

  function stream(): Response {
    let own: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        own = controller;
        listeners.add(controller);
      },
      cancel: () => void (own && listeners.delete(own)),
    });
    send({ id: "evt_0", type: "server.connected", properties: {} });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  }

  const heartbeat = setInterval(
    () => send({ id: "evt_0", type: "server.heartbeat", properties: {} }),
    10_000,
  );
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen: () => {} },
    answer,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    prompts,
    close: async () => {
      clearInterval(heartbeat);
      for (const { turn } of sessions.values()) turn?.stop();
      closing.abort();
      await server.finished;
    },
  };
}

/** The stand-in as a process. */
export interface FakeOpencode extends AsyncDisposable {
  readonly url: string;
  /** How many events it has sent so far, copies not counted. */
  events(): Promise<number>;
  /** The texts of all prompts so far. */
  prompts(): Promise<string[]>;
  /** When questions were answered so far, in milliseconds since 1970. */
  replies(): Promise<number[]>;
}

/** Starts the stand-in in a process of its own, so that its work is not the bridge's or the twin's. */
export async function spawnFakeOpencode(): Promise<FakeOpencode> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", import.meta.filename ?? ""],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const url = ((await reader.read()).value ?? "").trim();
  return {
    url,
    events: async () => await (await fetch(`${url}/fake-events`)).json(),
    prompts: async () => await (await fetch(`${url}/fake-prompts`)).json(),
    replies: async () => await (await fetch(`${url}/fake-replies`)).json(),
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

if (import.meta.main) {
  const fake = startFakeOpencode();
  await Deno.stdout.write(encoder.encode(`${fake.url}\n`));
  for await (const _ of Deno.stdin.readable);
  await fake.close();
}
