import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, isRetryable, NetworkError, UsageError } from "../../../lib/base/errors.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import type { RestFault } from "../../../lib/demo/feishu_twin/fault_rules.ts";
import type { FeishuApi } from "../../../lib/feishu/rest/api.ts";
import { meaningOf, type Reaction } from "../../../lib/feishu/rest/codes.ts";
import { feishuApi, tempDir } from "../../helpers.ts";
import { IMAGES } from "../../demo/feishu_twin/images.ts";

const signal = new AbortController().signal;
const text = { type: "text", content: '{"text":"x"}' } as const;
const card = { type: "interactive", content: "{}" } as const;

/** A call, with the requests that it makes. `id` is a fresh one for each, so that no limit of one is kept. */
interface Call {
  readonly request: RegExp;
  readonly make: (api: FeishuApi, id: string, dir: string) => Promise<unknown>;
}

const cardkit = (method: string, path = "", data = {}) => (api: FeishuApi, id: string) =>
  api.call(method, `cardkit/v1/cards${path.replace("ID", id)}`, { data, target: id }, signal);

const CALLS: Readonly<Record<string, Call>> = {
  send: {
    request: /^POST \S+v1\/messages$/,
    make: (api, id) => api.send({ chatId: id }, text, "u", signal),
  },
  reply: {
    request: /^POST \S+\/reply$/,
    make: (api, id) => api.send({ chatId: id, replyTo: id }, text, "u", signal),
  },
  patch: { request: /^PATCH \S+v1\/messages/, make: (api, id) => api.edit(id, card, signal) },
  put: { request: /^PUT \S+v1\/messages/, make: (api, id) => api.edit(id, text, signal) },
  react: { request: /^POST \S+\/reactions$/, make: (api, id) => api.react(id, "OK", signal) },
  image: {
    request: /^POST \S+v1\/images$/,
    make: (api, _, dir) => api.upload(`${dir}/a.png`, signal),
  },
  file: {
    request: /^POST \S+v1\/files$/,
    make: (api, _, dir) => api.upload(`${dir}/a.txt`, signal),
  },
  get: { request: /^GET \S+v1\/messages\/\w+$/, make: (api, id) => api.messages(id, signal) },
  list: {
    request: /^GET \S+v1\/messages$/,
    make: (api, id) => api.historyPage({ chatId: id }, {}, signal),
  },
  download: {
    request: /^GET \S+\/resources\//,
    make: (api, id, dir) =>
      api.download(
        id,
        { kind: "file", key: "k" },
        `${dir}/${id}`,
        () => Promise.resolve(true),
        signal,
      ),
  },
  "card create": { request: /^POST \S+\/cards$/, make: cardkit("POST") },
  "card element": {
    request: /^PUT \S+\/content$/,
    make: cardkit("PUT", "/ID/elements/text/content"),
  },
  "card settings": { request: /^PATCH \S+\/settings$/, make: cardkit("PATCH", "/ID/settings") },
  "card put": { request: /^PUT \S+\/cards\/\w+$/, make: cardkit("PUT", "/ID") },
};

/** What the codes mean everywhere, unless {@linkcode SPECIAL} says otherwise. */
const EVERYWHERE: Readonly<Partial<Record<Reaction, readonly number[]>>> = {
  wait: [
    ...[2200, 11232, 11247, 99991400, 200810, 230020, 230049, 231015, 232096, 234019, 300120],
  ],
  renew: [99991661, 99991663, 99991664, 99991665, 99991668, 99991671, 99991677],
  "used-up": [99991403],
  resend: [230011, 230019, 230031, 230050, 230110, 230111, 231003],
  degrade: [
    ...[1, 1500, 230001, 230022, 230025, 230028, 230054, 230055, 230099, 234006, 234010, 234011],
    ...[234039, 99992402, 200621, 300301, 987654321],
  ],
  stop: [
    ...[10003, 10014, 230002, 230006, 230012, 230013, 230017, 230018, 230027, 230029, 230034],
    ...[230035, 230036, 230038, 230053, 232009, 99991401, 99991662, 99991672, 99991673, 99991679],
  ],
};

type Special = Readonly<Record<number, Reaction>>;
const CARDKIT: Special = {
  ...{ 99991672: "unavailable", 99991679: "unavailable", 200850: "reopen", 300309: "reopen" },
  ...{ 300317: "renumber", 300310: "rewrite", 300313: "rewrite" },
  ...{ 200740: "resend", 200750: "resend", 300308: "resend", 300311: "resend" },
};
const EDIT: Special = { 230071: "resend", 230072: "resend", 230073: "stop", 230075: "resend" };

/** What codes mean at some calls only. */
const SPECIAL: Readonly<Record<string, Special>> = {
  send: { 230075: "stop" },
  reply: { 230071: "resend", 230072: "resend", 230075: "stop" },
  put: EDIT,
  patch: EDIT,
  get: { 230011: "gone", 230110: "gone", 231003: "gone" },
  list: { 230073: "stop" },
  download: { 234037: "stop", 234043: "stop" },
  ...{ "card create": CARDKIT, "card element": CARDKIT, "card settings": CARDKIT },
  "card put": CARDKIT,
};

const PASSING: readonly Reaction[] = ["wait", "renew", "used-up"];

