/** The stand-in is judged by recordings of the real server (the build of July 2026). */
import { assert, assertEquals } from "@std/assert";
import { array, object, parseJson } from "../../../lib/base/json.ts";
import { until } from "../../until.ts";
import { type Client, connect } from "./client.ts";
import { julyEvent, modernEvent } from "./dialect.ts";
import { type Json, record } from "./json.ts";
import { outline, shape } from "./shape.ts";
import { startV2StandIn } from "./v2_stand_in.ts";

const DIR = new URL("../../fixtures/opencode2-events/", import.meta.url);

function recording(name: string): { events: Json[]; sessionId: string; state: Json } {
  const lines = Deno.readTextFileSync(new URL(`${name}.jsonl`, DIR)).trimEnd().split("\n");
  const events = lines.map((line) => record(parseJson(line))).filter(({ type }) =>
    type !== undefined
  );
  const state = record(parseJson(Deno.readTextFileSync(new URL(`${name}.messages.json`, DIR))));
  return { events, sessionId: String(object(object(state.session).data).id), state };
}

/** What a person does in a scene, and the prompt that makes the scripted model act as the recorded one. */
interface Scene {
  readonly name: string;
  /** Without one the scene is replayed only. */
  readonly prompt?: string;
  readonly create?: Json;
  readonly act?: (client: Client, sessionId: string) => Promise<unknown>;
}

const reply = (decision: Json) => async (client: Client, id: string) => {
  const { data } = await client.event("permission.v2.asked");
  await client.call(`POST /api/session/${id}/permission/${object(data).id}/reply`, decision);
};
const interruptAfter = (type: string, nth = 1) => async (client: Client, id: string) => {
  await client.event(type, nth);
  await client.call(`POST /api/session/${id}/interrupt`);
};
const promptAfter = (...prompts: Json[]) => async (client: Client, id: string) => {
  await client.event("session.text.delta");
  for (const prompt of prompts) await client.call(`POST /api/session/${id}/prompt`, prompt);
};

const SLOW = "[[slow 5 60]] [[bash sleep 0.2; echo x]] [[say First answer.]]";
const SCENES: readonly Scene[] = [
  { name: "text", prompt: "[[say Hello, world.]]" },
  { name: "reasoning", prompt: "[[reason I think therefore.]]" },
  {
    name: "tool-shell",
    prompt: "[[say Let me look.]] [[bash echo hi; echo there]] [[say It said hi.]]",
  },
  {
    name: "permission-once",
    prompt: "[[ask touch once.txt]] [[say Touched.]]",
    act: reply({ reply: "once" }),
  },
  {
    name: "permission-reject",
    prompt: "[[say I will touch.]] [[ask touch no.txt]]",
    act: reply({ reply: "reject" }),
  },
  {
    name: "permission-reject-message",
    prompt: "[[ask touch no2.txt]] [[say Well.]]",
    act: reply({ reply: "reject", message: "use echo instead" }),
  },
  {
    name: "question-answered",
    prompt: "[[questions]] [[say Thanks.]]",
    act: async (client, id) => {
      const form = object(object((await client.event("form.created")).data).form).id;
      const answer = { q0: "Red", q1: ["S", "my own"] };
      await client.call(`POST /api/session/${id}/form/${form}/reply`, { answer });
    },
  },
  {
    name: "question-rejected",
    prompt: "[[questions]]",
    act: async (client, id) => {
      const form = object(object((await client.event("form.created")).data).form).id;
      await client.call(`POST /api/session/${id}/form/${form}/cancel`);
    },
  },
  { name: "abort-text", prompt: "[[slow 90 30]]", act: interruptAfter("session.text.delta", 3) },
  {
    name: "abort-tool",
    prompt: "[[say Sleeping.]] [[bash exec sleep 30]]",
    act: interruptAfter("shell.created"),
  },
  {
    name: "abort-permission",
    prompt: "[[ask touch x]]",
    act: interruptAfter("permission.v2.asked"),
  },
  { name: "abort-question", prompt: "[[questions]]", act: interruptAfter("form.created") },
  { name: "retry-then-success", prompt: "[[error 500 2]]" },
  { name: "retry-abort", prompt: "[[error 500]]", act: interruptAfter("session.retry.scheduled") },
  { name: "error-401", prompt: "[[error 401]]" },
  { name: "cut-midstream", prompt: "[[cut]]" },
  { name: "queued-steer", prompt: SLOW, act: promptAfter({ text: "[[say Second.]]" }) },
  {
    name: "queued-queue",
    prompt: SLOW,
    act: promptAfter({ text: "[[say 3]]", delivery: "queue" }, {
      text: "[[say 4]]",
      delivery: "queue",
    }),
  },
  {
    name: "queued-abort",
    prompt: "[[slow 90 30]]",
    act: async (client, id) => {
      await promptAfter({ text: "later", delivery: "queue" })(client, id);
      await client.event("session.text.delta", 4);
      await client.call(`POST /api/session/${id}/interrupt`);
    },
  },
  {
    name: "subagent",
    prompt:
      "[[say Delegating.]] [[task ((say Child works.)) ((ask touch child.txt)) ((say Child result.))]] [[say So.]]",
    act: async (client) => {
      const { sessionID, id } = object((await client.event("permission.v2.asked")).data);
      await client.call(`POST /api/session/${sessionID}/permission/${id}/reply`, { reply: "once" });
    },
  },
  { name: "tools-parallel" },
  { name: "tool-failures" },
  {
    name: "permission-two-reject-one",
    act: async (client, id) => {
      await client.event("session.tool.success");
      await reply({ reply: "reject" })(client, id);
    },
  },
  {
    name: "two-at-once",
    act: async (client, id) => {
      await client.event("session.execution.started");
      await client.call(`POST /api/session/${id}/prompt`, { text: "the other one" });
    },
  },
  { name: "unknown-agent", prompt: "x", create: { agent: "nope" } },
  { name: "unknown-model", prompt: "x", create: { model: { providerID: "fake", id: "nope" } } },
  { name: "background-shell", prompt: "[[background sleep 0.2; echo late]] [[say Started.]]" },
];

