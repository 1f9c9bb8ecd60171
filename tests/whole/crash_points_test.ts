/** The bridge is killed right before and right after each step that it writes down. */
import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async";
import { fromFileUrl, join } from "@std/path";
import { dayBefore, localDay } from "../../lib/base/time/local_day.ts";
import type { RestFault } from "../../lib/demo/feishu_twin/fault_rules.ts";
import { total } from "../../lib/model/spending.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import { startOpencode } from "../real_opencode.ts";
import type { Plan } from "./crash_main.ts";
import { World } from "./harness.ts";

const MAIN = fromFileUrl(import.meta.resolve("./crash_main.ts"));

interface Step {
  /** What is written down. */
  readonly name: string;
  /** See {@linkcode Plan.step}. */
  readonly step: string;
  /** What is said; `#` stands for a word that is said only in this test. The kill comes meanwhile. */
  readonly says: readonly string[];
  /** What must be seen before the last of it is said. */
  readonly first?: RegExp;
  /** When the first of it was written, in milliseconds before now. */
  readonly ago?: number;
  /** What is said after the restart. */
  readonly then?: string;
  /** What Feishu refuses after that. */
  readonly refuses?: Pick<RestFault, "match" | "code">;
  /** The beginnings of what the chat shows in the end, in any order. */
  readonly shows: readonly RegExp[];
}

/** Said to recall the first message. */
const RECALLED = "recalled";

/** Before a text: it is sent into a connection that is dead, and is found in the chat's history. */
const SWALLOWED = "swallowed: ";

