import { assertEquals } from "@std/assert";
import type { Conversation } from "../../../lib/bridge/conversation/conversation.ts";
import { SelfReports } from "../../../lib/bridge/machines/self_report.ts";

/** A conversation in a directory, with turns in these states. */
function open(directory: string, ...kinds: readonly string[]): Promise<Conversation> {
  const turns = kinds.map((kind) => ({ record: { state: { kind } } }));
  return Promise.resolve({ record: { directory }, queue: { turns } } as unknown as Conversation);
}

Deno.test("a machine tells what runs, and where its last conversations were that were let go since", async () => {
  let all: Promise<Conversation>[] = [];
  const reports = new SelfReports({ all: () => all });
  const now = async () => {
    const { running, directories } = await reports.now({ cwd: "/home", opencode: "1.18" });
    return [running, directories.join(" ")];
  };
  assertEquals(await now(), [0, "/home"]);
  all = [open("/a", "posted", "queued"), open("/home"), open("/b", "begun"), open("/a")];
  assertEquals(await now(), [2, "/home /b /a"]);
  all = [Promise.reject(new Error("it cannot be opened"))];
  assertEquals(await now(), [0, "/home /b /a"]);
  all = ["/c", "/d", "/e"].map((directory) => open(directory));
  assertEquals(await now(), [0, "/home /a /c /d /e"]);
});
