import { delay } from "@std/async";
import { object, string } from "../../lib/base/json.ts";
import type { TwinChat } from "../../lib/demo/feishu_twin/chats.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";

/** Who writes, and how often. */
export interface AckTimesOptions {
  readonly twin: Twin;
  readonly people: readonly { readonly openId: string; readonly chat: TwinChat }[];
  /** How many times everybody writes; once more before, which warms up. */
  readonly rounds: number;
  /** How long to wait between two messages, in milliseconds. */
  readonly everyMs: number;
  readonly say: (line: string) => void;
}

/** Milliseconds from a frame's arrival until it was acknowledged, and until its placeholder left; one a message. */
export interface AckTimes {
  readonly acks: readonly number[];
  readonly placeholders: readonly number[];
}

/** Has people write to a bridge, and measures when it acknowledges, and when something is to be seen. */
export async function ackTimes(
  { twin, people, rounds, everyMs, say }: AckTimesOptions,
): Promise<AckTimes> {
  const sent = new Map<string, string>();
  const acks: number[] = [];
  const placeholders: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    say(`${people.length} messages, ${round} of ${rounds} times`);
    const known = { acks: twin.acks.length, requests: twin.requests.length };
    for (const { openId, chat } of people) {
      sent.set(twin.say({ text: "hello", user: openId }), chat.id);
      await delay(everyMs);
    }
    await twin.until(() => done(twin.requests.slice(known.requests)) >= people.length, {
      timeoutMs: 60_000,
    });
    // The first round warms up: conversations are made, code is compiled.
    if (round === 0) continue;
    const first = new Map<string, number>();
    for (const { at, method, path, body } of twin.requests.slice(known.requests)) {
      const chat = string(object(body).receive_id);
      if (method !== "POST" || !path.endsWith("/messages") || chat === undefined) continue;
      if (!first.has(chat)) first.set(chat, at);
    }
    for (const { messageId = "", receivedAt, ackMs } of twin.acks.slice(known.acks)) {
      const shownAt = first.get(sent.get(messageId) ?? "");
      if (shownAt === undefined) throw new Error(`message ${messageId} got no placeholder`);
      acks.push(ackMs);
      placeholders.push(shownAt - (receivedAt - ackMs));
    }
  }
  return { acks, placeholders };
}

/** How many turns have ended: the message of each gets a reaction. */
function done(requests: readonly { readonly body: unknown }[]): number {
  return requests.filter(({ body }) =>
    string(object(object(body).reaction_type).emoji_type) === "DONE"
  ).length;
}
