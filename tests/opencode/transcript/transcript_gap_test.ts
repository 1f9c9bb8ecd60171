import { assert, assertEquals } from "@std/assert";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { fold, load, setStatus } from "../../../lib/opencode/transcript/fold.ts";
import type { SessionEvent } from "../../../lib/opencode/transcript/event.ts";
import { stored } from "../recordings.ts";
import { distinct, foldAll, readings, turn, upToDelta } from "../turns.ts";

Deno.test("what was missed takes its place before what was seen", () => {
  const whole = turn("parallel");
  const toolId = (event: SessionEvent) =>
    event.type === "part" && event.part.type === "tool" ? event.part.id : undefined;
  const first = whole.events.map(toolId).find((id) => id !== undefined) ?? "";
  const late = turn("parallel");
  foldAll(late.t, whole.events.filter((event) => toolId(event) !== first));
  foldAll(whole.t, whole.events);
  load(late.t, stored(whole.frames, whole.sessionId).messages);
  assertEquals(read(late.t), read(whole.t));

  const { t, events, frames, sessionId } = turn("bash");
  const second = events.findLastIndex((event) =>
    event.type === "message" && event.info.role === "assistant" &&
    event.info.finish === undefined
  );
  foldAll(t, events.slice(0, 3));
  foldAll(t, events.slice(second));
  load(t, stored(frames, sessionId).messages);
  assertEquals(read(t).text, "I will run a command.\n\nDone: command ran.");
});

Deno.test("events that are older than what was read show nothing older", () => {
  const { t, events, frames, sessionId } = turn("bash");
  const { messages } = stored(frames, sessionId);
  foldAll(t, events.slice(0, 3));
  load(t, messages);
  for (const { text, tools } of readings(t, events.slice(3))) {
    assertEquals([text, tools[0]?.state], [read(t).text, "completed"]);
  }
});

Deno.test("after a gap a text keeps what it had until it comes whole", () => {
  const { t, events, frames, sessionId } = turn("sync_disconnect");
  const lost = upToDelta(events, 4);
  const back = upToDelta(events, 7);
  foldAll(t, events.slice(0, lost));
  fold(t, { type: "connected" });
  load(t, stored(frames.slice(0, back), sessionId).messages);
  const texts = distinct(readings(t, events.slice(back)).map(({ text }) => text));
  assertEquals(texts.length, 2);
  assertEquals(texts[0], "tick0 tick1 tick2 tick3 ");
  assert(texts[1]?.endsWith("tick15 "));
});

Deno.test("reading the session while the stream is whole does not stop a text from growing", () => {
  for (const seen of [0, 4]) {
    const { t, events, frames, sessionId } = turn("sync_disconnect");
    const middle = upToDelta(events, seen + 1) - 1;
    foldAll(t, events.slice(0, middle));
    load(t, stored(frames.slice(0, middle), sessionId).messages);
    foldAll(t, events.slice(middle, middle + 1));
    assert(read(t).text.endsWith(`tick${seen} `));
  }
});

Deno.test("of a message that has ended, the stored text counts, whatever its stream seemed to say", () => {
  const { t, events, frames, sessionId } = turn("text");
  // A stream that says each piece twice, and does not say that the text has ended.
  for (const event of events) {
    const isEnd = event.type === "part" && event.part.type === "text" && event.part.ended;
    if (!isEnd) fold(t, event);
    if (event.type === "delta") fold(t, event);
  }
  assertEquals(read(t).text, "Hello Hello from the from the fake model.fake model.");
  const open = stored(frames, sessionId).messages.map(({ info, parts }) => ({
    info,
    parts: parts.map((part) => part.type === "text" ? { ...part, ended: false } : part),
  }));
  load(t, open);
  assertEquals(read(t).text, "Hello from the fake model.");
});

Deno.test("a text whose begin was missed shows nothing before it is whole", () => {
  const { t, events, frames, sessionId } = turn("sync_disconnect");
  const middle = upToDelta(events, 4);
  load(t, stored(frames.slice(0, middle), sessionId).messages);
  const texts = distinct(readings(t, events.slice(middle)).map(({ text }) => text));
  assertEquals([texts.length, texts[0]], [2, ""]);
});

