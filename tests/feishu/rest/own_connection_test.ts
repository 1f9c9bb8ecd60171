import { assertEquals, assertRejects } from "@std/assert";
import { NetworkError } from "../../../lib/base/errors.ts";
import { requestJson } from "../../../lib/feishu/rest/http.ts";

/** A server behind a way on which connections can die without a word to either end. */
function startServer() {
  const both = Promise.withResolvers<void>();
  let asked = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async () => {
    // The first two are answered together, so that each has a connection.
    if (++asked === 2) both.resolve();
    await both.promise;
    return Response.json({ code: 0, text: "x".repeat(1_000_000) });
  });
  const way = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ends: Deno.TcpConn[] = [];
  const dead = new Set<Deno.TcpConn>();
  const carry = async (from: Deno.TcpConn, to: Deno.TcpConn) => {
    const buffer = new Uint8Array(65_536);
    for (let n = await from.read(buffer); n !== null; n = await from.read(buffer)) {
      for (let sent = 0; sent < n && !dead.has(from);) {
        sent += await to.write(buffer.subarray(sent, n));
      }
    }
  };
  const carrying: Promise<unknown>[] = [];
  const accepting = (async () => {
    for await (const near of way) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
      ends.push(near, far);
      carrying.push(...[carry(near, far), carry(far, near)].map((one) => one.catch(() => {})));
    }
  })();
  return {
    url: `http://127.0.0.1:${way.addr.port}/open-apis/bot/v3/info`,
    connections: () => ends.length / 2,
    /** From now on nothing passes on the connections that there are. */
    die: () => ends.forEach((end) => dead.add(end)),
    async [Symbol.asyncDispose]() {
      way.close();
      await accepting;
      for (const end of ends) end.close();
      await Promise.all(carrying);
      await server.shutdown();
    },
  };
}

Deno.test("after a call without an answer, the next uses none of the connections that were kept", async () => {
  await using server = startServer();
  const { url } = server;
  await Promise.all([requestJson({ url }), requestJson({ url })]);
  assertEquals(server.connections(), 2);
  server.die();
  await assertRejects(() => requestJson({ url, timeout: 100 }), NetworkError);
  const { text } = await requestJson({ url });
  assertEquals(String(text).length, 1_000_000);
  assertEquals(server.connections(), 3);
});