const PROMPT = { says: ["[[say #]]"], shows: [/^Done\n#/] };
const HELP = { says: ["/help"], shows: [/`\/cancel`/] };
const CANCEL = {
  says: ["[[slow 400]] #", "/cancel"],
  first: /^Working…[^]*1 2/,
  shows: [/^Cancelled\n/, /^Stopping the running|^Nothing runs/],
};

const NEW = {
  says: ["[[slow 400]] #", "/new"],
  first: /^Working…[^]*1 2/,
  shows: [/^Cancelled\n/, /^Fresh session/],
};
const RECALL = { ...CANCEL, says: ["[[slow 400]] #", RECALLED], shows: [/^Cancelled\n/] };
// Its card can no longer be changed: others take its place.
const STUCK = { ...CANCEL, refuses: { match: /cardkit.v1.cards.|PATCH .*messages/, code: 230031 } };
const UNDO = {
  says: ["[[say #]]", "/undo"],
  first: /^Done\n/,
  shows: [/^Done\n#/, /^Undone: “\[\[say #/],
};
const LATE = {
  ago: 3_600_000,
  first: /came late/,
  shows: [/^1 message came late[^]*(Running|is over)/, /^Done\n#/],
};
const QUESTION = {
  // The card: what is written before it came does not answer it.
  first: /^Colour\nWhich colour\?/,
  shows: [/Which colour\?[^]*(Answered|is over)/, /^Done\n[^]*Red/],
};

const BLOCK = JSON.stringify({ question: "Which size?", options: ["Small", "Large"] });
const FENCED = {
  first: /Which size\?/,
  shows: [/^Done\n#/, /Which size\?[^]*(Answered: Large|is over)/, /^Done\n(?!#)/],
};

const FOUND = {
  says: ["/help", `${SWALLOWED}[[say #]]`],
  first: /`\/cancel`/,
  shows: [/`\/cancel`/, /^Done\n#/],
};

const SCHEDULED = {
  says: ["/at in 1 second: [[say #]]"],
  shows: [/^⏰ Scheduled “in 1 second”/, /^Done\n⏰ Runs [^]*\n#/],
};

// The bridge is back when the agent, which has heard of a failure only, sends the file again.
const SENT = {
  says: ["[[send notes.txt]] [[bash sleep 7]] [[send notes.txt]] #"],
  shows: [/^\[file\]/, /^Done\n/],
};

const STEPS: readonly Step[] = [
  { ...PROMPT, name: "a message is accepted", step: "^set in/" },
  { ...PROMPT, name: "a prompt is queued", step: "^delete in/[^]*^set prompt/" },
  {
    ...PROMPT,
    name: "a turn gets its ids",
    step: '^set conversation/.*"sessionId"[^]*^set prompt',
  },
  { ...PROMPT, name: "a card is made, and not sent", step: '^set prompt/.*"card":{"id"' },
  { ...PROMPT, name: "the placeholder is known", step: '^set prompt/.*"slot":{.*"messageId"' },
  { ...PROMPT, name: "opencode has the prompt", step: '^set prompt/.*"kind":"posted"' },
  { ...PROMPT, name: "an answer comes into the ledger", step: "^set row/[^]*^delete prompt/" },
  { ...PROMPT, name: "an answer is struck off the ledger", step: "^delete row/" },
  {
    name: "what announces the end of a turn takes the place of its answer",
    says: ["/notify always", "[[say #]]"],
    first: /^When a finished turn pings/,
    step: "^set row/\\S+\\.ping [^]*^delete row/",
    shows: [/^When a finished turn pings/, /^Done\n#/, /^✅ Done in/],
  },
  { ...STUCK, name: "a message is to be recalled", step: "^set row/\\S+[.]old " },
  { ...STUCK, name: "a message is recalled", step: "^delete row/\\S+[.]old$" },
  { ...HELP, name: "a command is answered", step: "^set row/[^]*^delete in/" },
  { ...HELP, name: "a message is about to leave", step: '^set row/.*"triedAt"' },
  { ...HELP, name: "a message has left", step: "^delete row/" },
  { ...HELP, name: "a message is known as ours", step: "^set sent/" },
  {
    name: "a file that cannot be sent is replaced",
    refuses: { match: /files/, code: 99991672 },
    says: ["/get notes.txt"],
    step: '^set row/.*"isLastResort":true',
    shows: [/^notes\.txt cannot be sent/],
  },
  { ...SENT, name: "a file of the agent's is in the ledger", step: '^set prompt/.*"sent":' },
  { ...SENT, name: "a file of the agent's has left", step: "^delete row/.*\\.f000\\.0$" },
  { ...CANCEL, name: "a cancellation is noted", step: '^set prompt/.*"cancelled":true' },
  { ...CANCEL, name: "a cancellation is answered", step: "^set row/.*Stopping" },
  { ...UNDO, name: "an undo is about to happen", step: '^set conversation/.*"open":"undo"' },
  {
    ...UNDO,
    name: "an undo is answered",
    step: "^set row/.*Undone[^]*^delete in/|^delete in/[^]*^set row/.*Undone",
  },
  { ...RECALL, name: "a recall is noted", step: '^set prompt/.*"cancelled":true' },
  { ...NEW, name: "a fresh session is noted", step: "^set row/[^]*^delete in/" },
  {
    ...LATE,
    name: "a late message is listed",
    says: ["[[say #]]"],
    step: '^set row/.*"keep":true',
    then: "run",
  },
  {
    ...LATE,
    name: "late messages are told to run",
    says: ["[[say #]]", "run"],
    step: "^set answer/",
  },
  {
    ...LATE,
    name: "a late message is queued",
    says: ["[[say #]]", "run"],
    step: "^delete in/[^]*^set prompt/",
  },
  {
    ...QUESTION,
    name: "a question is written down",
    says: ["[[question]] #"],
    step: '^set row/.*"keep":true',
    then: "1",
  },
  {
    ...QUESTION,
    name: "a question's card is delivered",
    says: ["[[question]] #"],
    step: '^set row/.*"shownAt"',
    then: "1",
  },
  {
    ...QUESTION,
    name: "the card of a cancelled turn is closed",
    says: ["[[question]] #", "/cancel"],
    step: '^set row/.*"keep":false',
    shows: [/^Colour\n[^]*The turn is over/, /^Cancelled\n/, /^Stopping the running|^Nothing is/],
  },
  {
    ...QUESTION,
    name: "an answer is known as one",
    says: ["[[question]] #", "1"],
    step: "^set answer/",
  },
  {
    ...QUESTION,
    name: "an answered question is closed",
    says: ["[[question]] #", "1"],
    step: '^set row/.*"keep":false',
  },
  {
    ...QUESTION,
    name: "an answer is struck off the inbox",
    says: ["[[question]] #", "1"],
    // With the conversation: a chat that was answered is caught up with.
    step: "^delete in/\\S+(\\n\\w+ (conversation|known)/.*)*(?![^])",
  },
  {
    ...FENCED,
    name: "the answer to a fenced question is queued",
    says: [`[[say #\n\n\`\`\`ask\n${BLOCK}\n\`\`\`]]`, "large"],
    step: '^set prompt/.*"answers"',
  },
  { ...SCHEDULED, name: "a schedule is set", step: "^set schedule/" },
  { ...SCHEDULED, name: "a run begins", step: "^set in/run[.]" },
  { ...SCHEDULED, name: "a run is queued", step: "^delete in/run[.][^]*^set prompt/" },
  { ...FOUND, name: "a found message is accepted", step: "^set in/.*say point" },
  { ...FOUND, name: "a chat's history counts as read", step: '^set mark/.*"topics"' },
];

Deno.test("each message acts once and is answered once when the bridge is killed", async (test) => {
  await using world = await World.create({ cardkit: true, ladderMs: Array(20).fill(1_000) });
  await using opencode = await startOpencode(modelConfig(world.model));
  const plan = join(world.dir, "plan.json");
  const start = async () => {
    const bridge = world.spawn([], {
      OPENCODE_URL: opencode.url,
      OPENCODE_SERVER_PASSWORD: opencode.password,
      FEISHU_ALLOWED_USERS: "*",
      CRASH_PLAN: plan,
    }, MAIN);
    await bridge.line(/bridge ready/);
    return bridge;
  };
  let bridge = await start();
  const shown = (chat: string, pattern: RegExp) =>
    world.shown(chat).filter((text) => pattern.test(text)).length;
  const checks: (() => void)[] = [];
  let points = 0;
  let last: [chat: string, user: string] | [] = [];
  /** By chat: what was killed there, and how many turns were done. */
  const counted = new Map<string, readonly [string, number]>();
  await Deno.writeTextFile(join(world.project, "notes.txt"), "some notes");
  for (const { name, step, says, first, ago = 0, then, shows, refuses } of STEPS) {
    for (const when of ["before", "after"] as const) {
      await test.step(`right ${when} ${name}`, async () => {
        const word = `point ${String(++points).padStart(2, "0")}`;
        const user = world.twin.addUser(word).openId;
        const chat = world.twin.directChat(user).id;
        last = [chat, user];
        const ids: string[] = [];
        const say = (text: string) => {
          const createdAt = world.twin.clock.now() - (ids.length === 0 ? ago : 0);
          if (text === RECALLED) return world.twin.recall(ids[0] ?? "");
          const isSwallowed = text.startsWith(SWALLOWED);
          if (isSwallowed) world.twin.faults.halfOpen(true);
          const said = text.replace(SWALLOWED, "").replace("#", word);
          ids.push(world.twin.say({ text: said, user, createdAt }));
          if (isSwallowed) world.twin.faults.reset();
        };
        for (const text of says.slice(0, -1)) say(text);
        if (says.length > 1 && first) await world.sees(first, chat);
        await Deno.writeTextFile(plan, JSON.stringify({ step, when } satisfies Plan));
        if (refuses) world.twin.faults.fail({ ...refuses, status: 400, times: 99 });
        say(says.at(-1) ?? "");
        assertEquals((await deadline(bridge.status, 20_000)).signal, "SIGKILL");
        await Deno.remove(plan);
        bridge = await start();
        if (then) {
          if (first) await world.sees(first, chat);
          say(then);
        }
        const wanted = shows.map((one) => new RegExp(one.source.replace("#", word)));
        for (const one of wanted) await world.sees(one, chat);
        // Nobody waits for a recall.
        await world.twin.until(() => world.shown(chat).length <= wanted.length);
        world.twin.faults.clear();
        checks.push(() => {
          for (const one of wanted) assertEquals(shown(chat, one), 1, `${name}: ${one}`);
          assertEquals(world.shown(chat).length, wanted.length, name);
          const runs = says.some((text) => text.includes("#")) ? 1 : 0;
          assertEquals(world.modelRuns(word), runs, name);
        });
        // What is stopped may never have begun.
        const isStopped = shows.some((one) => /Cancelled|Failed|Interrupted/.test(one.source));
        const turns = shows.filter((one) => one.source.startsWith("^Done")).length;
        if (!isStopped) counted.set(chat, [name, turns]);
      });
    }
  }
  // A step that failed has said why; what follows from it says nothing more.
  await test.step("and nothing is repeated, or left behind", async () => {
    for (const check of checks) check();
    // The last answer is seen a moment before it is struck off.
    await world.settled(...last);
    await bridge.kill("SIGTERM");
    const { store } = await openStore(world.stateDir);
    // So is the answer to the last `/status`.
    const rows = (await store.rows()).filter(({ view }) => !view.text?.startsWith("- Session: "));
    const left = [await store.inbox(), await store.turns(), rows];
    const found: (readonly [string, number])[] = [];
    const today = localDay(Date.now());
    for (const [chatId, [name]] of counted) {
      const days = { from: dayBefore(today, 1), to: today };
      found.push([name, total(await store.spendings.in({ chatId }, days)).turns]);
    }
    await store[Symbol.asyncDispose]();
    assertEquals(left, [[], [], []]);
    // Each turn counts once.
    assertEquals(found, [...counted.values()]);
    assert(points === 2 * STEPS.length);
  });
});