Deno.test("a session's messages give each turn what is its own", () => {
  const turns: [string, number][] = [
    ["sync", 0],
    ["sync", 1],
    ["second_prompt_abort", 0],
    [
      "second_prompt_abort",
      2,
    ],
    ["queue_during_text", 0],
    ["errctx", 0],
    ["task", 0],
  ];
  for (const [name, n] of turns) {
    const live = turn(name, n);
    foldAll(live.t, live.events);
    const late = turn(name, n);
    load(late.t, stored(late.frames, late.sessionId).messages);
    setStatus(late.t, undefined);
    assertEquals(read(late.t), read(live.t), `${name}#${n}`);
  }
});

Deno.test("a turn that died with its server is idle and not complete", () => {
  const { t, frames, sessionId } = turn("long_abort");
  const { messages } = stored(frames.slice(0, 12), sessionId);
  load(t, messages);
  setStatus(t, undefined);
  const { phase, complete, aborted, tools } = read(t);
  assertEquals([phase, complete, aborted, tools[0]?.state], ["idle", false, false, "running"]);
});

Deno.test("a prompt that was stored and never run stays waiting", () => {
  const { t, frames, sessionId } = turn("text");
  load(t, stored(frames.slice(0, 4), sessionId).messages);
  setStatus(t, undefined);
  assertEquals([read(t).phase, read(t).accepted, read(t).started], ["waiting", true, false]);
});

Deno.test("words that come before their part is announced, empty, are shown at once", () => {
  for (const early of [1, 3]) {
    const { t, events } = turn("sync_disconnect");
    const first = events[upToDelta(events, 1) - 1];
    assert(first?.type === "delta");
    const announced = events.findIndex((event) =>
      event.type === "part" && event.part.id === first.partId
    );
    const part = events[announced];
    assert(part?.type === "part" && part.part.type === "text" && part.part.text === "");
    const late = upToDelta(events, early);
    foldAll(t, [...events.slice(0, announced), ...events.slice(announced + 1, late), part]);
    assertEquals(read(t).text, "tick0 tick1 tick2 ".slice(0, 6 * early));
    // Announced once more, or growing on, it loses nothing.
    foldAll(t, [part]);
    foldAll(t, events.slice(late, upToDelta(events, early + 1)));
    assertEquals(read(t).text, "tick0 tick1 tick2 tick3 ".slice(0, 6 * (early + 1)));
  }
});

Deno.test("early words that the part has already do not come twice", () => {
  const { t, events } = turn("sync_disconnect");
  const first = events[upToDelta(events, 1) - 1];
  assert(first?.type === "delta");
  const announced = events.findIndex((event) =>
    event.type === "part" && event.part.id === first.partId
  );
  const part = events[announced];
  assert(part?.type === "part" && part.part.type === "text");
  const whole = { ...part, part: { ...part.part, text: "tick0 tick1 " } };
  const second = upToDelta(events, 2);
  foldAll(t, [...events.slice(0, announced), ...events.slice(announced + 1, second), whole]);
  assertEquals(read(t).text, "tick0 tick1 ");
});

Deno.test("what comes before its message is shown when that comes, in the same order", () => {
  const { events } = turn("sync_disconnect");
  const first = events[upToDelta(events, 1) - 1];
  assert(first?.type === "delta");
  const isOfMessage = (event: SessionEvent) =>
    event.type === "message" && event.info.id === first.messageId;
  const begin = events.findIndex(isOfMessage);
  const end = upToDelta(events, 5);
  const message = events[begin];
  assert(message !== undefined && begin < upToDelta(events, 1));
  const before = events.slice(0, begin);
  const rest = events.slice(begin, end).filter((event) => !isOfMessage(event));
  for (let at = 0; at <= rest.length; at++) {
    const { t } = turn("sync_disconnect");
    foldAll(t, [...before, ...rest.slice(0, at), message, ...rest.slice(at)]);
    assertEquals(read(t).text, "tick0 tick1 tick2 tick3 tick4 ", `${at}`);
    assertEquals(t.early.size, 0);
  }
});

Deno.test("what came before its message and a gap does not come behind what follows", () => {
  const { events, frames, sessionId, t } = turn("sync_disconnect");
  const first = events[upToDelta(events, 1) - 1];
  assert(first?.type === "delta");
  const begin = events.findIndex((event) =>
    event.type === "message" && event.info.id === first.messageId
  );
  const message = events[begin];
  assert(message !== undefined);
  foldAll(t, events.slice(0, begin));
  fold(t, { type: "connected" });
  fold(t, { ...first, text: "lost " });
  load(t, stored(frames.slice(0, upToDelta(events, 3)), sessionId).messages);
  fold(t, { ...first, text: "later " });
  fold(t, message);
  assertEquals(read(t).text, "");
});

