import type { Json } from "./json.ts";
import { type Call, type Route, route, sessionOf } from "./route.ts";

/** The routes that 2.0.26 calls experimental: what happened in a session, and when it is idle. */
export const LOG_ROUTES: readonly Route[] = [
  route("GET /api/experimental/session/:id/log", log),
  route("POST /api/experimental/session/:id/wait", wait, "2.0"),
  route("POST /api/session/:id/wait", wait, "july"),
];

async function wait(call: Call): Promise<void> {
  await call.executions.settled(sessionOf(call));
}

/** The durable events after a number, then `log.synced`; with `follow` those that come, too. */
function log(call: Call): Response {
  const { world, query } = call;
  const session = sessionOf(call);
  const after = Number(query.get("after") ?? -1);
  const encoder = new TextEncoder();
  const frame = (event: Json) => encoder.encode(`data: ${JSON.stringify(event)}\n\n`);
  let end = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const event of session.log) {
        const { seq } = event.durable as { seq: number };
        const spoken = seq > after && event.type !== "session.created"
          ? world.spoken(event)
          : undefined;
        if (spoken) controller.enqueue(frame(spoken));
      }
      const synced = { type: "log.synced", aggregateID: session.id, seq: session.seq - 1 };
      controller.enqueue(frame(synced));
      if (query.get("follow") !== "true") return controller.close();
      end = world.listen((event) => {
        const { aggregateID } = (event.durable ?? {}) as { aggregateID?: string };
        if (aggregateID === session.id) controller.enqueue(frame(event));
      });
    },
    cancel: () => end(),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
