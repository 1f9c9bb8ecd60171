/**
 * The rules of the API that no recording shows, in both dialects. With `OPENCODE_V2_URL` (user and password in it)
 * the rules of July are tried on a real server of that build, too.
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { delay } from "@std/async";
import { array, object } from "../../../lib/base/json.ts";
import { urlPassword } from "../../../lib/base/secrets/url_credentials.ts";
import { until } from "../../until.ts";
import { type Client, connect } from "./client.ts";
import type { Dialect } from "./dialect.ts";
import { newId } from "./ids.ts";
import type { Json } from "./json.ts";
import { startV2StandIn } from "./v2_stand_in.ts";

/** A server of a dialect with a client and a directory. */
interface Place {
  readonly client: Client;
  readonly directory: string;
  readonly url: string;
  readonly authorization: string;
}

const REAL = Deno.env.get("OPENCODE_V2_URL");

/** Tries a rule on a stand-in of each dialect, and on the real server when there is one. */
function rule(
  name: string,
  run: (place: Place, dialect: Dialect) => Promise<void>,
  dialects: readonly Dialect[] = ["2.0", "july"],
): void {
  const targets = [...dialects, ...(REAL && dialects.includes("july") ? ["real"] as const : [])];
  for (const target of targets) {
    Deno.test(`${name} (${target})`, async () => {
      const directory = await Deno.makeTempDir({ prefix: "v2-" });
      const dialect = target === "real" ? "july" : target;
      const server = target === "real" ? undefined : startV2StandIn({ dialect });
      const url = server?.url ?? new URL(REAL ?? "").origin;
      const password = server?.password ?? urlPassword(REAL ?? "");
      const authorization = `Basic ${btoa(`opencode:${password}`)}`;
      const client = await connect(url, password);
      try {
        await run({ client, directory, url, authorization }, dialect);
      } finally {
        await client[Symbol.asyncDispose]();
        await server?.stop();
        await Deno.remove(directory, { recursive: true });
      }
    });
  }
}

async function session({ client, directory }: Place, more: Json = {}): Promise<string> {
  const { body } = await client.call("POST /api/session", { location: { directory }, ...more });
  return String(object(body.data).id);
}

const ended = (client: Client) => client.event("session.execution.succeeded");

rule("nobody gets in without the password", async ({ url, client }) => {
  const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });
  for (
    const headers of [{}, basic("opencode:wrong"), basic("other:pw"), {
      authorization: "Bearer pw",
    }]
  ) {
    const response = await fetch(`${url}/api/session`, { headers });
    assertEquals(response.status, 401);
    await response.body?.cancel();
  }
  assertEquals((await client.call("GET /api/session")).status, 200);
});

rule("an id of our own makes a session once; a wrong one is refused", async (place) => {
  const { client, directory } = place;
  const id = newId("ses");
  const first = await client.call("POST /api/session", { id, location: { directory } });
  const again = await client.call("POST /api/session", { id, location: { directory: "/other" } });
  assertEquals([first.status, again.status], [200, 200]);
  assertEquals(object(again.body.data).location, object(first.body.data).location);
  assertEquals((await client.call("GET /api/session/nonsense")).status, 400);
  assertEquals((await client.call("GET /api/session/ses_unknown0000000000000000000")).status, 404);
  assertEquals((await client.call(`DELETE /api/session/${id}`)).status, 204);
  assertEquals((await client.call(`DELETE /api/session/${id}`)).status, 404);
});

rule("a prompt with an id runs once, whenever it is repeated", async (place, dialect) => {
  const { client } = place;
  const id = await session(place);
  const prompt = { id: newId("msg"), text: "[[say once]]" };
  const path = `POST /api/session/${id}/prompt`;
  const first = await client.call(path, prompt);
  const twin = await client.call(path, prompt);
  await ended(client);
  const late = await client.call(path, prompt);
  assertEquals([first.status, twin.status, late.status], [200, 200, 200]);
  assertEquals(late.body, first.body);
  const other = await client.call(path, { ...prompt, text: "another text" });
  assertEquals(other.status, dialect === "july" ? 409 : 200);
  const elsewhere = await session(place);
  assertEquals((await client.call(`POST /api/session/${elsewhere}/prompt`, prompt)).status, 409);
  assertEquals((await client.call(path, { id: "bad_1", text: "x" })).status, 400);
  assertEquals((await client.call(path, { parts: [] })).status, 400);
  const messages = await client.call(`GET /api/session/${id}/message`);
  const kinds = array(messages.body.data).map((one) => object(one).type).filter((type) =>
    type !== "idle"
  );
  assertEquals(kinds, ["assistant", "user"]);
});