/** Plays a scene on a stand-in of July, until as many executions have ended as in the recording. */
async function play(scene: Scene, isReplayed: boolean) {
  const { events, sessionId } = recording(scene.name);
  // Who acts during a retry must find it waiting.
  const retryMs = scene.act === undefined ? 50 : 60_000;
  await using server = startV2StandIn({ dialect: "july", retryMs });
  await using client = await connect(server.url, server.password);
  const directory = await Deno.makeTempDir({ prefix: "v2-" });
  try {
    const body = { location: { directory }, ...scene.create };
    const id = String(object((await client.call("POST /api/session", body)).body.data).id);
    if (isReplayed) server.replay(scene.name);
    await client.call(`POST /api/session/${id}/prompt`, {
      text: isReplayed ? "as recorded" : scene.prompt,
    });
    await scene.act?.(client, id);
    const ended = (all: readonly Json[], id: string) =>
      all.filter(({ type, data }) =>
        /^session\.execution\.[fis]/.test(String(type)) && !String(type).endsWith("started") &&
        object(data).sessionID === id
      ).length;
    await until("all has ended", () => ended(client.events, id) >= ended(events, sessionId));
    await until("nothing runs", () => server.world.active.size === 0);
    const messages = await client.call(`GET /api/session/${id}/message?order=asc`);
    const pending = await client.call(`GET /api/session/${id}/pending`);
    return {
      events: client.events,
      id,
      messages: array(messages.body.data),
      pending: array(pending.body.data),
    };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

for (const scene of SCENES) {
  const recorded = recording(scene.name);
  const messages = array(object(recorded.state.messages).data);
  if (scene.prompt !== undefined) {
    Deno.test(`${scene.name}: the scripted model tells it in the recorded order, in the recorded words`, async () => {
      const played = await play(scene, false);
      assertEquals(outline(played.events, played.id), outline(recorded.events, recorded.sessionId));
      assertEquals(played.messages.map((one) => shape(one)), messages.map((one) => shape(one)));
      assertEquals(played.pending.length, array(object(recorded.state.pending).data).length);
    });
  }

  Deno.test(`${scene.name}: a replay sends what was recorded, and stores what the real server stored`, async () => {
    const played = await play(scene, true);
    assertEquals(outline(played.events, played.id), outline(recorded.events, recorded.sessionId));
    assertEquals(
      played.messages.map((one) => known(one)),
      messages.map((one) => known(one)),
    );
  });
}

/** A message without what each play has for itself. */
function known(message: unknown): Json {
  const { id: _id, time: _time, text, ...rest } = record(message);
  const content = array(rest.content).map((part) => {
    const { time: _time, ...others } = record(part);
    return others;
  });
  // The text of a prompt is the test's own.
  return {
    ...rest,
    ...(rest.type === "user" ? {} : { text }),
    ...(rest.content ? { content } : {}),
  };
}

Deno.test("a recorded event in the words of 2.0, said in those of July, is what was recorded", () => {
  let compared = 0;
  for (const { name } of SCENES) {
    for (const event of recording(name).events) {
      // The session in it has fields that 2.0 does not send.
      if (event.type === "session.created") continue;
      assertEquals(julyEvent(modernEvent(event)), event, name);
      if (JSON.stringify(modernEvent(event)) !== JSON.stringify(event)) compared++;
    }
  }
  assert(compared > 100, String(compared));
});
