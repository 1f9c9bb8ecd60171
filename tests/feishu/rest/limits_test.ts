import { assertEquals } from "@std/assert";
import { limitsOf } from "../../../lib/feishu/rest/limits.ts";

const second = (count: number) => ({ count, ms: 1_000 });
const api = (key: string) => ({ key, windows: [second(50), { count: 1_000, ms: 60_000 }] });

Deno.test("a call has the limits of what it changes and of its API, whatever the ids are", () => {
  const cases: [method: string, path: string, name: string][] = [
    ["POST", "im/v1/messages?receive_id_type=chat_id", "POST im/v1/messages"],
    ["GET", "im/v1/messages?container_id=oc_1&page_token=a/b", "GET im/v1/messages"],
    ["PATCH", "im/v1/messages/om_1", "PATCH im/v1/messages/:id"],
    ["PUT", "im/v1/messages/om_1", "PUT im/v1/messages/:id"],
    ["POST", "im/v1/messages/om_1/reply", "POST im/v1/messages/:id/reply"],
    [
      "GET",
      "im/v1/messages/om_1/resources/file_2?type=file",
      "GET im/v1/messages/:id/resources/:id",
    ],
    ["POST", "im/v1/images", "POST im/v1/images"],
    ["GET", "bot/v3/info", "GET bot/v3/info"],
    ["POST", "cardkit/v1/cards", "POST cardkit/v1/cards"],
    [
      "PUT",
      "cardkit/v1/cards/7/elements/text/content",
      "PUT cardkit/v1/cards/:id/elements/:id/content",
    ],
    ["PATCH", "cardkit/v1/cards/7/settings", "PATCH cardkit/v1/cards/:id/settings"],
  ];
  for (const [method, path, name] of cases) {
    assertEquals(limitsOf(method, path), [api(name)], path);
  }
});

Deno.test("machines that share an app take a part of each API, and of what they change all", () => {
  const parts = [second(16), { count: 333, ms: 60_000 }];
  assertEquals(limitsOf("POST", "im/v1/messages", "oc_1", 3), [
    { key: "oc_1", windows: [second(5)] },
    { key: "POST im/v1/messages", windows: parts },
  ]);
  const [{ windows: [most] = [] } = {}] = limitsOf("GET", "bot/v3/info", undefined, 99);
  assertEquals(most, second(1));
});

Deno.test("five changes a second of a chat or message, ten of a card", () => {
  const send = limitsOf("POST", "im/v1/messages", "oc_1");
  assertEquals(send, [{ key: "oc_1", windows: [second(5)] }, api("POST im/v1/messages")]);
  assertEquals(limitsOf("PUT", "cardkit/v1/cards/7", "7"), [
    { key: "7", windows: [second(10)] },
    api("PUT cardkit/v1/cards/:id"),
  ]);
});