rule("what waits in the inbox is no message yet", async (place, dialect) => {
  const { client } = place;
  const id = await session(place);
  const waiting = newId("msg");
  const prompt = { id: waiting, text: "[[say later]]", resume: false };
  assertEquals((await client.call(`POST /api/session/${id}/prompt`, prompt)).status, 200);
  assertEquals((await client.call(`GET /api/session/${id}/message/${waiting}`)).status, 404);
  const inbox = await client.call(
    `GET /api/session/${id}/${dialect === "july" ? "pending" : "inbox"}`,
  );
  assertEquals(array(inbox.body.data).map((one) => object(one).id), [waiting]);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[say now]]" });
  await ended(client);
  assertEquals((await client.call(`GET /api/session/${id}/message/${waiting}`)).status, 200);
});

rule(
  "what steers is read at the next step, before what waits in the queue, at once or late",
  async (place) => {
    const { client } = place;
    const id = await session(place);
    const post = (text: string, delivery: string) =>
      client.call(`POST /api/session/${id}/prompt`, { id: newId("msg"), text, delivery });
    await post("[[bash sleep 0.4]] [[say one]]", "queue");
    await post("[[say behind]]", "queue");
    await post("[[bash sleep 0.4]] [[say two]]", "steer");
    await client.event("session.tool.called");
    await post("[[say three]]", "steer");
    await ended(client);
    const { body } = await client.call(`GET /api/session/${id}/message?limit=50`);
    const texts = array(body.data).map(object).filter(({ type }) => type === "user")
      .map(({ text }) => /say (\w+)/.exec(String(text))?.[1]);
    assertEquals(texts.reverse().at(-1), "behind");
    assertEquals([...texts].sort(), ["behind", "one", "three", "two"]);
  },
);

rule("pages hold 1 to 200 entries, newest first, and go on where they ended", async (place) => {
  const { client } = place;
  const id = await session(place);
  for (const [index, text] of ["[[say 1]]", "[[say 2]]", "[[say 3]]"].entries()) {
    await client.call(`POST /api/session/${id}/prompt`, { text });
    await client.event("session.execution.succeeded", index + 1);
  }
  const get = (query: string) => client.call(`GET /api/session/${id}/message?${query}`);
  const ids = (body: Json) => array(body.data).map((one) => object(one).id);
  const all = ids((await get("")).body);
  assertEquals(ids((await get("order=asc")).body), [...all].reverse());
  const first = await get("limit=2");
  const { next } = object(first.body.cursor);
  const second = await get(`cursor=${next}&limit=200`);
  assertEquals([...ids(first.body), ...ids(second.body)], all);
  const { previous } = object(second.body.cursor);
  assertEquals(ids((await get(`cursor=${previous}`)).body), ids(first.body));
  const past = await get(`cursor=${object(second.body.cursor).next}`);
  assertEquals([past.body.data, past.body.cursor], [[], { previous: null, next: null }]);
  for (const bad of ["limit=0", "limit=201", `cursor=${next}&order=asc`, "cursor=nonsense"]) {
    assertEquals((await get(bad)).status, 400, bad);
  }
});

rule("a permission is answered once, in the words of the dialect", async (place, dialect) => {
  const { client, directory } = place;
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[ask touch a]]" });
  const asked = await client.event(dialect === "july" ? "permission.v2.asked" : "permission.asked");
  const { id: ask, source } = object(asked.data);
  assert(object(source)[dialect === "july" ? "callID" : "id"]);
  const list = await client.call(
    `GET /api/permission/request?location[directory]=${encodeURIComponent(directory)}`,
  );
  assertEquals(array(list.body.data).map((one) => object(one).id), [ask]);
  const path = `POST /api/session/${id}/permission/${ask}/reply`;
  const [right, wrong] = dialect === "july" ? ["reply", "decision"] : ["decision", "reply"];
  assertEquals((await client.call(path, { [wrong]: "once" })).status, 400);
  assertEquals((await client.call(path, { [right]: "maybe" })).status, 400);
  assertEquals((await client.call(path, { [right]: "once" })).status, 204);
  assertEquals((await client.call(path, { [right]: "once" })).status, 404);
  await ended(client);
});

