import type { CallCounts, CallRecord } from "../../model/calls.ts";
import { dayOf, feishuTime, monthOf, nextMonth } from "./calendar.ts";

/** What is known before the first call. */
const NOTHING: CallRecord = { month: "", calls: 0, day: "", today: 0 };
/** The share of a month's calls from which on a warning is due. */
const WARN_SHARE = 0.8;

/** A record at a time of Feishu's (ms since 1970): a new month or day begins with 0. */
export function currentRecord(record: CallRecord = NOTHING, now: number): CallRecord {
  const [month, day] = [monthOf(now), dayOf(now)];
  if (record.day === day) return record;
  if (record.month === month) return { ...record, day, today: 0 };
  const { isWarned: _, ...rest } = record;
  return { ...rest, month, calls: 0, day, today: 0 };
}

/** A record with what other machines have counted. */
export function withOthers(
  record: CallRecord | undefined,
  others: readonly CallRecord[],
  now: number,
): CallRecord {
  const own = currentRecord(record, now);
  return others.map((one) => currentRecord(one, now)).reduce((sum, { calls, today }) => ({
    ...sum,
    calls: sum.calls + calls,
    today: sum.today + today,
  }), own);
}

/** The counts for people, at a time of Feishu's. `perMonth` is 0 if it is not known. */
export function callCounts(
  record: CallRecord | undefined,
  perMonth: number,
  now: number,
): CallCounts {
  const { calls: month, today, usedUp } = currentRecord(record, now);
  return { month, today, perMonth, usedUpUntil: usedUp ? usedUpUntil(usedUp) : "" };
}

/** Until when calls are used up that were so at a time, for people. */
export function usedUpUntil({ since }: { readonly since: number }): string {
  return feishuTime(nextMonth(since));
}

/** Whether most of the month's calls are used. */
export function isNearlyUsedUp(
  { month, perMonth }: Pick<CallCounts, "month" | "perMonth">,
): boolean {
  return perMonth > 0 && month >= WARN_SHARE * perMonth;
}
