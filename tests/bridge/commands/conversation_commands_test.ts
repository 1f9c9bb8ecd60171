import { NOTHING_SPENT } from "../budget/nothing_spent.ts";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { NO_LOG } from "../../../lib/base/log.ts";
import { Admission } from "../../../lib/bridge/people/admission.ts";
import type { CommandRequest, TurnSummary } from "../../../lib/bridge/commands/command.ts";
import { conversationCommands } from "../../../lib/bridge/commands/conversation_commands.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { NO_OFFERS, tempDir } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";
import { startFiles } from "../start_files.ts";

const en = texts("en");

/** What a command answers in `/` while these turns run and wait. */
async function ask(
  command: "cwd" | "status",
  argument: string,
  turns: readonly TurnSummary[],
  routes: Parameters<typeof fakeOpencode>[0] = {},
): Promise<string> {
  await using opencode = fakeOpencode(routes);
  const request: CommandRequest = {
    message: {
      ...{ messageId: "om_1", chatId: "oc_1", chatType: "p2p", sender: "ou_1", type: "text" },
      ...{ createdAt: 1, receivedAt: 1, text: "/cwd", mentionsBot: false, attachments: [] },
    },
    argument,
    conversation: {
      record: { key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/", sessionId: "ses_1" },
      turns,
      loading: 0,
      waiting: 0,
      asks: [],
      rows: () => Promise.resolve([]),
      all: () => Promise.resolve([]),
      schedules: () => Promise.resolve([]),
      allowed: () => Promise.resolve([]),
      budgets: () => Promise.resolve([]),
      spendings: NOTHING_SPENT,
      installUpdate: () => Promise.resolve(),
      steer: () => Promise.resolve("nothing runs" as const),
      awaitEnd: () => Promise.resolve(false),
      isShared: () => Promise.resolve(false),
      running: () => Promise.resolve([]),
      moveOther: () => Promise.resolve(),
      save: () => Promise.resolve(),
    },
    texts: en,
    agent: opencode.opencode,
    log: NO_LOG,
    chat: { maxFileBytes: 0, offers: NO_OFFERS },
    settings: {
      cwd: "/work",
      stateDir: "/nowhere",
      roots: [],
      askTimeoutMs: 60_000,
      notify: "long",
      shown: new Map(),
      ownsAgent: true,
    },
    fileSpace: startFiles("/nowhere"),
    admission: new Admission({ kind: "everyone" }),
    commands: conversationCommands,
    systemStatus: () => Promise.resolve([]),
    signal: new AbortController().signal,
  };
  const { answer } = await conversationCommands[command]?.run(request) ?? {};
  assert(typeof answer === "string");
  return answer;
}

const changeTo = (directory: string, turns: readonly TurnSummary[]) => ask("cwd", directory, turns);

Deno.test("/status has the model of the session's last turn", async () => {
  const session = { id: "ses_1", directory: "/", title: "", time: { updated: 1 } };
  const model = { providerID: "acme", id: "large-2" };
  const said = await ask("status", "", [], { "GET /session/ses_1": () => ({ ...session, model }) });
  assertStringIncludes(said, en.statusModel("acme/large-2"));
  const none = await ask("status", "", [], { "GET /session/ses_1": () => session });
  assert(!none.includes(en.statusModel("")), none);
});

Deno.test("/cwd says where the running turn goes on, and where what is queued runs", async () => {
  await using dir = await tempDir();
  const here = await Deno.realPath(dir.path);
  const turn = (directory?: string): TurnSummary => ({
    ...{ id: "turn_1", text: "", sender: "ou_owner", isWaiting: false },
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
