import { assertEquals, assertThrows } from "@std/assert";
import * as lark from "@larksuiteoapi/node-sdk";
import { decodeFrame, encodeFrame } from "../../../lib/demo/feishu_twin/frames.ts";
import { answerFrame, joined, pingFrame, readFrame } from "../../../lib/feishu/connection/frame.ts";
import { EventSocket } from "../../../lib/feishu/connection/event_socket.ts";
import { memoryLog } from "../../helpers.ts";

const SERVICE = 33554678;
const EVENT = { schema: "2.0", header: { event_type: "a.b_v1", event_id: "1" }, event: { n: 1 } };
const FRAME = {
  SeqID: 0,
  LogID: 0,
  service: SERVICE,
  method: 1,
  headers: [
    { key: "type", value: "event" },
    { key: "message_id", value: "m" },
    {
      key: "sum",
      value: "1",
    },
    { key: "seq", value: "0" },
    { key: "trace_id", value: "汉字" },
  ],
  payload: new TextEncoder().encode(JSON.stringify(EVENT)),
};
const bytesOf = (frame: typeof FRAME) => new Uint8Array(encodeFrame(frame));

Deno.test("a frame is read as it was written, and answered with all of its fields", () => {
  const frame = readFrame(bytesOf(FRAME));
  assertEquals(frame.method, 1);
  assertEquals([...frame.headers], FRAME.headers.map(({ key, value }) => [key, value]));
  assertEquals(frame.payload, FRAME.payload);
  assertEquals(decodeFrame(answerFrame(frame, { code: 200 }, 7)), {
    ...FRAME,
    headers: [...FRAME.headers, { key: "biz_rt", value: "7" }],
    payload: new TextEncoder().encode('{"code":200}'),
  });
});

Deno.test("ids of 64 bits, and fields that nobody knows, go back as they came", () => {
  // 2^64 - 1 as SeqID, a text as field 9, eight bytes as field 20, four as field 21.
  const odd = [
    new Uint8Array([8, ...Array(9).fill(255), 1]),
    new Uint8Array([32, 1]),
    new Uint8Array([74, 2, 104, 105]),
    new Uint8Array([161, 1, 1, 2, 3, 4, 5, 6, 7, 8]),
    new Uint8Array([173, 1, 1, 2, 3, 4]),
  ];
  const answer = readFrame(answerFrame(readFrame(joined(odd)), {}, 0));
  const kept = answer.fields.filter(({ number }) => ![5, 8].includes(number));
  assertEquals(kept.map(({ bytes }) => bytes), odd);
});

Deno.test("what is cut off or no frame is refused, wherever the cut is", () => {
  const whole = bytesOf({ ...FRAME, payload: new Uint8Array(300) });
  for (let length = 0; length < whole.length; length++) {
    // Fields may be missing at the end, but none is half there.
    const read = () => readFrame(whole.slice(0, length)).payload.length;
    try {
      assertEquals(read(), 0);
    } catch {
      assertThrows(read, RangeError);
    }
  }
  assertThrows(() => readFrame(new Uint8Array([255, 0, 1, 2, 3])), RangeError);
  assertThrows(() => readFrame(new Uint8Array(30).fill(255)), RangeError);
});

/** What a client sends to a server: its first ping, and how it answers an event. */
async function sentBy(connect: (server: string) => { close: () => void }) {
  const sent: Uint8Array[] = [];
  const answered = Promise.withResolvers<void>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { host } = new URL(request.url);
    if (request.headers.get("upgrade") !== "websocket") {
      const URL = `ws://${host}/?device_id=1&service_id=${SERVICE}&ticket=t`;
      const data = { URL, ClientConfig: { PingInterval: 90 } };
      return Response.json({ code: 0, msg: "", data });
    }
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(bytesOf(FRAME));
    socket.onmessage = ({ data }) => {
      if (sent.push(new Uint8Array(data)) === 2) answered.resolve();
    };
    return response;
  });
  const client = connect(`127.0.0.1:${server.addr.port}`);
  try {
    await answered.promise;
  } finally {
    client.close();
  }
  const [ping, answer] = sent.sort((a, b) => a.length - b.length);
  const { headers, ...rest } = decodeFrame(answer ?? new Uint8Array());
  return { ping, ...rest, headers: headers.filter(({ key }) => key !== "biz_rt") };
}

Deno.test("the official SDK sends the same ping, and the same answer to an event", async () => {
  const events: unknown[] = [];
  const silence = () => {};
  const logger = { error: silence, warn: silence, info: silence, debug: silence, trace: silence };
  const handlers = {
    "a.b_v1": (event: unknown) => {
      events.push(event);
      return Promise.resolve({ toast: { content: "汉字" } });
    },
  };
  const theirs = await sentBy((server) => {
    const client = new lark.WSClient({
      appId: "cli_0123456789abcdef",
      appSecret: "s",
      domain: `http://${server}`,
      logger,
      autoReconnect: false,
      httpInstance: {
        request: ({ url = "" }: { url?: string }) =>
          fetch(url, { method: "POST" }).then((answer) => answer.json()),
      } as unknown as lark.HttpInstance,
    });
    client.start({ eventDispatcher: new lark.EventDispatcher({ logger }).register(handlers) });
    return { close: () => client.close({ force: true }) };
  });
  const ours = await sentBy((server) => {
    const socket = new EventSocket({
      address: { url: `ws://${server}/`, service: SERVICE, pingMs: undefined },
      agent: undefined,
      handlers,
      onOpen: () => {},
      onEnd: () => {},
      log: memoryLog(),
    });
    return { close: () => socket.close(false) };
  });
  assertEquals(ours, theirs);
  assertEquals(ours.ping, pingFrame(SERVICE));
  // The SDK adds the type under a symbol of its own.
  assertEquals({ ...events[1] as object }, JSON.parse(JSON.stringify(events[0])));
});
