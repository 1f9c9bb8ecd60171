import type { Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { Transcriber } from "../../../lib/model/transcriber.ts";
import { json } from "../../helpers.ts";
import { type RouterWorldOptions, startRouter } from "../start_router.ts";

/** What turns speech into text as it is told to. */
export class FakeTranscriber implements Transcriber {
  readonly name = "ear";
  readonly maxMs = 60_000;
  readonly maxBytes = 100;
  /** How many bytes of recordings it has got. */
  readonly heard: number[] = [];
  /** What it hears next. */
  next: () => string | Promise<string> = () => "hello";

  async transcribe({ path }: { readonly path: string }, signal: AbortSignal): Promise<string> {
    this.heard.push((await Deno.stat(path)).size);
    const stopped = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => stopped.reject(signal.reason), { once: true });
    return await Promise.race([Promise.resolve(this.next()), stopped.promise]);
  }
}

/** A bridge that hears, whose opencode has one session that stays busy with its first prompt. */
export async function startVoice(twin: Twin, options: RouterWorldOptions = {}) {
  const prompts: string[] = [];
  let isBusy = false;
  const world = await startRouter(twin, {
    ...options,
    routes: {
      "POST /session": () => ({ id: "ses_1", directory: "/tmp" }),
      "GET /session/ses_1/message": () => [],
      "GET /session/status": () => isBusy ? { ses_1: { type: "busy" } } : {},
      "POST /session/ses_1/abort": () => {
        isBusy = false;
        return true;
      },
      "POST /session/ses_1/prompt_async": () => {
        const body = json(world.requests.at(-1)?.split(" ").slice(2).join(" ") ?? "{}");
        prompts.push(String(Object(Object(body.parts)[0]).text));
        isBusy = true;
        return null;
      },
    },
  });
  return {
    ...world,
    /** What the agent was asked. */
    prompts,
    /** The texts of the turns that run or wait. */
    turns: async () => (await world.store.turns()).map(({ text }) => text),
    /** Sends a voice message, and hands it over; resolves with its id. */
    speak: async (
      more: Partial<IncomingMessage> & { readonly user?: string; readonly ms?: number } = {},
    ): Promise<string> => {
      const { user, ms = 2_000, ...fields } = more;
      const key = twin.upload("file", "audio", new Uint8Array(50), "audio/ogg");
      const content = { file_key: key, duration: ms };
      const id = twin.sendRaw({ type: "audio", content, ...(user && { user }) });
      await world.receive(id, { ...spoken(key, ms), ...fields });
      return id;
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** What tells a voice message from another one. */
export function spoken(key: string, durationMs: number): Partial<IncomingMessage> {
  return { type: "audio", text: "", attachments: [{ kind: "audio", key, durationMs }] };
}
