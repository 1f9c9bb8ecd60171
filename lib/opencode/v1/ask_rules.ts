import { object, parser } from "../../base/json.ts";

/**
 * Reads the rules `ask` out of a configuration: `bash`, or `bash "rm *"` for one pattern. The rest of it
 * is not looked at, since it holds the providers' keys.
 */
export const parseAskRules = parser(({ permission }): string[] => {
  if (permission === "ask") return ["*"];
  return Object.entries(object(permission)).flatMap(([name, rule]) => {
    if (rule === "ask") return [name];
    return Object.entries(object(rule))
      .filter(([, action]) => action === "ask")
      .map(([pattern]) => `${name} "${pattern}"`);
  });
});
