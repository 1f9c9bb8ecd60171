/** What a server that ended in the middle leaves behind, judged by what the real one left (build of July 2026). */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { array, object, parseJson } from "../../../lib/base/json.ts";
import { tempDir } from "../../helpers.ts";
import { type Client, connect } from "./client.ts";
import { record } from "./json.ts";
import { shape } from "./shape.ts";

const path = (name: string) => fromFileUrl(new URL(name, import.meta.url));

/** Starts the stand-in as a process on a file of its own. */
async function start(file: string) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-lock",
      "--no-check",
      `--config=${path("../../../deno.json")}`,
      path("command.ts"),
      "serve",
    ],
    env: { OPENCODE_DB: file, OPENCODE_PASSWORD: "pw", STAND_IN_DIALECT: "july" },
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let said = "";
  while (!said.includes("\n")) said += (await reader.read()).value ?? "";
  await reader.cancel();
  return { child, url: /http:\S+/.exec(said)?.[0] ?? "" };
}

interface Scene {
  readonly name: string;
  readonly prompt: string;
  /** The event at which the server ends. */
  readonly at: string;
  readonly signal: Deno.Signal;
  readonly queue?: string;
}

const SCENES: readonly Scene[] = [
  { name: "kill9-in-text", prompt: "[[slow 99 20]]", at: "session.text.delta", signal: "SIGKILL" },
  {
    name: "kill9-in-tool",
    prompt: "[[say Run.]] [[bash sleep 1]]",
    at: "shell.created",
    signal: "SIGKILL",
  },
  {
    name: "kill9-with-permission",
    prompt: "[[ask touch x]]",
    at: "permission.v2.asked",
    signal: "SIGKILL",
  },
  {
    name: "kill9-with-queue",
    prompt: "[[slow 99 20]]",
    at: "session.text.delta",
    signal: "SIGKILL",
    queue: "[[say Queued one answered.]]",
  },
  {
    name: "sigterm-in-text",
    prompt: "[[slow 99 20]]",
    at: "session.text.delta",
    signal: "SIGTERM",
  },
  {
    name: "sigterm-in-tool",
    prompt: "[[say Run.]] [[bash sleep 9]]",
    at: "shell.created",
    signal: "SIGTERM",
  },
];

/** The messages and the inbox of a session, as shapes. */
async function state(client: Client, id: string): Promise<unknown[]> {
  const messages = await client.call(`GET /api/session/${id}/message?order=asc`);
  const pending = await client.call(`GET /api/session/${id}/pending`);
  return [array(messages.body.data).map((one) => shape(one)), array(pending.body.data).length];
}

for (const { name, prompt, at, signal, queue } of SCENES) {
  Deno.test(`${name}: the sessions are left and taken up as by the real server`, async () => {
    const file = path(`../../fixtures/opencode2-events/${name}.messages.json`);
    const recorded = record(parseJson(await Deno.readTextFile(file)));
    const expected = (when: string) => {
      const { messages, pending } = object(recorded[when]);
      return [
        array(object(messages).data).map((one) => shape(one)),
        array(object(pending).data).length,
      ];
    };
    await using dir = await tempDir();
    const first = await start(join(dir.path, "db"));
    const before = await connect(first.url, "pw");
    const created = await before.call("POST /api/session", { location: { directory: dir.path } });
    const id = String(object(created.body.data).id);
    await before.call(`POST /api/session/${id}/prompt`, { text: prompt });
    await before.event(at);
    if (queue) {
      await before.call(`POST /api/session/${id}/prompt`, { text: queue, delivery: "queue" });
    }
    assertEquals(await state(before, id), expected("before_kill"));
    first.child.kill(signal);
    assertEquals((await first.child.status).code, signal === "SIGTERM" ? 130 : 137);
    await before[Symbol.asyncDispose]();

    const second = await start(join(dir.path, "db"));
    const after = await connect(second.url, "pw");
    assertEquals(await state(after, id), expected("after_restart"));
    assertEquals((await after.call("GET /api/session/active")).body.data, {});
    assertEquals((await after.call(`GET /api/session/${id}/permission`)).body.data, []);
    await after.call(`POST /api/session/${id}/prompt`, { text: "[[say Answer after restart.]]" });
    await after.event("session.execution.succeeded");
    assertEquals(await state(after, id), expected("after_next_prompt"));
    const failed = after.events.filter(({ type }) => type === "session.tool.failed");
    assert(failed.length === (at === "session.text.delta" || signal === "SIGTERM" ? 0 : 1));
    await after[Symbol.asyncDispose]();
    second.child.kill("SIGTERM");
    await second.child.status;
  });
}
