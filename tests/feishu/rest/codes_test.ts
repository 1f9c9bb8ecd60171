import { assertEquals } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import { codeMeaning, meaningOf, type Reaction } from "../../../lib/feishu/rest/codes.ts";

Deno.test("the error that 230099 wraps is told by its code and its words", () => {
  const said = (inner: number, words: string, path = "") =>
    `Failed to create card content, ext=ErrCode: ${inner}; ${path}ErrMsg: ${words}; ErrorValue: ; `;
  const path = "ErrPath: ROOT -> body -> elements -> [0](tag: markdown); ";
  const cases: [string, Reaction][] = [
    ["Failed to create card content, ext=ErrCode: 11310; ErrMsg: card action is lock; ", "wait"],
    [said(11310, "card action is lock"), "wait"],
    [said(11310, "Card Action Is Lock", path), "wait"],
    [said(11310, "element exceeds the limit", path), "degrade"],
    [said(11310, "card table number over limit", path), "degrade"],
    [said(11310, "form's name is required"), "degrade"],
    [said(11310, "something new"), "degrade"],
    [said(11310, "cardid is invalid"), "fresh-card"],
    [said(200740, "card id not exist", "ErrPath: ROOT; "), "fresh-card"],
    [said(300308, "card is dead"), "fresh-card"],
    [said(200621, "parse card json err"), "degrade"],
    [said(100290, "user id is invalid; card action is lock"), "degrade"],
    ["Failed to create card content", "degrade"],
    ["", "degrade"],
  ];
  for (const [msg, reaction] of cases) {
    const method = "PATCH im/v1/messages/om_1";
    assertEquals(codeMeaning(230099, method, msg).reaction, reaction, msg);
    // As the error of a call has it.
    const details = { service: "feishu", method, code: 230099, retryable: false } as const;
    const error = new ApiError(`Feishu refused: card content refused: ${msg}`, details);
    assertEquals(meaningOf(error)?.reaction, reaction, msg);
  }
  assertEquals(codeMeaning(230001, "", said(11310, "card action is lock")).reaction, "degrade");
});

Deno.test("a wait is for one chat, message or card, or for the API that was called", () => {
  const lock = codeMeaning(230099, "", "ErrCode: 11310; ErrMsg: card action is lock; ");
  const all = [230020, 200810, 99991400, 11232, 2200].map((code) => codeMeaning(code));
  assertEquals([lock, ...all].map(({ limits }) => limits), [
    ...["target", "target", "target", undefined, undefined, undefined],
  ]);
  for (const { afterMs = 0 } of [lock, codeMeaning(200810)]) {
    assertEquals(afterMs >= 500 && afterMs <= 1_000, true, String(afterMs));
  }
});

Deno.test("an unknown code means that a simpler message may pass", () => {
  for (const code of [200621, 300301, 1, 987654321]) {
    assertEquals(codeMeaning(code).reaction, "degrade");
  }
  assertEquals(codeMeaning(200621).meaning, "card content refused");
  // A file that cannot be loaded is no card.
  for (const code of [234003, 230999, 210000, 310000]) {
    assertEquals(
      codeMeaning(code, "GET im/v1/messages/om_1/resources/file_1").meaning,
      "not accepted",
    );
  }
});

Deno.test("an unknown code of the platform is no refusal of the content", () => {
  for (const code of [99991201, 99991543, 99991676, 99992351, 99992361]) {
    assertEquals(codeMeaning(code, "POST im/v1/messages").reaction, "stop", String(code));
  }
  assertEquals(codeMeaning(99992402, "POST im/v1/messages").reaction, "degrade");
});

Deno.test("each refusal of the connection endpoint says what to do", () => {
  const method = "POST /callback/ws/endpoint";
  const reactions: [number, Reaction][] = [
    [1, "wait"],
    [1000040343, "wait"],
    [1000040345, "wait"],
    [1000040350, "wait"],
    [1000040351, "credentials"],
  ];
  for (const [code, reaction] of reactions) {
    assertEquals(codeMeaning(code, method).reaction, reaction, String(code));
  }
  for (const code of [403, 514, 1000040346]) {
    assertEquals(codeMeaning(code, method).meaning === "not accepted", false, String(code));
  }
});
