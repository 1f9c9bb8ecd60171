import { assertEquals } from "@std/assert";
import { postRun } from "../../../lib/bridge/turn/post_run.ts";
import type { Run } from "../../../lib/model/turn.ts";
import type { Endpoint } from "../../../lib/opencode/http/endpoint.ts";
import { Opencode } from "../../../lib/opencode/opencode.ts";
import { memoryLog } from "../../helpers.ts";

const RUN: Run = {
  sessionId: "ses_1",
  directory: "/work",
  userMessageId: "msg_1",
  partId: "prt_000000000000",
  startedAt: 1,
};
const MESSAGE = {
  info: { id: "msg_1", sessionID: "ses_1", role: "user", time: { created: 1 } },
  parts: [],
};
const SHELL = "Look at !`git log`";
const PLAIN = "Look at everything";

/** What a scene is about. */
interface Scene {
  /** The command's text; not told where another server has it. */
  readonly template?: string | undefined;
  readonly typed?: string;
  /** What becomes of the first POST. */
  readonly answer?: "broken" | 500 | 502 | 503 | 504;
  /** The look, counted from 1, at which the message is stored. */
  readonly storedAt?: number;
  /** Where the server listens after that POST, if it was replaced. */
  readonly isReplaced?: boolean;
  readonly isNew?: boolean;
  readonly inDoubt?: boolean;
  /** Whether nobody listens at first. */
  readonly isAway?: boolean;
  /** How the looks fail before that one. */
  readonly look?: 502;
}

const broken = () =>
  new Response(new ReadableStream({ start: (body) => body.error(new Error("cut")) }), {
    headers: { "content-type": "application/json" },
  });
const html = (status: number) =>
  new Response("<h1>Bad Gateway</h1>", { status, headers: { "content-type": "text/html" } });

/** Posts a command in a scene; resolves with how that ends, and how often it was posted. */
async function play(scene: Scene): Promise<{ end: unknown; posts: number; unseen: boolean }> {
  const { template, typed = "", answer, storedAt = Infinity, look } = scene;
  let posts = 0;
  let looks = 0;
  let unseen = false;
  const serve = () =>
    Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen: () => {}, onError: () => html(500) },
      async (request) => {
        await request.text();
        const { pathname } = new URL(request.url);
        if (pathname === "/command") {
          return Response.json([{ name: "review", description: "", template }]);
        }
        if (request.method === "POST") {
          if (++posts > 1 || answer === undefined) return Response.json({});
          return answer === "broken" ? broken() : html(answer);
        }
        if (++looks >= storedAt || (posts > 0 && answer === undefined)) {
          return Response.json(MESSAGE);
        }
        return look === undefined ? Response.json({ name: "Lost" }, { status: 404 }) : html(look);
      },
    );
  await using first = serve();
  await using second = serve();
  let asked = 0;
  const urlOf = ({ addr }: typeof first) => `http://127.0.0.1:${addr.port}`;
  const endpoint = (): Promise<Endpoint> => {
    const isOther = scene.isReplaced === true && posts > 0;
    // A port that nobody listens on.
    const url = scene.isAway && ++asked <= 2
      ? "http://127.0.0.1:2"
      : urlOf(isOther ? second : first);
    return Promise.resolve({ url, isNew: scene.isNew ?? false });
  };
  const log = memoryLog();
  const agent = new Opencode({ endpoint, log, backoffMs: 1 });
  const task = { kind: "command", name: "review", arguments: typed } as const;
  const stopping = new AbortController();
  const posting = postRun(RUN, {
    agent,
    work: { text: "/review", task },
    cancelled: new AbortController().signal,
    inDoubt: scene.inDoubt ?? false,
    log,
    signal: stopping.signal,
    onAway: () => {},
    onUnseen: () => {
      unseen = true;
      // It waits on, for minutes.
      if (storedAt === Infinity) stopping.abort();
    },
  });
  const end = await posting.then(
    (posted) => typeof posted === "object" ? posted.userMessageId : posted,
    (error) => stopping.signal.aborted ? "waits" : error.constructor.name,
  );
  return { end, posts, unseen };
}

/** Each scene, how it ends, and how often the command is posted. */
const SCENES: Readonly<Record<string, readonly [Scene, unknown, number]>> = {
  "taken at once": [{ template: SHELL }, "msg_1", 1],
  // It runs, and is stored when its shell lines have ended.
  "shell lines, connection broken": [
    { template: SHELL, answer: "broken", storedAt: 3 },
    "msg_1",
    1,
  ],
  "shell lines, gateway 502": [{ template: SHELL, answer: 502, storedAt: 3 }, "msg_1", 1],
  "shell lines, gateway 503": [{ template: SHELL, answer: 503, storedAt: 3 }, "msg_1", 1],
  "shell lines, gateway 504": [{ template: SHELL, answer: 504, storedAt: 3 }, "msg_1", 1],
  "shell lines, nothing stored yet": [{ template: SHELL, answer: "broken" }, "waits", 1],
  "shell lines that were typed": [
    { template: PLAIN, typed: "!`date`", answer: "broken" },
    "waits",
    1,
  ],
  "a text that is not told": [{ template: undefined, answer: "broken" }, "waits", 1],
  "shell lines, looks fail too": [
    { template: SHELL, answer: 502, look: 502, storedAt: 6 },
    "msg_1",
    1,
  ],
  "shell lines, opencode replaced": [
    { template: SHELL, answer: "broken", isReplaced: true },
    "unclear",
    1,
  ],
  "no shell lines, connection broken": [{ template: PLAIN, answer: "broken" }, "msg_1", 2],
  "no shell lines, gateway 504": [{ template: PLAIN, answer: 504 }, "msg_1", 2],
  "no shell lines, opencode replaced": [
    { template: PLAIN, answer: "broken", isReplaced: true },
    "msg_1",
    2,
  ],
  // opencode's own word.
  "refused": [{ template: SHELL, answer: 500 }, "ApiError", 1],
  "stored, and failed afterwards": [{ template: SHELL, answer: 500, storedAt: 1 }, "msg_1", 1],
  "nobody listens at first": [{ template: SHELL, isAway: true }, "msg_1", 1],
  "perhaps posted before a crash of the bridge": [
    { template: SHELL, inDoubt: true, storedAt: 2 },
    "msg_1",
    0,
  ],
  "perhaps posted before a crash of both": [
    { template: SHELL, inDoubt: true, isNew: true },
    "unclear",
    0,
  ],
  "no shell lines, perhaps posted before a crash": [
    { template: PLAIN, inDoubt: true, isNew: true },
    "msg_1",
    1,
  ],
};

Deno.test("a command that may have run its shell lines is not posted again", async (test) => {
  // At once, as each waits some seconds between two looks.
  const played = await Promise.all(
    Object.entries(SCENES).map(async ([name, [scene, ...expected]]) =>
      [name, expected, await play(scene)] as const
    ),
  );
  for (const [name, expected, { end, posts }] of played) {
    await test.step(name, () => assertEquals([end, posts], expected));
  }
});
