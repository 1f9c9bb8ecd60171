import type { RequestAnswer } from "../model/agent_request.ts";
import type { Answered } from "../model/ports.ts";
import type { OutsideEvent, OutsideWatch } from "./outside_watch.ts";
import { unlessRefused } from "./http/answer.ts";

/** An answer of ours. */
export interface GivenAnswer {
  readonly requestId: string;
  readonly answer: RequestAnswer;
  /** Sends it. */
  readonly request: () => Promise<void>;
}

/**
 * Gives an answer of ours, so that it is not taken for somebody else's.
 *
 * @param report Called with what somebody else has done meanwhile.
 * @throws What the request throws, unless it was answered elsewhere.
 */
export async function giveAnswer(
  { requestId, answer, request }: GivenAnswer,
  watch: OutsideWatch,
  report: (event: OutsideEvent) => void,
): Promise<Answered> {
  watch.begin(requestId, answer);
  // Without an answer from opencode ours may have been taken.
  let isTaken = true;
  try {
    isTaken = await unlessRefused(request().then(() => true)) ?? false;
    return isTaken ? "answered" : "gone";
  } finally {
    const outside = watch.settle(requestId, isTaken);
    if (outside) report(outside);
  }
}
