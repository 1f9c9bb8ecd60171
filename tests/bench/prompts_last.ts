import { array, object } from "../../lib/base/json.ts";

/** How OpenClaw begins a message of its own that it puts behind the person's; newer ones mark a part of one. */
const CONTEXT = /^OpenClaw runtime context/;
const MARKED =
  /<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>[^]*?(?:<<<END_OPENCLAW_INTERNAL_CONTEXT>>>|$)/g;

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
      const messages = array(body.messages).flatMap((message) => {
        const words = wordsOf(message);
        const rest = words.replace(MARKED, "").trim();
        if (CONTEXT.test(words) || (words !== "" && rest === "")) return [];
        return rest === words.trim() ? [message] : [{ ...object(message), content: rest }];
      });
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
