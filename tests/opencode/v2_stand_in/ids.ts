let last = 0;

/** A new id in opencode's form: its kind, then digits that ascend with the time, then noise. */
export function newId(kind: "ses" | "msg" | "evt" | "per" | "psv" | "frm" | "sh"): string {
  last = Math.max(last + 1, Date.now() * 4096);
  const digits = BigInt.asUintN(48, BigInt(last)).toString(16).padStart(12, "0");
  const noise = crypto.randomUUID().replaceAll("-", "").slice(0, 14);
  return `${kind}_${digits}${noise}`;
}