Deno.test("words that came before a gap are not taken for the beginning", () => {
  const { t, events, frames, sessionId } = turn("sync_disconnect");
  const first = events[upToDelta(events, 1) - 1];
  assert(first?.type === "delta");
  const announced = events.findIndex((event) =>
    event.type === "part" && event.part.id === first.partId
  );
  const back = upToDelta(events, 5);
  foldAll(t, events.slice(0, announced));
  foldAll(t, events.slice(back - 1, back));
  load(t, stored(frames.slice(0, back), sessionId).messages);
  assertEquals(read(t).text, "");
});

/** The text that streams in `sync_disconnect`: its part as it was announced, and its deltas. */
function streaming() {
  const whole = turn("sync_disconnect");
  const first = whole.events[upToDelta(whole.events, 1) - 1];
  assert(first?.type === "delta");
  const { sessionId, messageId, partId } = first;
  const announced = whole.events.findIndex((event) =>
    event.type === "part" && event.part.id === partId
  );
  const event = whole.events[announced];
  assert(event?.type === "part" && event.part.type === "text");
  const { part } = event;
  foldAll(whole.t, whole.events.slice(0, announced));
  return {
    t: whole.t,
    delta: (text: string) => fold(whole.t, { ...first, text }),
    announce: (text = "", ended = false) =>
      fold(whole.t, { type: "part", sessionId, part: { ...part, text, ended } }),
    remove: () => fold(whole.t, { type: "part_removed", sessionId, messageId, partId }),
    removeMessage: () => fold(whole.t, { type: "message_removed", sessionId, messageId }),
    /** All that the recording tells of the message, until it streams. */
    events: whole.events.slice(0, announced + 1),
    stored: stored(whole.frames.slice(0, upToDelta(whole.events, 3)), whole.sessionId).messages,
  };
}

Deno.test("no text is joined over words that were missed before its part came", () => {
  const cases: [early: string[], announced: string, shown: string][] = [
    [["two "], "one ", "one "],
    [["two ", "three "], "one ", "one "],
    [["one ", "three "], "one two ", "one two "],
    [["one two "], "one, two ", "one, two "],
  ];
  for (const [early, announced, shown] of cases) {
    const { t, delta, announce } = streaming();
    early.forEach(delta);
    announce(announced);
    assertEquals(read(t).text, shown);
    delta("four ");
    assertEquals(read(t).text, shown);
    announce("one two three four", true);
    assertEquals(read(t).text, "one two three four");
  }
});

Deno.test("words that come before their part, but behind a gap, wait for the whole text", () => {
  for (const before of [[], ["one "]]) {
    const { t, delta, announce } = streaming();
    before.forEach(delta);
    fold(t, { type: "connected" });
    delta("three ");
    announce();
    delta("four ");
    assertEquals(read(t).text, "");
    announce("one two three four", true);
    assertEquals(read(t).text, "one two three four");
  }
});

Deno.test("what was removed does not come back by what is told of it late", () => {
  for (const isKnown of [true, false]) {
    for (const isWhole of [true, false]) {
      for (const what of ["remove", "removeMessage"] as const) {
        const { t, delta, announce, events, stored, ...removal } = streaming();
        if (isKnown) announce();
        delta("one ");
        removal[what]();
        delta("two ");
        announce("one two ");
        foldAll(t, events);
        delta("three ");
        load(t, stored);
        announce("one two three ", isWhole);
        assertEquals(read(t).text, "", JSON.stringify({ isKnown, isWhole, what }));
      }
    }
  }
});

Deno.test("a text whose beginning was missed is known to be missing until it comes whole", () => {
  const { events, frames, sessionId } = turn("sync_disconnect");
  for (let seen = 1; seen < 6; seen++) {
    const at = upToDelta(events, seen);
    // A program that was started anew.
    const late = turn("sync_disconnect").t;
    fold(late, { type: "connected" });
    load(late, stored(frames.slice(0, at), sessionId).messages);
    assertEquals([read(late).text, read(late).isTextMissing], ["", true]);
    foldAll(late, events.slice(at));
    assert(read(late).text.endsWith("tick15 "));
    assertEquals(read(late).isTextMissing, undefined);
    // Who has seen it from its beginning misses nothing.
    const { t } = turn("sync_disconnect");
    foldAll(t, events.slice(0, at));
    fold(t, { type: "connected" });
    load(t, stored(frames.slice(0, at), sessionId).messages);
    assertEquals(read(t).isTextMissing, undefined);
  }
});
