/** Against the real opencode. No model is asked. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../lib/base/errors.ts";
import { EventStream } from "../../lib/opencode/http/event_stream.ts";
import { messageId, partId } from "../../lib/opencode/ids.ts";
import { WireV1 } from "../../lib/opencode/v1/wire_v1.ts";
import { probeGeneration } from "../../lib/opencode/server/generation.ts";
import { read } from "../../lib/opencode/transcript/reading.ts";
import { fold, load, setStatus } from "../../lib/opencode/transcript/fold.ts";
import { Transcript } from "../../lib/opencode/transcript/transcript.ts";
import type { SessionEvent } from "../../lib/opencode/transcript/event.ts";
import { startOpencode } from "../real_opencode.ts";
import { until } from "../until.ts";

Deno.test({
  name: "the real opencode understands us",
  async fn() {
    await using server = await startOpencode({ share: "disabled", enabled_providers: ["none"] });
    const { directory, password } = server;
    const controller = new AbortController();
    const { signal } = controller;
    const endpoint = () => Promise.resolve({ url: server.url, password });
    const api = new WireV1({ endpoint });
    assertEquals((await probeGeneration({ url: server.url, password })).generation, 1);

    const events: SessionEvent[] = [];
    let gaps = 0;
    const stream = new EventStream({
      source: async () => ({ endpoint: await endpoint(), ...api.stream }),
      onEvent: (event) => events.push(event),
      onGap: () => gaps++,
    });
    const running = stream.run(signal);
    try {
      await until("the stream is open, and the server listens", () => gaps === 2, 30_000);

      const session = await api.createSession(directory, signal);
      assertEquals(session.directory, directory);
      await until("its event came", () => events.some((e) => e.type === "session"), 30_000);
      const ref = { id: session.id, directory };
      assertEquals((await api.session(ref, signal))?.id, session.id);
      assertEquals((await api.sessions({ directory }, signal)).map(({ id }) => id), [session.id]);
      assertEquals((await api.status(directory, signal)).size, 0);
      assertEquals(await api.messages(ref, {}, signal), []);
      await api.abort(ref, signal);

      const lost = { id: `ses_${"0".repeat(26)}`, directory };
      assertEquals(await api.session(lost, signal), undefined);
      assertEquals(await api.message(ref, messageId(), signal), undefined);
      const error = await assertRejects(() => api.messages(lost, {}, signal), ApiError);
      assertEquals(error.code, 404);
      assertEquals(await api.requests(directory, signal), []);
      const reply = api.replyPermission(directory, "per_0", { reply: "once" }, signal);
      assertEquals((await assertRejects(() => reply, ApiError)).code, 404);
      const agents = await api.agents(directory, signal);
      assert(agents.some(({ name, mode }) => name === "build" && mode === "primary"));
      assertEquals(await api.providers(directory, signal), []);
      assert((await api.commands(directory, signal)).some(({ name }) => name === "init"));

      // A model that does not exist: the prompt is stored and its turn ends with an error.
      const turn = {
        sessionId: session.id,
        directory,
        userMessageId: messageId(),
        partId: partId(),
        startedAt: Date.now(),
        model: "none/such",
        effort: "high",
      };
      const parts = [{ id: turn.partId, type: "text", text: "hello" } as const];
      const t = new Transcript(session.id, turn.userMessageId);
      await api.prompt(turn, parts, signal);
      await api.prompt(turn, parts, signal);
      await until("the turn has ended", () => {
        for (const event of events.splice(0)) fold(t, event);
        return read(t).phase === "idle";
      });
      const reading = read(t);
      assertEquals(reading.error?.message, "Model not found: none/such.");
      assertEquals([reading.accepted, reading.started, reading.phase], [true, false, "idle"]);
      const messages = await api.messages(ref, { limit: 10 }, signal);
      assertEquals(messages.map(({ info, parts }) => [info.id, parts.length]), [
        [turn.userMessageId, 1],
      ]);
      load(t, messages);
      setStatus(t, (await api.status(directory, signal)).get(session.id));
      assertEquals(read(t), reading);

      await api.rename(ref, "Mine", signal);
      const copy = await api.fork(ref, undefined, signal);
      assertEquals([copy.title, copy.parentId], ["Mine (fork #1)", undefined]);
      assertEquals((await api.messages(copy, {}, signal)).length, 1);
      const empty = await api.fork(ref, turn.userMessageId, signal);
      assertEquals(await api.messages(empty, {}, signal), []);
      // The configuration forbids it.
      await assertRejects(() => api.share(ref, true, signal), ApiError);
      assertEquals((await api.share(ref, false, signal)).sharedAt, undefined);
      assertEquals(await api.forgetRules(directory, [], signal), true);

      await Deno.writeTextFile(`${directory}/opencode.json`, '{"a": {"apiKey": "sk-hidden",, }}');
      await Deno.mkdir(`${directory}/sub`);
      const broken = api.agents(`${directory}/sub`, signal);
      const { message } = await assertRejects(() => broken, ApiError);
      assert(message.includes("opencode.json is broken: "), message);
      assert(!message.includes("sk-hidden"), message);
    } finally {
      controller.abort();
      await running;
    }
    assert(!stream.open);
  },
});
