/** Voice messages, with the program as a process and an endpoint that hears. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { transcriptionServer } from "../speech/transcription_server.ts";
import { World } from "./harness.ts";

Deno.test("a voice message is heard, shown, corrected after a crash, and runs; its key is in no log", async () => {
  await using world = await World.create();
  await using ears = transcriptionServer();
  const { twin } = world;
  const key = "sk-of-the-ears-0123456789";
  const env = { BRIDGE_STT_URL: ears.url, BRIDGE_STT_KEY: key };
  const speak = () => {
    const recording = twin.upload("file", "audio", new Uint8Array(2_000), "audio/ogg");
    return twin.sendRaw({ type: "audio", content: { file_key: recording, duration: 3_000 } });
  };
  const bridge = await world.start([], env);
  ears.answer(() => Response.json({ text: "[[say wrong]]" }));
  const id = speak();
  const card = await world.sees(/^Voice message[^]*say wrong/);
  assertMatch(await world.status(), /Voice: 127\.0\.0\.1:\d+ \(whisper-1\)/);
  await bridge.kill("SIGKILL");
  const next = await world.start([], env);
  twin.redeliver(id);
  twin.say({ text: "[[say right]]", replyTo: card.id });
  await world.sees(/^Done[^]*right/);
  await world.sees(/^Voice message[^]*Running with your words\./);
  await world.settled();
  assertEquals([world.modelRuns("say right"), world.modelRuns("say wrong")], [1, 0]);
  assertEquals(ears.requests.map(({ file }) => file), ["voice.ogg audio/ogg 2000"]);
  assert(![...bridge.lines, ...next.lines].some((line) => line.includes(key)));
});
