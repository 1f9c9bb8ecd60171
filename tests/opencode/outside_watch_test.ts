import { assertEquals } from "@std/assert";
import type { RequestAnswer } from "../../lib/model/agent_request.ts";
import { describeOutsideAct } from "../../lib/opencode/describe_outside_act.ts";
import { OutsideWatch } from "../../lib/opencode/outside_watch.ts";
import type { SessionEvent } from "../../lib/opencode/transcript/event.ts";

const ONCE: RequestAnswer = { kind: "permission", reply: "once" };
const ALWAYS: RequestAnswer = { kind: "permission", reply: "always" };
const REJECT: RequestAnswer = { kind: "permission", reply: "reject" };

/** A request to run `echo <id>`, in the session `a` unless given. */
function asked(id: string, pattern = `echo ${id}`, sessionId = "a"): SessionEvent {
  return {
    type: "asked",
    sessionId,
    pending: {
      sessionId,
      request: {
        kind: "permission",
        id,
        permission: "bash",
        patterns: [pattern],
        always: ["echo *"],
        command: pattern,
      },
    },
  };
}

function answered(requestId: string, answer: RequestAnswer, sessionId = "a"): SessionEvent {
  return { type: "answered", sessionId, requestId, answer };
}

/** The lines of the log about what others did. */
function watched() {
  const watch = new OutsideWatch();
  const lines: string[] = [];
  const known = new Map<string, SessionEvent>();
  const note = (event: ReturnType<OutsideWatch["take"]>) => {
    if (event !== undefined) lines.push(describeOutsideAct(event));
  };
  return {
    watch,
    lines,
    take: (...events: SessionEvent[]) => {
      for (const event of events) {
        if (event.type === "asked") known.set(event.pending.request.id, event);
        note(watch.take(event));
      }
    },
    miss: (id: string) => {
      const { pending } = Object(known.get(id));
      note(watch.miss(pending, "approved"));
    },
    settle: (id: string, isTaken: boolean) => note(watch.settle(id, isTaken)),
  };
}

Deno.test("an answer that we did not give is somebody else's, and says what was approved", () => {
  const { take, lines } = watched();
  take(asked("x"), asked("y"), asked("z"));
  take(answered("x", ONCE), answered("y", ALWAYS), answered("z", REJECT), answered("q", ONCE));
  assertEquals(lines, [
    "somebody else approved in the session a: bash echo x",
    "somebody else approved for ever (echo *) in the session a: bash echo y",
    "somebody else rejected in the session a: bash echo z",
    "somebody else approved in the session a: q",
  ]);
});

Deno.test("our own answer is ours, whether its event or its response comes first", () => {
  const { take, settle, watch, lines } = watched();
  take(asked("x"), asked("y"));
  watch.begin("x", ONCE);
  take(answered("x", ONCE));
  settle("x", true);
  watch.begin("y", ONCE);
  settle("y", true);
  take(answered("y", ONCE));
  assertEquals(lines, []);
});

Deno.test("somebody who answers just before us is noticed when ours is refused", () => {
  const { take, settle, watch, lines } = watched();
  take(asked("x"));
  watch.begin("x", ONCE);
  take(answered("x", ONCE));
  assertEquals(lines, []);
  settle("x", false);
  assertEquals(lines, ["somebody else approved in the session a: bash echo x"]);
});

Deno.test("a request whose answer of ours is in doubt, but was answered otherwise, is somebody else's", () => {
  const { take, settle, watch, lines } = watched();
  take(asked("x"));
  watch.begin("x", REJECT);
  take(answered("x", ALWAYS));
  settle("x", true);
  assertEquals(lines, ["somebody else approved for ever (echo *) in the session a: bash echo x"]);
});

Deno.test("what opencode answers along with ours is ours, and nothing more", () => {
  const { take, settle, watch, lines } = watched();
  take(asked("x"), asked("y"), asked("rm", "rm -r /"), asked("other", "echo other", "b"));
  watch.begin("x", ALWAYS);
  take(answered("x", ALWAYS), answered("y", ALWAYS));
  settle("x", true);
  assertEquals(lines, []);
  take(answered("rm", ALWAYS), answered("other", ALWAYS, "b"));
  assertEquals(lines, [
    "somebody else approved for ever (echo *) in the session a: bash rm -r /",
    "somebody else approved for ever (echo *) in the session b: bash echo other",
  ]);
});

Deno.test("a rejection of ours rejects the others of its session", () => {
  const { take, settle, watch, lines } = watched();
  take(asked("x"), asked("y"), asked("z", "echo z", "b"));
  watch.begin("x", REJECT);
  take(answered("x", REJECT), answered("y", REJECT), answered("z", REJECT, "b"));
  settle("x", true);
  assertEquals(lines, ["somebody else rejected in the session b: bash echo z"]);
});

Deno.test("a session that is allowed more than it was made with is noticed once", () => {
  const { take, lines } = watched();
  const session = (...allowed: string[]): SessionEvent => ({
    type: "session",
    sessionId: "a",
    allowed,
  });
  take(session("read *"), session("read *"), session("read *", "* *"), session("* *", "read *"));
  assertEquals(lines, ["somebody else allowed the session a: * *"]);
});

Deno.test("an approval that was missed is told once, unless it was ours or follows from ours", () => {
  const { take, settle, miss, watch, lines } = watched();
  const ids = ["x", "late", "ours", "refused", "along", "other"];
  take(...ids.map((id) => asked(id, `echo ${id}`, id === "other" ? "b" : "a")));
  for (let i = 0; i < 2; i++) miss("x");
  miss("late");
  take(answered("late", ONCE));
  watch.begin("refused", ONCE);
  miss("refused");
  settle("refused", false);
  watch.begin("ours", ALWAYS);
  miss("ours");
  settle("ours", true);
  for (const id of ["ours", "along", "other"]) miss(id);
  const line = (id: string, session = "a") =>
    `somebody else approved in the session ${session}, while no events came in: bash echo ${id}`;
  assertEquals(lines, [line("x"), line("late"), line("refused"), line("other", "b")]);
});
