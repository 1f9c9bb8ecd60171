import { assertEquals } from "@std/assert";
import { type OpencodeState, systemStatus } from "../../lib/bridge/system_status.ts";
import { texts } from "../../lib/texts/texts.ts";

Deno.test("an opencode of ours is there or starts, one of somebody else's can be away", () => {
  const en = texts("en");
  const server = {};
  const cases: [Partial<OpencodeState>, string][] = [
    [{ name: "1.18.33, V1" }, "1.18.33, V1"],
    [{ name: "1.18.33, V1", away: "Connection refused" }, "1.18.33, V1"],
    [{}, en.opencodeStarts],
    [{ away: "Connection refused" }, en.opencodeStarts],
    [{ attached: server, name: "host:1, 2.0.26, V2", agent: { open: true } }, "host:1, 2.0.26, V2"],
    [{ attached: server, name: "host:1" }, en.opencodeStarts],
    [{ attached: server, name: "host:1", away: "it timed out" }, en.opencodeAway("it timed out")],
  ];
  for (const [opencode, expected] of cases) {
    const state = { attached: undefined, agent: { open: false }, name: "", away: "", ...opencode };
    const lines = systemStatus({
      connection: { up: true, since: Date.now() },
      groupsWait: "",
      calls: { month: 0, today: 0, perMonth: 0, usedUpUntil: "" },
      opencode: state,
      transcriber: undefined,
      version: "1",
      stateLine: "State: 1 MB",
      isOpenByDefault: false,
    }, en);
    assertEquals(lines[2], en.statusOpencode(expected));
  }
});

Deno.test("events of opencode that are not known here are named", () => {
  const en = texts("en");
  const lines = (agent: OpencodeState["agent"]) =>
    systemStatus({
      connection: { up: true, since: Date.now() },
      groupsWait: "",
      calls: { month: 0, today: 0, perMonth: 0, usedUpUntil: "" },
      opencode: { attached: undefined, agent, name: "2.1.0, V2", away: "" },
      transcriber: undefined,
      version: "1",
      stateLine: "State: 1 MB",
      isOpenByDefault: false,
    }, en);
  const none = lines({ open: true, unknownEvents: "" });
  const some = lines({ open: true, unknownEvents: "session.new ×2" });
  assertEquals(some.filter((line) => !none.includes(line)), [
    en.statusUnknownEvents("session.new ×2"),
  ]);
});

Deno.test("that messages of groups wait is said with the reason, and only then", () => {
  for (const language of ["en", "zh"] as const) {
    const say = texts(language);
    const lines = (groupsWait: string) =>
      systemStatus({
        connection: { up: true, since: Date.now() },
        groupsWait,
        calls: { month: 0, today: 0, perMonth: 0, usedUpUntil: "" },
        opencode: { attached: undefined, agent: { open: true }, name: "1.18.33", away: "" },
        transcriber: undefined,
        version: "1",
        stateLine: "State: 1 MB",
        isOpenByDefault: false,
      }, say);
    const none = lines("");
    const said = lines("E4").filter((line) => !none.includes(line));
    assertEquals(said, [say.statusGroupsWait("E4")]);
  }
});