rule("a form takes answers to its own fields, once", async (place, dialect) => {
  const { client } = place;
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[questions]]" });
  const { id: form } = object(object((await client.event("form.created")).data).form);
  const path = `POST /api/session/${id}/form/${form}/reply`;
  assertEquals((await client.call(path, { answer: { nope: "x" } })).status, 400);
  assertEquals((await client.call(path, { answer: { q1: "no list" } })).status, 400);
  assertEquals((await client.call(path, { answer: { q0: "Red" } })).status, 204);
  const again = await client.call(path, { answer: { q0: "Red" } });
  assertEquals([again.status, again.body._tag], [409, "FormAlreadySettledError"]);
  const cancel = dialect === "july"
    ? `POST /api/session/${id}/form/${form}/cancel`
    : `DELETE /api/session/${id}/form/${form}`;
  assertEquals((await client.call(cancel)).status, 409);
  await ended(client);
});

rule(
  "undoing takes an idle session and a known message; the next prompt makes it final",
  async (place) => {
    const { client } = place;
    const id = await session(place);
    const first = newId("msg");
    await client.call(`POST /api/session/${id}/prompt`, { id: first, text: "[[slow 8 40]]" });
    await client.event("session.text.delta");
    const stage = (messageID: string) =>
      client.call(`POST /api/session/${id}/revert/stage`, { messageID });
    assertEquals((await stage(first)).status, 409);
    await ended(client);
    assertEquals((await stage("msg_unknown")).status, 404);
    assertEquals((await stage(first)).status, 200);
    assertEquals(
      object(object((await client.call(`GET /api/session/${id}`)).body.data).revert).messageID,
      first,
    );
    await client.call(`POST /api/session/${id}/prompt`, { text: "[[say anew]]" });
    await client.event("session.revert.committed");
    await client.event("session.execution.succeeded", 2);
    assertEquals((await client.call(`GET /api/session/${id}/message/${first}`)).status, 404);
  },
);

rule("model and agent belong to the session, and are named by its steps", async (place) => {
  const { client } = place;
  const id = await session(place);
  assertEquals(
    (await client.call(`POST /api/session/${id}/model`, {
      model: { providerID: "fake", id: "m2" },
    })).status,
    204,
  );
  assertEquals((await client.call(`POST /api/session/${id}/agent`, { agent: "plan" })).status, 204);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[say hi]]" });
  const { agent, model } = object((await client.event("session.step.started")).data);
  assertEquals([agent, object(model).id], ["plan", "m2"]);
  await ended(client);
});

rule("compacting what has nothing to compact fails, and its execution succeeds", async (place) => {
  const { client } = place;
  const id = await session(place);
  assertEquals((await client.call(`POST /api/session/${id}/compact`, {})).status, 200);
  await client.event("session.compaction.failed");
  await ended(client);
});

rule("the stream begins with a comment as heartbeat, and replays nothing", async (place) => {
  const { client } = place;
  await until("a heartbeat came", () => client.comments.length > 0);
  assertMatch(client.comments[0] ?? "", /heartbeat/);
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[say hi]]" });
  await ended(client);
  const durable = client.events.map((event) => object(event.durable))
    .filter(({ aggregateID }) => aggregateID === id);
  const numbers = durable.map(({ seq }) => Number(seq));
  assertEquals(numbers, [...numbers].sort((one, other) => one - other));
});

rule(
  "a catalogue may be empty at first, and holds the keys of its providers",
  async ({ client, directory }) => {
    for (const what of ["model", "provider"]) {
      let text = "";
      for (let attempt = 0; attempt < 50 && !text.includes("apiKey"); attempt++) {
        const query = `location[directory]=${encodeURIComponent(directory)}`;
        text = JSON.stringify((await client.call(`GET /api/${what}?${query}`)).body);
        if (attempt > 0) await delay(20);
      }
      assertMatch(text, /"apiKey":"sk-/);
    }
  },
);

rule("a busy session is interrupted before it is deleted", async (place) => {
  const { client } = place;
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[slow 90 30]]" });
  await client.event("session.text.delta");
  assertEquals((await client.call(`DELETE /api/session/${id}`)).status, 204);
  await client.event("session.deleted");
  const mine = client.events.filter(({ data }) => object(data).sessionID === id);
  const order = mine.map(({ type }) => type).filter((type) =>
    /interrupted|deleted/.test(String(type))
  );
  assertEquals(order, ["session.execution.interrupted", "session.deleted"]);
});