/** Makes a call while Feishu answers it with a fault. */
async function failed(
  twin: Twin,
  api: FeishuApi,
  name: string,
  dir: string,
  fault: Omit<RestFault, "match">,
): Promise<unknown> {
  const call = CALLS[name];
  assert(call !== undefined);
  // An image that is refused goes as a file.
  const match = name === "image" ? /^POST \S+v1\/(images|files)$/ : call.request;
  twin.faults.fail({ match, ...fault });
  const id = `om${crypto.randomUUID().replaceAll("-", "")}`;
  return await call.make(api, id, dir).then(() => undefined, (error) => error);
}

async function files(dir: string): Promise<void> {
  await Deno.writeFile(`${dir}/a.png`, IMAGES.png?.(1, 1) ?? new Uint8Array());
  await Deno.writeTextFile(`${dir}/a.txt`, "text");
}

for (const name of Object.keys(CALLS)) {
  Deno.test(`each code has its reaction at ${name}`, async () => {
    await using twin = await startTwin();
    await using dir = await tempDir();
    await files(dir.path);
    const api = feishuApi(twin);
    const everywhere = Object.entries(EVERYWHERE).flatMap(([reaction, codes]) =>
      (codes ?? []).map((code) => [code, reaction] as const)
    );
    const special = SPECIAL[name] ?? {};
    const expected = { ...Object.fromEntries(everywhere), ...special };
    for (const [code, reaction] of Object.entries(expected)) {
      const twice = reaction === "renew" || (reaction === "degrade" && name === "image");
      const fault = { status: 400, code: Number(code), msg: "why", times: twice ? 2 : 1 };
      const error = await failed(twin, api, name, dir.path, fault);
      assert(error instanceof ApiError, `${name} ${code}: ${error}`);
      assertEquals(
        [error.code, meaningOf(error)?.reaction, error.retryable],
        [Number(code), reaction, PASSING.some((one) => one === reaction)],
        `${name} ${code}`,
      );
    }
  });
}

Deno.test("each code has its reaction at the token", async () => {
  await using twin = await startTwin();
  const fetchToken = (code: number) => {
    twin.faults.fail({ match: /tenant_access_token/, status: 200, code, msg: "why" });
    return feishuApi(twin).checkCredentials();
  };
  for (const code of [10003, 10012, 10013, 10014, 10015]) {
    const error = await assertRejects(() => fetchToken(code), UsageError);
    assertEquals(error.exitCode, 1);
  }
  for (const [code, passes] of [[2200, true], [99991400, true], [99991662, false]] as const) {
    const error = await assertRejects(() => fetchToken(code), ApiError);
    assertEquals([error.code, error.retryable], [code, passes]);
  }
});

const BODIES = ["", "null", "[]", '"ok"', '{"code":0,', '{"code":"0"}', "<html>busy</html>"];

for (const name of Object.keys(CALLS)) {
  Deno.test(`an answer that is no JSON, or has no code, is one of a gateway at ${name}`, async () => {
    await using twin = await startTwin();
    await using dir = await tempDir();
    await files(dir.path);
    const api = feishuApi(twin);
    // A file may be anything.
    const statuses = name === "download" ? [403, 502] : [200, 403, 502];
    for (const status of statuses) {
      for (const body of BODIES) {
        const error = await failed(twin, api, name, dir.path, { status, body });
        // Nobody knows what became of it.
        const isOpen = status === 502;
        assertEquals(error instanceof NetworkError, isOpen, `${name} ${status} ${body}: ${error}`);
        assert(isRetryable(error), `${name} ${status} ${body}: ${error}`);
      }
    }
    const times = name === "image" ? 2 : 1;
    const large = await failed(twin, api, name, dir.path, { status: 413, html: true, times });
    assert(large instanceof ApiError && !large.retryable && large.code === 413);
  });
}

Deno.test("the page of a proxy is no file, and a page that somebody sent is one", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const api = feishuApi(twin);
  const load = (id: string, key: string, name: string) => {
    const attachment = { kind: "file", key, name } as const;
    return api.download(id, attachment, `${dir.path}/x`, () => Promise.resolve(true), signal);
  };
  const pages = [["x.html", "<html>mine</html>", "text/html; charset=utf-8"], [
    "x.json",
    '{"mine":1}',
    "application/json",
  ]] as const;
  for (const [name, content, mime] of pages) {
    const key = twin.upload("file", name, new TextEncoder().encode(content), mime);
    const id = twin.sendRaw({ type: "file", content: { file_key: key, file_name: name } });
    for (const fault of [{ html: true }, { body: "{}" }, { body: '{"code":0}' }]) {
      twin.faults.fail({ match: /resources/, status: 200, ...fault });
      const error = await assertRejects(() => load(id, key, "x.zip"), Error);
      assert(isRetryable(error), String(error));
    }
    await load(id, key, name);
    assertEquals(await Deno.readTextFile(`${dir.path}/x`), content);
  }
});

Deno.test("a refusal with the status of success is no file", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  const key = twin.upload("file", "x.zip", new Uint8Array([1]), "application/zip");
  const id = twin.sendRaw({ type: "file", content: { file_key: key, file_name: "x.zip" } });
  twin.faults.fail({ match: /resources/, status: 200, code: 234037, msg: "too large" });
  const attachment = { kind: "file", key, name: "x.zip" } as const;
  const granted = () => Promise.resolve(true);
  const error = await assertRejects(
    () => feishuApi(twin).download(id, attachment, `${dir.path}/x`, granted, signal),
    ApiError,
  );
  assertEquals([error.code, error.retryable], [234037, false]);
  await assertRejects(() => Deno.stat(`${dir.path}/x`), Deno.errors.NotFound);
});
