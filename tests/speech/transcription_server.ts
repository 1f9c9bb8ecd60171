/** What somebody asked a {@linkcode transcriptionServer}. */
export interface TranscriptionRequest {
  readonly path: string;
  readonly authorization: string | null;
  readonly fields: Readonly<Record<string, string>>;
  /** The name, type and size of the file. */
  readonly file: string | undefined;
}

/** A server in the place of one that turns speech into text. */
export interface TranscriptionServer extends AsyncDisposable {
  /** Its base URL. */
  readonly url: string;
  readonly requests: readonly TranscriptionRequest[];
  /** What it answers next, one after the other; the last one again and again. */
  answer(...answers: readonly (() => Response | Promise<Response>)[]): void;
}

/** Starts it on a free port; it hears “hello” until it is told to answer something else. */
export function transcriptionServer(): TranscriptionServer {
  const requests: TranscriptionRequest[] = [];
  let answers: readonly (() => Response | Promise<Response>)[] = [
    () => Response.json({ text: "hello" }),
  ];
  const closing = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: closing.signal, onListen: () => {} },
    async (request) => {
      const form = await request.formData();
      const file = form.get("file");
      requests.push({
        path: new URL(request.url).pathname,
        authorization: request.headers.get("authorization"),
        fields: Object.fromEntries(
          [...form].filter((entry): entry is [string, string] => typeof entry[1] === "string"),
        ),
        file: file instanceof File ? `${file.name} ${file.type} ${file.size}` : undefined,
      });
      const [next] = answers;
      if (answers.length > 1) answers = answers.slice(1);
      return await next?.() ?? new Response(null, { status: 500 });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/v1`,
    requests,
    answer: (...next) => answers = next,
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await server.finished;
    },
  };
}
