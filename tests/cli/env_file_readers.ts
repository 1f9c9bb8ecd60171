/** How the two other readers of env files understand one, to judge what we write. */

const KEY_VALUE =
  /^\s*(?:export\s+)?(?<key>[^\s=#]+?)\s*=[\ \t]*('\r?\n?(?<notInterpolated>(.|\r\n|\n)*?)\r?\n?'|"\r?\n?(?<interpolated>(.|\r\n|\n)*?)\r?\n?"|(?<unquoted>[^\r\n#]*)) *#*.*$/gm;

/**
 * The grammar of `@std/dotenv` 0.225 (MIT), which a stand-in replaces where jsr.io is out of reach. A
 * variable in an unquoted value, which would be expanded, becomes `(expanded)`.
 */
export function readAsDotenv(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { groups = {} } of text.matchAll(KEY_VALUE)) {
    const { key = "", notInterpolated, interpolated, unquoted = "" } = groups;
    const escapes: Record<string, string> = { "\\n": "\n", "\\r": "\r", "\\t": "\t" };
    values[key] = notInterpolated ??
      interpolated?.replace(/\\[nrt]/g, (found) => escapes[found] ?? found) ??
      unquoted.trim().replace(/\$\w+|\$\{.+?\}/g, "(expanded)");
  }
  return values;
}

/** `parse_env_file_internal` of systemd's src/basic/env-file.c, state by state. */
export function readAsSystemd(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  let state = "pre-key";
  let key = "";
  let value = "";
  /** How much of the value is left when the whitespace at its end is not. */
  let kept = 0;
  const push = () => {
    values[key.trimEnd()] = state === "value" ? value.slice(0, kept) : value;
    [state, key, value, kept] = ["pre-key", "", "", 0];
  };
  const add = (text: string) => {
    value += text;
    if (!/^[ \t\n\r]$/.test(text)) kept = value.length;
  };
  for (const char of text) {
    const isEnd = char === "\n" || char === "\r";
    if (state === "pre-key") {
      if (char === "#" || char === ";") state = "comment";
      else if (!/[ \t\n\r]/.test(char)) [state, key] = ["key", char];
    } else if (state === "key") {
      if (isEnd) [state, key] = ["pre-key", ""];
      else if (char === "=") state = "pre-value";
      else key += char;
    } else if (state === "pre-value") {
      if (isEnd) push();
      else if (char === "'") state = "single";
      else if (char === '"') state = "double";
      else if (char === "\\") state = "value-escape";
      else if (!/[ \t]/.test(char)) [state] = ["value", add(char)];
    } else if (state === "value") {
      if (isEnd) push();
      else if (char === "\\") state = "value-escape";
      else add(char);
    } else if (state === "value-escape") {
      state = "value";
      if (!isEnd) add(char);
    } else if (state === "single") {
      if (char === "'") state = "pre-value";
      else add(char);
    } else if (state === "double") {
      if (char === '"') state = "pre-value";
      else if (char === "\\") state = "double-escape";
      else add(char);
    } else if (state === "double-escape") {
      state = "double";
      if (/["\\`$]/.test(char)) add(char);
      else if (char !== "\n") add(`\\${char}`);
    } else if (isEnd) state = "pre-key";
  }
  if (!["pre-key", "key", "comment"].includes(state)) push();
  return values;
}
