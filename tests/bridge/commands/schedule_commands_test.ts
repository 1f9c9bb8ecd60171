import { assert, assertEquals, assertMatch } from "@std/assert";
import type { CommandRequest } from "../../../lib/bridge/commands/command.ts";
import { parseText } from "../../../lib/bridge/commands/parse.ts";
import { COMMANDS } from "../../../lib/bridge/commands/table.ts";
import { LIMITS } from "../../../lib/bridge/schedules/limits.ts";
import type { ConversationRecord } from "../../../lib/model/conversation.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import type { Language } from "../../../lib/model/settings.ts";
import type { Schedule } from "../../../lib/model/schedule.ts";
import { texts } from "../../../lib/texts/texts.ts";

/** A chat whose schedules are kept in an array. */
function chat(more: Partial<IncomingMessage> = {}, language: Language = "en") {
  const schedules: Schedule[] = [];
  let record = {
    ...{ key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/work" },
    ...(more.threadId && { key: `oc_1/${more.threadId}`, threadId: more.threadId }),
    ...(more.chatType && { chatType: more.chatType }),
  } as ConversationRecord;
  return {
    schedules,
    /** Sends a command; resolves with the text of the answer. */
    async send(text: string, sender = "ou_1"): Promise<string> {
      const parsed = parseText(text);
      assert(parsed.kind === "command", `${text} is no command`);
      const message = { chatId: "oc_1", chatType: "p2p", messageId: "om_1", ...more, sender };
      const request = {
        ...{ argument: parsed.argument, texts: texts(language), message, commands: COMMANDS },
        admission: { mayAnswer: (by: string, owner: string) => by === owner },
        conversation: { record, schedules: () => Promise.resolve([...schedules]) },
      } as unknown as CommandRequest;
      const { answer = "", update, schedules: changes = [] } = await parsed.command.run(request);
      if (update) record = update(record);
      for (const { id, change } of changes) {
        const i = schedules.findIndex((one) => one.id === id);
        const after = change(schedules[i]);
        schedules.splice(
          i === -1 ? schedules.length : i,
          i === -1 ? 0 : 1,
          ...after ? [after] : [],
        );
      }
      const [view] = typeof answer === "string" ? [{ text: answer, buttons: [] }] : answer;
      return [view?.text, ...view?.buttons?.map(({ label }) => `[${label}]`) ?? []].join("\n");
    },
  };
}

Deno.test("a schedule is set in words of both languages, and the answer says how they were understood", async () => {
  const en = chat();
  const said = await en.send("/every weekday at 9 Europe/Berlin: check the *build*?");
  assertMatch(said, /^⏰ Scheduled “every weekday at 9 Europe\/Berlin”: “check the \*build\*\?”\n/);
  assertMatch(
    said,
    /fresh session, in \/work\.\nNext: \w{3} 20[-\d]+ 09:00, then .* \(time zone Eur/,
  );
  assertMatch(said, /\[Run now\]\n\[Pause\]\n\[Remove\]$/);
  const [{ prompt, by, target, directory, nextAt = 0 } = {} as Schedule] = en.schedules;
  assertEquals([prompt, by, target, directory], [
    ...["check the *build*?", "ou_1", { chatId: "oc_1" }, "/work"],
  ]);
  assert(nextAt > Date.now());
  const zh = chat({}, "zh");
  for (
    const text of [
      ...[
        "/每天9点 检查构建",
        "／每天9点检查构建",
        "/every 每天 9 点 检查构建",
        "/every 天 9点：检查构建",
      ],
      ...[
        "/定时 每天9点 检查构建",
        "/定时每天9点检查构建",
        "、定时 0 9 * * * 检查构建",
        "/at 每天9点 检查构建",
      ],
    ]
  ) {
    assertMatch(await zh.send(text), /已设置[^]*“检查构建”[^]*下次：周. 20[-\d]+ 09:00/, text);
  }
  assertMatch(await en.send("/at in 20 minutes run the tests"), /Next: .*\d \(time zone/);
  assertMatch(await en.send("/at 9 x"), /“at 9”[^]*Next: \w+ [-\d]+ 09:00 \(/);
  assertMatch(await en.send("/at 20 分钟后 x"), /“20 分钟后”: “x”/);
  assertMatch(await en.send("/at 0 9 * * 1-5 x"), /“0 9 \* \* 1-5”: “x”/);
  assertMatch(await en.send("/at 23:59 x"), /Next: \w+ [-\d]+ 23:59 \(/);
  assertMatch(
    await en.send("/every day at 9 in this session: go on"),
    /in the session of this chat/,
  );
  assertEquals(en.schedules.at(-1)?.directory, undefined);
});

Deno.test("runs in a topic are answered there, and in a group in messages of their own", async () => {
  const topic = chat({ chatType: "group", threadId: "omt_1", rootId: "om_0" });
  await topic.send("/every day at 9 x");
  assertEquals(topic.schedules[0]?.target, {
    ...{ chatId: "oc_1", replyTo: "om_1", threadId: "omt_1", rootId: "om_0" },
  });
  assertEquals(topic.schedules[0]?.conversation, "oc_1/omt_1");
  const group = chat({ chatType: "group" });
  await group.send("/every day at 9 x");
  assertEquals(group.schedules[0]?.target, { chatId: "oc_1" });
});

Deno.test("what cannot be scheduled is said, and what to write instead", async () => {
  const { send, schedules } = chat();
  const cases: [string, RegExp][] = [
    ["/every time it fails", /do not understand that time/],
    ["/at the moment", /do not understand that time/],
    ["/at today at 0:00 x", /That time is over/],
    ["/schedule 0 0 31 2 * x", /never comes/],
    ["/every day at 9", /Write what is to be done after the time: `\/schedule every day at 9 …`/],
    ["/every 10 seconds x", /too often/],
    ["/every 2 minutes x", /too often: .* 100 times a day, and at least 5 minutes apart/],
    ["/schedule */10 * * * * x", /too often/],
    ["/every day at 9 /new", /does not run \/new/],
    ["/every day at 9 /STOP", /does not run \/STOP/],
    [`/every day at 9 ${"x".repeat(5_000)}`, /may have 4000 characters/],
  ];
  for (const [text, said] of cases) assertMatch(await send(text), said, text);
  assertEquals(schedules, []);
  assertMatch(await send("/every 15 minutes x"), /Scheduled/);
  assertMatch(await send("/every day at 9 /review the change"), /Scheduled/);
  while (schedules.length < LIMITS.schedules) await send("/every day at 9 x");
  assertMatch(await send("/every day at 9 x"), /30 schedules already/);
});

Deno.test("the list pauses, resumes, runs and removes, by number, for the person who has set it", async () => {
  const { send, schedules } = chat();
  assertMatch(await send("/schedule"), /^Nothing is scheduled here/);
  await send("/every day at 9 first");
  await send("/every monday at 9 second");
  const listed = await send("/schedule");
  assertMatch(
    listed,
    /1\. “every day at 9”: “first” – next \w+ .*\n2\. “every monday at 9”: “second”/,
  );
  assertMatch(listed, /\[1 Run now\]\n\[1 Pause\]\n\[1 Remove\]\n\[2 Run now\]/);
  assertMatch(await send("/schedule pause 1"), /^Paused: [^]*“first” – paused: somebody.*\n2/);
  assertEquals(schedules[0]?.nextAt, undefined);
  assertMatch(await send("/定时 暂停 1"), /^Paused/);
  assertMatch(await send("/schedule resume 1"), /^It runs again[^]*“first” – next/);
  assert((schedules[0]?.nextAt ?? 0) > Date.now());
  assertMatch(await send("/schedule run 2"), /^It runs now: “every monday/);
  assert((schedules[1]?.nextAt ?? Infinity) <= Date.now());
  assertMatch(await send("/schedule remove 1", "ou_2"), /^Only `ou_1`, who has set/);
  assertMatch(await send("/schedule remove"), /^1\. “every/);
  assertMatch(await send("/schedule remove 1"), /^Removed: “every day at 9”[^]*1\. “every monday/);
  const [left] = schedules;
  assertMatch(await send("/schedule pause 7"), /^There is no schedule 7/);
  assertMatch(await send(`/schedule pause ${left?.id}`), /^Paused/);
});
