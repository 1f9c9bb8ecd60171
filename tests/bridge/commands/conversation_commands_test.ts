import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Admission } from "../../../lib/bridge/admission.ts";
import type { CommandRequest, TurnSummary } from "../../../lib/bridge/commands/command.ts";
import { conversationCommands } from "../../../lib/bridge/commands/conversation_commands.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { NO_OFFERS, tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";
import { startFiles } from "../start_files.ts";

const en = texts("en");

/** What `/cwd` answers in `/` while these turns run and wait. */
async function changeTo(directory: string, turns: readonly TurnSummary[]): Promise<string> {
  await using opencode = fakeOpencode({});
  const request: CommandRequest = {
    message: {
      ...{ messageId: "om_1", chatId: "oc_1", chatType: "p2p", sender: "ou_1", type: "text" },
      ...{ createdAt: 1, receivedAt: 1, text: "/cwd", mentionsBot: false, attachments: [] },
    },
    argument: directory,
    conversation: {
      record: { key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/" },
      turns,
      loading: 0,
      waiting: 0,
      asks: [],
      rows: () => Promise.resolve([]),
      isShared: () => Promise.resolve(false),
      save: () => Promise.resolve(),
    },
    texts: en,
    agent: opencode.opencode,
    chat: { maxFileBytes: 0, offers: NO_OFFERS },
    settings: { stateDir: "/nowhere", roots: [] },
    fileSpace: startFiles("/nowhere"),
    admission: new Admission({ kind: "everyone" }),
    commands: conversationCommands,
    systemStatus: () => Promise.resolve([]),
    signal: new AbortController().signal,
  };
  const { answer } = await conversationCommands["cwd"]?.run(request) ?? {};
  assert(typeof answer === "string");
  return answer;
}

Deno.test("/cwd says where the running turn goes on, and where what is queued runs", async () => {
  await using dir = await tempDir();
  const here = await Deno.realPath(dir.path);
  const turn = (directory?: string): TurnSummary => ({
    ageMs: 1,
    waitsFor: "",
    directory,
    isLater: false,
  });
  const changed = en.cwdChanged(here);
  const cases: [TurnSummary[], string[]][] = [
    [[], []],
    // It has not begun, or it runs there.
    [[turn()], []],
    [[turn(here)], []],
    [[turn("/old")], [en.cwdTurnStays("/old")]],
    [[turn("/old"), turn()], [en.cwdTurnStays("/old"), en.cwdQueueMoves(1)]],
    [[turn(here), turn(), turn()], [en.cwdQueueMoves(2)]],
  ];
  for (const [turns, lines] of cases) {
    assertEquals(await changeTo(here, turns), [changed, ...lines].join("\n"));
  }
  const broad = await changeTo("/", [turn("/old")]);
  assertStringIncludes(broad, en.cwdTurnStays("/old"));
  assertStringIncludes(broad, en.cwdBroad("/"));
});