rule(
  "the log of a session has what was stored after a number, and says where it ends",
  async (place) => {
    const { client, url, authorization } = place;
    const id = await session(place);
    await client.call(`POST /api/session/${id}/prompt`, { text: "[[say hi]]" });
    await ended(client);
    const read = async (query: string) => {
      const path = `${url}/api/experimental/session/${id}/log?${query}`;
      const response = await fetch(path, {
        headers: { authorization, accept: "text/event-stream" },
      });
      const lines = (await response.text()).split("\n").filter((line) => line.startsWith("data: "));
      return lines.map((line): Json => JSON.parse(line.slice(6)));
    };
    const all = await read("");
    assertEquals(all.at(-1)?.type, "log.synced");
    assertEquals(all.filter(({ type }) => /created|delta/.test(String(type))), []);
    const { seq } = object(all[2]?.durable);
    const rest = await read(`after=${seq}`);
    assertEquals(rest[0]?.id, all[3]?.id);
  },
);

rule(
  "an agent that does not exist leaves the prompt in the inbox, where it can be withdrawn",
  async (place) => {
    const { client } = place;
    const id = await session(place, { agent: "nope" });
    const prompt = newId("msg");
    await client.call(`POST /api/session/${id}/prompt`, { id: prompt, text: "x" });
    await client.event("session.execution.failed");
    assertEquals((await client.call(`DELETE /api/session/${id}/inbox/${prompt}`)).status, 204);
    assertEquals(array((await client.call(`GET /api/session/${id}/inbox`)).body.data), []);
  },
  ["2.0"],
);

rule("each end of work leaves a mark in the messages and the session", async (place) => {
  const { client } = place;
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[slow 90 30]]" });
  await client.event("session.text.delta");
  const stop = await client.call(`POST /api/session/${id}/interrupt`);
  assertEquals(stop.body, { interrupted: true });
  await client.event("session.execution.interrupted");
  assertEquals((await client.call(`POST /api/session/${id}/interrupt`)).body, {
    interrupted: false,
  });
  const { outcome, time } = object((await client.call(`GET /api/session/${id}`)).body.data);
  assertEquals([outcome, typeof object(time).idle], ["interrupted", "number"]);
  const last = object(
    array((await client.call(`GET /api/session/${id}/message?limit=1`)).body.data)[0],
  );
  assertEquals([last.type, last.outcome], ["idle", "interrupted"]);
}, ["2.0"]);

rule("a directory that is gone is missed at the prompt", async ({ client }) => {
  const { body } = await client.call("POST /api/session", { location: { directory: "/nowhere" } });
  const answer = await client.call(`POST /api/session/${object(body.data).id}/prompt`, {
    text: "x",
  });
  assertEquals([answer.status, answer.body._tag], [404, "LocationNotFoundError"]);
}, ["2.0"]);

rule("a form that is no question has other fields, and can be cancelled", async (place) => {
  const { client } = place;
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[form]]" });
  const { form } = object((await client.event("form.created")).data);
  const { id: formId, metadata } = object(form);
  assertNotEquals(object(metadata).kind, "question");
  assertEquals((await client.call(`DELETE /api/session/${id}/form/${formId}`)).status, 204);
  await ended(client);
}, ["2.0"]);

rule("what broke off goes on in a new message", async (place) => {
  const { client } = place;
  const id = await session(place);
  await client.call(`POST /api/session/${id}/prompt`, { text: "[[cut]]" });
  const one = object((await client.event("session.step.failed")).data).assistantMessageID;
  const other = object((await client.event("session.step.ended")).data).assistantMessageID;
  assertNotEquals(one, other);
  await ended(client);
}, ["2.0"]);

rule("a path of 1.x is a web page, even without the password", async ({ url }) => {
  const page = await fetch(`${url}/global/health`);
  assertEquals([page.status, page.headers.get("content-type")], [200, "text/html"]);
  await page.body?.cancel();
  const post = await fetch(`${url}/session`, { method: "POST" });
  assertEquals(post.status, 405);
  await post.body?.cancel();
}, ["2.0"]);
