import type { Reading } from "../../lib/model/reading.ts";

/** A reading in short: flags, answer, then one line a tool. */
export interface End {
  flags: string;
  text: string;
  tools?: string[];
  finish?: string;
  /** `name: message` and, where known, the provider's status. */
  error?: string;
  reasoning?: string;
  todos?: string[];
  files?: string[];
}

/** What a reader sees at the end, in short. */
export function endOf(reading: Reading): End {
  const flags = ["started", "complete", "aborted", "compacted", "joined"] as const;
  const { error } = reading;
  const end: End = {
    flags: [reading.phase, ...flags.filter((flag) => reading[flag])].join(" "),
    text: reading.text,
  };
  if (reading.finish !== undefined) end.finish = reading.finish;
  if (reading.reasoning !== "") end.reasoning = reading.reasoning;
  if (error) {
    end.error = `${error.name}: ${error.message}`;
    if (error.statusCode !== undefined) end.error += ` (${error.statusCode})`;
  }
  if (reading.tools.length > 0) {
    end.tools = reading.tools.map((line) =>
      "  ".repeat(line.depth) + `${line.state} ${line.tool}: ${line.title}` +
      (line.error ? ` (${line.error})` : "")
    );
  }
  if (reading.todos.length > 0) {
    end.todos = reading.todos.map((todo) => `${todo.state} ${todo.text}`);
  }
  if (reading.files.length > 0) {
    end.files = reading.files.map((f) => `${f.file} +${f.additions} -${f.deletions}`);
  }
  return end;
}
