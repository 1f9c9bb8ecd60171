import { array, object } from "../../lib/base/json.ts";

/** How OpenClaw begins a message of its own that it puts behind the person's. */
const CONTEXT = /^OpenClaw runtime context/;

/** A model's address that hands requests on to `url`, without what OpenClaw puts behind the prompt. */
export function promptsLast(url: string): AsyncDisposable & { readonly url: string } {
  const { pathname } = new URL(url);
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const target = new URL(url);
      target.pathname = new URL(request.url).pathname;
      const { method } = request;
      if (method !== "POST") return await fetch(target);
      const body = object(await request.json());
      const messages = array(body.messages).filter((message) => !CONTEXT.test(wordsOf(message)));
      const text = JSON.stringify({ ...body, messages });
      return await fetch(target, { method, body: text });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}${pathname}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function wordsOf(message: unknown): string {
  const { content } = object(message);
  return typeof content === "string" ? content : String(object(array(content)[0]).text ?? "");
}
